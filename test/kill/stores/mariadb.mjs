// MariaDB under the kill tests.
import { MySqlJobStore } from '@ametrine/store-jdbc/mysql';
import { createConnection } from 'mysql2/promise';
import { startMariadb, whyUnavailable as whyNoServer } from '../../servers/mariadb.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyNoServer();

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const server = await startMariadb();
  return {
    connection: { url: server.url },
    verify: () => checkTables(server.url),
    stop: () => server.stop(),
  };
}

/**
 * @param {string} url
 * @returns {Promise<string[]>} what CHECK TABLE has to say
 */
async function checkTables(url) {
  const connection = await createConnection(url);
  try {
    const [tables] = await connection.query({
      sql: 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()',
      rowsAsArray: true,
    });
    const complaints = [];
    for (const [table] of /** @type {string[][]} */ (tables)) {
      const [lines] = await connection.query({ sql: `CHECK TABLE \`${table}\``, rowsAsArray: true });
      for (const [name, , kind, text] of /** @type {string[][]} */ (lines)) {
        if (text !== 'OK') complaints.push(`${name}: ${kind}: ${text}`);
      }
    }
    return complaints;
  } finally {
    await connection.end();
  }
}

/** @param {{ url: string }} connection */
export function openStore({ url }) {
  return new MySqlJobStore({ connection: url, ...STORE_OPTIONS });
}
