import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { ServerMeter } from '../server-meter.js';

/** The meter of MariaDB: its status variables. */
export async function meterMariadb(url: string): Promise<ServerMeter> {
  const connection = await createConnection(url);
  const number = async (sql: string, column: string): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Number(rows[0]?.[column]);
  };
  return {
    counters: async () => {
      // What clients sent: a procedure's own statements are not among them.
      const questions = await number("SHOW GLOBAL STATUS LIKE 'Questions'", 'Value');
      return { statements: questions, roundTrips: questions };
    },
    // The files themselves: the lengths in information_schema.tables are estimates of some seconds ago.
    storedBytes: () =>
      number(
        "SELECT SUM(file_size) AS bytes FROM information_schema.innodb_sys_tablespaces WHERE name LIKE CONCAT(DATABASE(), '/%')",
        'bytes',
      ),
    close: () => connection.end(),
  };
}
