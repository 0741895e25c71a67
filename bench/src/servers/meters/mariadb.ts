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
    storedBytes: () =>
      number(
        'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
        'bytes',
      ),
    close: () => connection.end(),
  };
}
