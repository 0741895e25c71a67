import { readFileSync } from 'node:fs';
import { createPool, type Pool } from 'mysql2/promise';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import type { MysqlPool, MysqlPoolConnection } from '../../src/drivers/mysql2.js';
import { MySqlJobStore } from '../../src/mysql.js';
import { aJob, aTrigger, endOf, RecordedSignals, run, T0 } from './makers.js';

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

/** The numbers that the README tells, by call. */
function told(nonConcurrent: boolean): Readonly<Record<string, number>> {
  const file = new URL('./mysql-round-trips.json', import.meta.url);
  const calls: Readonly<Record<string, { readonly trips: number; readonly nonConcurrent: number }>> =
    JSON.parse(readFileSync(file, 'utf8'));
  return Object.fromEntries(
    Object.entries(calls).map(([call, counts]) => [
      call,
      nonConcurrent ? counts.nonConcurrent : counts.trips,
    ]),
  );
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
    await store.initialize({
      schedulerName: 'test',
      instanceId: 'node',
      signals: new RecordedSignals(),
      jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
    });
    onTestFinished(async () => {
      await store.shutdown();
      await pool.end();
    });
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });

    const trips = async <T>(work: () => Promise<T>): Promise<readonly [number, T]> => {
      asked.length = 0;
      const result = await work();
      return [asked.length, result];
    };
    const ahead = { now: T0, noLaterThan: T0 + 60_000, maxCount: 1000, timeWindowMs: 60_000, fireDue: false };
    const entries = (at: number) =>
      Array.from({ length: 200 }, (_, index) => {
        const job = aJob(`j${at}-${index}`, { nonConcurrent, durable: false });
        return { job, triggers: [aTrigger(job, `t${at}-${index}`, { at })] };
      });

    // From its first run on the class is known to be there.
    await store.storeJobsAndTriggers(entries(T0 - 1).slice(0, 1));
    await store.triggeredJobsComplete(
      (await run(store)).map((bundle) => endOf(bundle, 'deleteTrigger')),
      {
        now: T0,
      },
    );

    const [idle] = await trips(() => store.acquireNextTriggers(ahead));
    const [stored] = await trips(() => store.storeJobsAndTriggers(entries(T0)));
    const [firedAtOnce, bundles] = await trips(() => run(store));
    expect(bundles).toHaveLength(200);
    const [completed] = await trips(() =>
      store.triggeredJobsComplete(
        bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
        { now: T0 },
      ),
    );
    await store.storeJobsAndTriggers(entries(T0 + 30_000));
    const [claimed, { acquired }] = await trips(() => store.acquireNextTriggers(ahead));
    expect(acquired).toHaveLength(200);
    const [released] = await trips(() => store.releaseAcquiredTriggers(acquired.slice(100)));
    const [fired] = await trips(() => store.triggersFired(acquired.slice(0, 100), { now: T0 + 30_000 }));

    // A job that must not run twice is locked before it is asked whether it runs.
    expect({ idle, stored, firedAtOnce, completed, claimed, released, fired }).toEqual(told(nonConcurrent));
  });
});
