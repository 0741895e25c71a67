import { createPool, type Pool, type PoolConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import type { MysqlPool, MysqlPoolConnection } from '../../src/drivers/mysql2.js';
import { MySqlJobStore } from '../../src/mysql.js';
import { aJob, aTrigger, endOf, RecordedSignals, run, T0 } from './makers.js';

/** A statement as the store asked for it. */
interface Asked {
  readonly sql: string;
  readonly values: unknown[];
}

/** Statements of which only the number of rows differs count as one. */
const shapeOf = (sql: string): string => sql.replace(/( UNION ALL SELECT [?, ]+)+/g, '');

/** A pool without several statements at once, so that each can be seen by itself. */
function recording(pool: Pool, asked: Map<string, Asked>): MysqlPool {
  const recorded = new WeakSet<PoolConnection>();
  return {
    async getConnection() {
      const connection = await pool.getConnection();
      if (!recorded.has(connection)) {
        recorded.add(connection);
        const query = connection.query.bind(connection) as (asked: Asked) => Promise<unknown>;
        connection.query = ((statement: Asked) => {
          asked.set(shapeOf(statement.sql), statement);
          return query(statement);
        }) as never;
      }
      return connection as unknown as MysqlPoolConnection;
    },
    end: () => pool.end(),
  };
}

interface PlanLine {
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly Extra: string | null;
}

const reason = await whyUnavailable();
const server = reason === null ? await startMariadb() : null;
afterAll(() => server?.stop());

describe.skipIf(reason !== null).each([1000, 1_000_000])('with %i waiting triggers', (count) => {
  const asked = new Map<string, Asked>();
  const pool = createPool({ uri: server?.url ?? '', connectionLimit: 3, charset: 'utf8mb4_bin' });
  const tablePrefix = `plans_${count}_`;
  const store = new MySqlJobStore({ pool: recording(pool, asked), tablePrefix });
  const isBig = (line: PlanLine): boolean => /^(t|f|r)$/.test(line.table ?? '');

  beforeAll(async () => {
    const [many, exclusive] = [aJob('many'), aJob('exclusive', { nonConcurrent: true })];
    await store.initialize({
      schedulerName: 'test',
      instanceId: 'node',
      signals: new RecordedSignals(),
      jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
    });
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
    await store.storeJobsAndTriggers([
      { job: many, triggers: [aTrigger(many, 'first', { at: T0 + 3_600_000 })] },
    ]);
    await fill(pool, tablePrefix, count);
    await store.storeJobsAndTriggers([
      { job: exclusive, triggers: [aTrigger(exclusive, 'x1'), aTrigger(exclusive, 'x2')] },
    ]);
    await pool.query(`ANALYZE TABLE ${tablePrefix}triggers, ${tablePrefix}jobs`);
    asked.clear();
    const bundles = await run(store);
    await store.triggeredJobsComplete(
      bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
      { now: T0 },
    );
    const ahead = { now: T0, noLaterThan: T0 + 9_000_000, maxCount: 100, timeWindowMs: 9_000_000 };
    const { acquired } = await store.acquireNextTriggers({ ...ahead, fireDue: false });
    expect(acquired).toHaveLength(100);
    await store.releaseAcquiredTriggers(acquired.slice(50));
    await store.triggersFired(acquired.slice(0, 50), { now: T0 });
    await store.listUpcomingTriggers(5);
    await store.checkIn({ now: T0 });
  }, 300_000);
  afterAll(async () => {
    await store.shutdown();
    await pool.end();
  });

  it('no statement of the hot path reads all triggers, or sorts what is due', async () => {
    const complaints: string[] = [];
    let looked = 0;
    const connection = await pool.getConnection();
    onTestFinished(() => connection.release());
    await connection.query(NOTED);
    for (const { sql, values } of [...asked.values()]) {
      if (!/^\s*(SELECT|UPDATE|DELETE)/.test(sql) || !sql.includes('triggers`')) continue;
      looked++;
      const [lines] = (await connection.query({ sql: `EXPLAIN ${sql}`, values })) as unknown as [PlanLine[]];
      for (const line of lines) {
        const scans = isBig(line) && (line.type === 'ALL' || line.type === 'index');
        const sorts = isBig(line) && sql.includes('ORDER BY waiting_at') && /filesort/.test(line.Extra ?? '');
        if (scans || sorts) complaints.push(`${JSON.stringify(line)} ${sql}`);
      }
    }
    expect(complaints).toEqual([]);
    expect(looked).toBeGreaterThan(8);
  });

  it('a claim reads no more than a few rows for each trigger it takes', async () => {
    for (const { sql, values } of asked.values()) {
      if (!sql.includes('ORDER BY waiting_at') || !/LIMIT/.test(sql)) continue;
      const connection = await pool.getConnection();
      await connection.query(NOTED);
      await connection.query('FLUSH STATUS');
      await connection.query({ sql, values });
      const [rows] = (await connection.query("SHOW SESSION STATUS LIKE 'Handler_read%'")) as unknown as [
        { Value: string }[],
      ];
      connection.release();
      const read = rows.reduce((sum, { Value }) => sum + Number(Value), 0);
      expect(read, sql).toBeLessThan(1500);
    }
  });
});

/** What a claim notes on its connection, of the first of the triggers that are copied. */
const NOTED = `SET @ametrine_first_due = ${T0 + 3_600_000}, @ametrine_first_fires = 0`;

/** Copies the trigger `first` so many times: due an hour from now on, one each millisecond. */
async function fill(pool: Pool, prefix: string, count: number): Promise<void> {
  const columns =
    'scheduler_id, job_id, start_at, times_triggered, precedence, trigger_group, state, misfire_instruction, schedule, data';
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
  const powers = Math.round(Math.log10(count));
  const number = Array.from({ length: powers }, (_, power) => `${10 ** power} * d${power}.d`).join(' + ');
  const tables = Array.from({ length: powers }, (_, power) => `(${digits}) AS d${power}`).join(', ');
  await pool.query(
    `INSERT INTO ${prefix}triggers (${columns}, next_fire_at, trigger_name)
     SELECT ${columns
       .split(', ')
       .map((column) => `t.${column}`)
       .join(', ')}, t.next_fire_at + ${number}, CONCAT('t', ${number})
     FROM (SELECT * FROM ${prefix}triggers WHERE trigger_name = 'first') AS t, ${tables}`,
  );
}
