import { createPool, type Pool } from 'mysql2/promise';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import type { MysqlPool, MysqlPoolConnection } from '../../src/drivers/mysql2.js';
import { MySqlJobStore } from '../../src/mysql.js';
import { countTrips, startCounted, toldTrips } from './round-trips.js';

/** A pool that counts what is waited for: every request but the end of a transaction that only read. */
function counting(pool: Pool, asked: string[]): MysqlPool {
  return {
    async getConnection() {
      const connection = await pool.getConnection();
      return {
        query(request) {
          if (request.sql !== 'COMMIT') asked.push(request.sql);
          return connection.query(request as never) as never;
        },
        release: () => connection.release(),
        destroy: () => connection.destroy(),
        on: (event, listener) => connection.on(event, listener as never),
      } satisfies MysqlPoolConnection;
    },
    end: () => pool.end(),
  };
}

const reason = await whyUnavailable();
const server = reason === null ? await startMariadb() : null;
afterAll(() => server?.stop());

describe.skipIf(reason !== null)('the round trips of a batch', () => {
  it.each([true, false])('do not grow with it; non-concurrent jobs: %s', async (nonConcurrent) => {
    const asked: string[] = [];
    const pool = createPool({
      uri: server?.url ?? '',
      connectionLimit: 3,
      multipleStatements: true,
      charset: 'utf8mb4_bin',
    });
    const store = new MySqlJobStore({ pool: counting(pool, asked), tablePrefix: `trips_${nonConcurrent}_` });
    onTestFinished(async () => {
      await store.shutdown();
      await pool.end();
    });
    await startCounted(store);
    // A job that must not run twice is locked before it is asked whether it runs.
    expect(await countTrips(store, asked, nonConcurrent)).toEqual(
      toldTrips('./mysql-round-trips.json', nonConcurrent),
    );
  });
});
