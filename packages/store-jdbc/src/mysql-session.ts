/**
 * Connections that the store opens itself, and what it asks of any.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import { loadMysql2, type MysqlConnection } from './drivers/mysql2.js';
import { PooledMysqlConnections } from './mysql-database.js';

/**
 * Makes a pool whose connections take several statements at once.
 *
 * @param connection - mysql2's options
 * @param most - how many are open at most
 * @param patienceMs - how long to wait for one, in ms
 */
export async function openOwnPool(
  connection: Readonly<Record<string, unknown>> | null,
  most: number,
  patienceMs: number,
): Promise<PooledMysqlConnections> {
  const { createPool } = await loadMysql2();
  const own = createPool({
    ...connection,
    connectionLimit: most,
    multipleStatements: true,
    charset: 'utf8mb4_bin',
  });
  return new PooledMysqlConnections(own, true, patienceMs);
}

/**
 * Checks what statements rely on.
 *
 * @returns whether several statements may be sent at once
 * @throws SchedulerError `ERR_STORE_UNAVAILABLE`
 */
export async function checkSession(connection: MysqlConnection): Promise<boolean> {
  const [rows] = await connection.query({
    sql: 'SELECT DATABASE(), @@character_set_client, @@sql_mode, @@autocommit',
    rowsAsArray: true,
  });
  const [database, charset, mode, autocommit] = (rows as [string, string, string, unknown][])[0] ?? [];
  if (database === null || database === undefined) throw unsuitable('it names no database');
  if (charset !== 'utf8mb4') throw unsuitable(`its character set is ${charset}; set charset: 'utf8mb4'`);
  // Values are written into statements with backslashes before what must not end them.
  if (mode?.includes('NO_BACKSLASH_ESCAPES')) throw unsuitable('its sql_mode has NO_BACKSLASH_ESCAPES');
  // A statement by itself is a transaction.
  if (Number(autocommit) !== 1) throw unsuitable('its autocommit is off');
  try {
    await connection.query({ sql: 'DO 0; DO 0' });
    return true;
  } catch {
    return false;
  }
}

function unsuitable(reason: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_UNAVAILABLE',
    `The connection is not one that the MySQL store can use: ${reason}`,
    { details: { reason } },
  );
}
