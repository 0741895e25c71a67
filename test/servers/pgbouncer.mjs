/**
 * PgBouncer before a PostgreSQL server, pooling transactions: every transaction may get another connection of the
 * server. From this machine only; the server behind it is one that is given.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from './find-binary.mjs';
import { askPostgres } from './postgres.mjs';
import { PrivateServer, whyNoAccount } from './private-server.mjs';

/** Who runs it when the tests are root's: it refuses to be. */
const ACCOUNT = 'postgres';
const REMEDY = 'pgbouncer is not on this machine (Debian: apt-get install pgbouncer)';

/** @returns {Promise<string | null>} */
export async function whyUnavailable() {
  return findBinary(['pgbouncer']) === null ? REMEDY : whyNoAccount(ACCOUNT);
}

/**
 * @param {{ url: string, poolSize?: number }} options `url` of the server behind it, which trusts its user; `poolSize`: how
 *   many connections of the server its clients share (5)
 * @returns {Promise<import('./server.mjs').Server>} `url` names the same user and database through the pooler
 */
export function startPgbouncer({ url, poolSize = 5 }) {
  const { username, hostname, port: serverPort, pathname } = new URL(url);
  return PrivateServer.start({
    name: 'PgBouncer',
    origin: 'binary',
    command: findBinary(['pgbouncer']) ?? '',
    user: ACCOUNT,
    prepare: ({ folder, port }) => {
      writeFileSync(join(folder, 'users.txt'), `"${username}" ""\n`);
      const settings = {
        listen_addr: '127.0.0.1',
        listen_port: port,
        unix_socket_dir: '',
        auth_type: 'trust',
        auth_file: join(folder, 'users.txt'),
        pool_mode: 'transaction',
        default_pool_size: poolSize,
        max_client_conn: 1000,
        // What a session asks for when it begins would not follow it to another connection.
        ignore_startup_parameters: 'extra_float_digits',
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
      writeFileSync(
        join(folder, 'pgbouncer.ini'),
        `[databases]\n* = host=${hostname} port=${serverPort}\n[pgbouncer]\n${lines.join('\n')}\n`,
      );
    },
    args: ({ folder }) => [join(folder, 'pgbouncer.ini')],
    url: ({ port }) => `postgres://${username}@127.0.0.1:${port}${pathname}`,
    ask: askPostgres,
    stopSignal: 'SIGINT',
  });
}
