import { createScheduler } from '@ametrine/core';
import type { StoreContext } from '@ametrine/core/spi';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, whyUnavailable } from '../../../../test/servers/postgres.mjs';
import { PostgresJobStore, type PostgresStoreOptions } from '../../src/postgres.js';
import { printSchema } from '../../src/schema.js';
import { aJob, aTrigger, RecordedSignals, run, T0 } from './makers.js';

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`the PostgreSQL store${reason === null ? '' : ` (${reason})`}`, () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let admin: pg.Pool;
  let schema = '';
  let count = 0;
  const stores: PostgresJobStore[] = [];

  beforeAll(async () => {
    server = await startPostgres({ killable: true });
    admin = new pg.Pool({ connectionString: server.url, max: 4 });
    admin.on('error', () => undefined);
  });
  beforeEach(async () => {
    count += 1;
    schema = `s${count}`;
    await admin.query(`CREATE SCHEMA ${schema}`);
    return async () => {
      for (const store of stores.splice(0)) await store.shutdown();
    };
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });

  async function start(
    options: Partial<PostgresStoreOptions> = {},
    instanceId = 'n1',
  ): Promise<{ readonly store: PostgresJobStore; readonly signals: RecordedSignals }> {
    const place = 'pool' in options || 'client' in options ? {} : { connection: server.url };
    const store = new PostgresJobStore({ schema, ...place, ...options } as PostgresStoreOptions);
    const signals = new RecordedSignals();
    const context: StoreContext = {
      schedulerName: 'tested',
      instanceId,
      signals,
      jobClassResolver: { description: 'the test', resolve: () => () => undefined },
    };
    await store.initialize(context);
    stores.push(store);
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
    return { store, signals };
  }

  it('works over a pool of the user, and leaves it open', async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 3 });
    const { store } = await start({ pool });
    await store.storeJob(aJob('j'));
    await store.shutdown();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('works over one connection of the user, without prepared statements, and leaves it open', async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { store } = await start({ client, preparedStatements: false });
    expect(store.capabilities.wakeup).toBe('poll');
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    expect((await run(store)).length).toBe(1);
    await store.shutdown();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it('needs no right but to read and write rows when an administrator has made the tables', async () => {
    await admin.query(printSchema('postgres', { schema }));
    await admin.query(
      `DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; GRANT USAGE ON SCHEMA ${schema} TO plain;
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO plain`,
    );
    const { store } = await start({ connection: server.url.replace('postgres@', 'plain@') });
    const job = aJob('j', { nonConcurrent: true });
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    expect((await run(store)).length).toBe(1);
    await store.checkIn({ now: T0 });
    await store.pauseAll();
    await store.shutdown();
    stores.length = 0;
    await admin.query(`DROP OWNED BY plain; DROP ROLE plain`);
  });

  it('goes on after the server was killed and started again', async () => {
    const { store, signals } = await start({ busyTimeoutMs: 20_000 });
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    await server.kill();
    const waiting = store.getTrigger({ group: 'DEFAULT', name: 't' });
    await server.restart();
    expect(await waiting).not.toBeNull();
    expect((await run(store)).length).toBe(1);
    expect((await signals.next('storeError'))[1]).toContain('hears of other nodes');
  });

  it('says that a server which cannot be reached may be tried again, without its password', async () => {
    const url = 'postgres://someone:s3cret@127.0.0.1:1/none';
    const store = new PostgresJobStore({ connection: url, busyTimeoutMs: 20 });
    const error = await store
      .initialize({
        schedulerName: 's',
        instanceId: 'n',
        signals: new RecordedSignals(),
        jobClassResolver: { description: 'none', resolve: () => null },
      })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', retryable: true });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
  });

  it('gives up waiting for a transaction of the application when its patience is over, and fires meanwhile', async () => {
    const { store } = await start({ busyTimeoutMs: 200 });
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    const client = await admin.connect();
    await client.query('BEGIN');
    const joined = await store.join(client);
    await joined.storeJob(aJob('k'));
    await expect(store.pauseAll()).rejects.toMatchObject({ code: 'ERR_STORE_BUSY', retryable: true });
    expect((await run(store)).length).toBe(1);
    await client.query('COMMIT');
    client.release();
    await store.pauseAll();
    expect(await store.getJob(aJob('k').key)).not.toBeNull();
  });

  it('tells every node of what a transaction of the application stored, by its commit alone', async () => {
    const [one, two] = [await start(), await start({}, 'n2')];
    const job = aJob('j');
    await one.store.storeJob(job);
    const heard = two.signals.next('schedulingChanged');
    const client = await admin.connect();
    await client.query('BEGIN');
    const joined = await one.store.join(client);
    await joined.storeTrigger(aTrigger(job, 't', { at: T0 + 5 }));
    await client.query('COMMIT');
    client.release();
    expect(await heard).toEqual(['schedulingChanged', T0 + 5]);
  });

  it('claims a job that must not run twice once, whoever looks at the same time', async () => {
    const nodes = [await start(), await start({}, 'n2'), await start({}, 'n3')];
    const job = aJob('j', { nonConcurrent: true });
    const triggers = Array.from({ length: 6 }, (_, n) => aTrigger(job, `t${n}`));
    await (nodes[0] as (typeof nodes)[0]).store.storeJobsAndTriggers([{ job, triggers }]);
    const claims = await Promise.all(nodes.map(({ store }) => run(store)));
    expect(claims.flat().length).toBe(1);
  });

  it('runs an application’s scheduler', async () => {
    const ran: string[] = [];
    const store = new PostgresJobStore({ connection: server.url, schema });
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const scheduler = createScheduler({
      store,
      name: 'app',
      jobs: {
        Note: (context: { readonly trigger: { readonly key: { readonly name: string } } }) => {
          ran.push(context.trigger.key.name);
          if (ran.length === 3) finish();
        },
      },
    });
    await scheduler.start();
    for (const key of ['a', 'b', 'c'])
      await scheduler.schedule({ key, job: 'Note' }, { key, at: new Date(0) });
    await done;
    await scheduler.shutdown();
    expect([...ran].sort()).toEqual(['a', 'b', 'c']);
  });
});
