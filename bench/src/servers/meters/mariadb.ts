import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { ServerMeter } from '../server-meter.js';

/** The meter of MariaDB: its status variables, and InnoDB's count of what it committed. Nothing there counts requests. */
export async function meterMariadb(url: string): Promise<ServerMeter> {
  const connection = await createConnection(url);
  const number = async (sql: string, column: string): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Number(rows[0]?.[column]);
  };
  await connection.query("SET GLOBAL innodb_monitor_enable = 'trx_rw_commits'");
  return {
    counters: async () => ({
      // What clients sent: a procedure's own statements are not among them.
      statements: await number("SHOW GLOBAL STATUS LIKE 'Questions'", 'Value'),
      commits: await number(
        "SELECT count AS commits FROM information_schema.innodb_metrics WHERE name = 'trx_rw_commits'",
        'commits',
      ),
    }),
    // The files themselves: the lengths in information_schema.tables are estimates of some seconds ago.
    storedBytes: () =>
      number(
        "SELECT SUM(file_size) AS bytes FROM information_schema.innodb_sys_tablespaces WHERE name LIKE CONCAT(DATABASE(), '/%')",
        'bytes',
      ),
    close: () => connection.end(),
  };
}
