/**
 * A MariaDB server. Given by `AMETRINE_TEST_MARIADB_URL`, or `mariadbd` of this machine, or a container.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { fromContainer } from './container.mjs';
import { findBinary } from './find-binary.mjs';
import { PrivateServer, whyNoAccount } from './private-server.mjs';
import { fromEnvironment, startFirst, whyNone } from './server.mjs';

/**
 * @typedef {object} MariadbOptions
 * @property {boolean} [killable] See ServerNeeds.
 * @property {boolean} [durable] As MariaDB is installed: InnoDB flushes its log at every commit. Otherwise, the default,
 *   it hands it to the operating system: a commit outlives a kill of the server but no loss of power.
 * @property {readonly string[]} [flags] More flags of mariadbd.
 */

/** Who runs it when the tests are root's: it refuses to be. */
const ACCOUNT = 'mysql';
const run = promisify(execFile);
const REMEDY = 'mariadbd is not on this machine (Debian: apt-get install mariadb-server)';
/** The database that every URL names; it is made when it is not there. */
const DATABASE = 'ametrine';

const mariadbd = () => findBinary(['mariadbd']);
const installer = () => findBinary(['mariadb-install-db']);

/**
 * @param {string} url
 * @returns {Promise<string>} the version; the URL's database is there then
 */
export async function askMysql(url) {
  const server = new URL(url);
  const database = server.pathname.slice(1);
  server.pathname = '/';
  const connection = await createConnection({ uri: server.href, connectTimeout: 5000 });
  connection.on('error', () => {});
  try {
    if (database === DATABASE) await connection.query(`CREATE DATABASE IF NOT EXISTS \`${DATABASE}\``);
    const [rows] = await connection.query('SELECT VERSION() AS version');
    return String(/** @type {{ version: string }[]} */ (rows)[0]?.version).split('-')[0] ?? '';
  } finally {
    connection.destroy();
  }
}

/** @param {MariadbOptions} options */
function flagsOf({ durable = false, flags = [] }) {
  return ['--skip-name-resolve', ...(durable ? [] : ['--innodb-flush-log-at-trx-commit=2']), ...flags];
}

/**
 * @param {MariadbOptions} options
 * @returns {import('./private-server.mjs').Recipe}
 */
function recipe(options) {
  return {
    name: 'MariaDB',
    origin: 'binary',
    command: mariadbd() ?? '',
    user: ACCOUNT,
    prepare: async ({ folder, account }) => {
      const own = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--skip-test-db'];
      const login = ['--auth-root-authentication-method=normal'];
      const user = account.uid === undefined ? [`--user=${userInfo().username}`] : [];
      await run(installer() ?? '', [...own, ...login, ...user], { ...account, cwd: folder });
    },
    args: ({ folder, port }) => [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'server.sock')}`,
      `--pid-file=${join(folder, 'server.pid')}`,
      // A server that starts removes what looks like temporary tables of another in the folder that they share.
      `--tmpdir=${folder}`,
      ...flagsOf(options),
    ],
    url: ({ port }) => `mysql://root@127.0.0.1:${port}/${DATABASE}`,
    ask: askMysql,
  };
}

/**
 * @param {MariadbOptions} options
 * @returns {import('./server.mjs').Source[]}
 */
function sources(options) {
  return [
    fromEnvironment('AMETRINE_TEST_MARIADB_URL', options, askMysql),
    {
      missing: async () => (mariadbd() === null || installer() === null ? REMEDY : whyNoAccount(ACCOUNT)),
      start: () => PrivateServer.start(recipe(options)),
    },
    fromContainer(() => ({
      image: 'mariadb:11.4',
      port: 3306,
      environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: '1' },
      command: flagsOf(options),
      url: (port) => `mysql://root@127.0.0.1:${port}/${DATABASE}`,
      ask: askMysql,
    })),
  ];
}

/**
 * @param {MariadbOptions} [options]
 * @returns {Promise<import('./server.mjs').Server>} `url` names the database `ametrine` and the user root
 */
export function startMariadb(options = {}) {
  return startFirst('MariaDB', sources(options));
}

/**
 * @param {MariadbOptions} [options]
 * @returns {Promise<string | null>}
 */
export function whyUnavailable(options = {}) {
  return whyNone('MariaDB', sources(options));
}
