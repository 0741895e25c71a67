import type { StoreContext } from '@ametrine/core/spi';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, whyUnavailable } from '../../../../test/servers/postgres.mjs';
import { PostgresJobStore } from '../../src/postgres.js';
import { aJob, aTrigger, endOf, namesOf, RecordedSignals, run, T0 } from './makers.js';

const reason = await whyUnavailable();
/** What a session is told when it begins, over what the server and the user have set. */
const serializable = '-c default_transaction_isolation=serializable';

/** What the server, an administrator or the application has set, and what the store makes of it. */
describe.skipIf(reason !== null)(`settings of others${reason === null ? '' : ` (${reason})`}`, () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let admin: pg.Client;
  let count = 0;
  const stores: PostgresJobStore[] = [];
  const pools: pg.Pool[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.shutdown();
    for (const pool of pools.splice(0)) await pool.end();
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });

  /** A store over a pool of the application, on a schema of its own. */
  async function start(
    config: pg.PoolConfig = {},
    busyTimeoutMs = 100,
  ): Promise<{ readonly store: PostgresJobStore; readonly pool: pg.Pool; readonly schema: string }> {
    count += 1;
    const schema = `settings_${count}`;
    await admin.query(`CREATE SCHEMA ${schema}`);
    const pool = new pg.Pool({ connectionString: server.url, max: 2, ...config });
    pools.push(pool);
    const store = new PostgresJobStore({ pool, schema, busyTimeoutMs, listen: false });
    const context: StoreContext = {
      schedulerName: 'tested',
      instanceId: 'n1',
      signals: new RecordedSignals(),
      jobClassResolver: { description: 'the test', resolve: () => () => undefined },
    };
    await store.initialize(context);
    stores.push(store);
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
    return { store, pool, schema };
  }

  it('are not asked how isolated a batch is: that is READ COMMITTED, and the default of the session stays', async () => {
    const { store, pool, schema } = await start({ options: serializable, max: 1 });
    // Notes the isolation of whoever writes to a trigger.
    await admin.query(
      `CREATE TABLE ${schema}.seen (isolation text);
       CREATE FUNCTION ${schema}.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO ${schema}.seen VALUES (current_setting('transaction_isolation')); RETURN NULL; END $$;
       CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON ${schema}.ametrine_triggers
         FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.note()`,
    );
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    const fired = await run(store);
    expect(namesOf(fired)).toEqual(['t']);
    await store.triggeredJobsComplete(
      fired.map((bundle) => endOf(bundle, 'deleteTrigger')),
      { now: T0 },
    );
    const seen = await admin.query(`SELECT isolation, count(*)::int AS times FROM ${schema}.seen GROUP BY 1`);
    expect(seen.rows).toEqual([{ isolation: 'read committed', times: expect.any(Number) }]);
    const { rows } = await pool.query("SELECT current_setting('transaction_isolation') AS isolation");
    expect(rows).toEqual([{ isolation: 'serializable' }]);
  });

  it('that leave no connection in the pool are told as busy, and the store goes on when there is one', async () => {
    const { store, pool } = await start({ max: 1, connectionTimeoutMillis: 20 });
    const job = aJob('j');
    const borrowed = await pool.connect();
    try {
      await expect(
        store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]),
      ).rejects.toMatchObject({
        code: 'ERR_STORE_BUSY',
        retryable: true,
      });
      await expect(run(store)).rejects.toMatchObject({ code: 'ERR_STORE_BUSY', retryable: true });
    } finally {
      borrowed.release();
    }
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    expect(namesOf(await run(store))).toEqual(['t']);
  });

  it('that leave no connection on the server are told as busy, and the store goes on when there is one', async () => {
    await admin.query('DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN CONNECTION LIMIT 1');
    count += 1;
    await admin.query(`CREATE SCHEMA settings_${count}; GRANT ALL ON SCHEMA settings_${count} TO few`);
    const connection = server.url.replace('postgres@', 'few@');
    const other = new pg.Client({ connectionString: connection });
    await other.connect();
    const options = { connection, schema: `settings_${count}`, busyTimeoutMs: 50, listen: false };
    const store = new PostgresJobStore(options);
    const context: StoreContext = {
      schedulerName: 'tested',
      instanceId: 'n1',
      signals: new RecordedSignals(),
      jobClassResolver: { description: 'the test', resolve: () => () => undefined },
    };
    await expect(store.initialize(context)).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    await other.end();
    const again = new PostgresJobStore({ ...options, busyTimeoutMs: 5000 });
    await again.initialize(context);
    stores.push(again);
    expect(await again.getJob({ group: 'DEFAULT', name: 'j' })).toBeNull();
  });

  it('that end a statement are told as busy; nothing of it is stored, and the store goes on', async () => {
    const { store, schema } = await start({ options: '-c statement_timeout=50' });
    const job = aJob('j');
    await store.storeJob(job);
    await admin.query(`BEGIN; LOCK TABLE ${schema}.ametrine_triggers IN ACCESS EXCLUSIVE MODE`);
    try {
      await expect(store.storeTrigger(aTrigger(job, 't'))).rejects.toMatchObject({
        code: 'ERR_STORE_BUSY',
        retryable: true,
        cause: { code: '57014' },
      });
      await expect(run(store)).rejects.toMatchObject({ code: 'ERR_STORE_BUSY', retryable: true });
    } finally {
      await admin.query('ROLLBACK');
    }
    expect(await store.getTrigger({ group: 'DEFAULT', name: 't' })).toBeNull();
    await store.storeTrigger(aTrigger(job, 't'));
    expect(namesOf(await run(store))).toEqual(['t']);
  });

  it('that allow no writing, as on a replica, are told as unavailable, and the store goes on when they do', async () => {
    const { store, pool } = await start({ max: 1 });
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    await pool.query('SET default_transaction_read_only = on');
    const readOnly = { code: 'ERR_STORE_UNAVAILABLE', retryable: true, cause: { code: '25006' } };
    await expect(run(store)).rejects.toMatchObject(readOnly);
    await expect(store.storeJob(aJob('other'))).rejects.toMatchObject(readOnly);
    await expect(store.pauseAll()).rejects.toMatchObject(readOnly);
    // Looking needs no right to write.
    expect(await store.getTrigger({ group: 'DEFAULT', name: 't' })).not.toBeNull();
    await pool.query('SET default_transaction_read_only = off');
    expect(namesOf(await run(store))).toEqual(['t']);
    expect(await store.getJob({ group: 'DEFAULT', name: 'other' })).toBeNull();
  });
});
