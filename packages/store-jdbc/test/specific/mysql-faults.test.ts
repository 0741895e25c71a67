import { type Connection, createConnection, createPool } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import { MySqlJobStore, type MysqlStoreOptions } from '../../src/mysql.js';
import { aJob, aTrigger, RecordedSignals, run, T0 } from './makers.js';

const reason = await whyUnavailable({ killable: true });

describe.skipIf(reason !== null)('the store on MySQL', () => {
  let server: Awaited<ReturnType<typeof startMariadb>>;
  let admin: Connection;

  beforeAll(async () => {
    server = await startMariadb({ killable: true });
    admin = await createConnection(server.url);
    admin.on('error', () => undefined);
  });
  afterAll(async () => {
    admin?.destroy();
    await server?.stop();
  });

  async function open(
    options: Partial<MysqlStoreOptions> = {},
    instanceId = 'node',
  ): Promise<{ store: MySqlJobStore; signals: RecordedSignals }> {
    const place = { connection: server.url, ...options } as MysqlStoreOptions;
    const store = new MySqlJobStore(place);
    const signals = new RecordedSignals();
    onTestFinished(() => store.shutdown().catch(() => undefined));
    await store.initialize({
      schedulerName: 'faults',
      instanceId,
      signals,
      jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
    });
    return { store, signals };
  }

  it('may be opened by many nodes at once, on no tables', async () => {
    const options = { tablePrefix: 'together_' };
    const nodes = await Promise.all([1, 2, 3, 4].map((number) => open(options, `node-${number}`)));
    const job = aJob('j');
    await nodes[0]?.store.storeJob(job);
    expect(await nodes[3]?.store.getJob(job.key)).toEqual(job);
  });

  it('goes on where the making of its tables was interrupted', async () => {
    const tablePrefix = 'half_';
    const first = await open({ tablePrefix });
    await first.store.shutdown();
    await admin.query(`DELETE FROM ${tablePrefix}schema_version`);
    await admin.query(`DROP TABLE ${tablePrefix}instances`);
    await expect(open({ tablePrefix })).resolves.toBeDefined();
  });

  it('works for a user who may only touch the tables, and tells one who may not make them', async () => {
    await (await open()).store.shutdown();
    await admin.query("CREATE USER plain@'%' IDENTIFIED BY 'pass'");
    await admin.query("GRANT SELECT, INSERT, UPDATE, DELETE ON ametrine.* TO plain@'%'");
    const url = new URL(server.url);
    url.username = 'plain';
    url.password = 'pass';
    const { store } = await open({ connection: url.href });
    await store.storeJob(aJob('of-plain'));
    await expect(open({ connection: url.href, tablePrefix: 'new_' })).rejects.toMatchObject({
      code: 'ERR_STORE_SCHEMA',
      retryable: false,
    });
    url.password = 'wrong';
    const refused = open({ connection: url.href });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', retryable: false });
    await expect(refused).rejects.not.toThrow(/wrong/);
  });

  it('says that a server was made read-only, and that this may pass', async () => {
    const url = new URL(server.url);
    url.username = 'writer';
    await admin.query("CREATE USER writer@'%'");
    await admin.query("GRANT ALL ON ametrine.* TO writer@'%'");
    const { store } = await open({ connection: url.href, busyTimeoutMs: 100 });
    await admin.query('SET GLOBAL read_only = 1');
    onTestFinished(async () => void (await admin.query('SET GLOBAL read_only = 0')));
    await expect(store.storeJob(aJob('late'))).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      retryable: true,
    });
    await admin.query('SET GLOBAL read_only = 0');
    await store.storeJob(aJob('late'));
  });

  it('says that its pool is in use', async () => {
    const pool = createPool({ uri: server.url, connectionLimit: 2, charset: 'utf8mb4_bin' });
    onTestFinished(() => pool.end());
    const { store } = await open({ connection: undefined, pool, busyTimeoutMs: 100 } as never);
    const held = await pool.getConnection();
    await expect(store.storeJob(aJob('waiting'))).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    held.release();
    await store.storeJob(aJob('waiting'));
  });

  it('waits for rows that somebody else has locked, and says so in the end', async () => {
    await admin.query('SET GLOBAL innodb_lock_wait_timeout = 1');
    const other = await createConnection(server.url);
    onTestFinished(async () => {
      other.destroy();
      await admin.query('SET GLOBAL innodb_lock_wait_timeout = 50');
    });
    const { store } = await open({ busyTimeoutMs: 100 });
    await other.query('BEGIN');
    await other.query('SELECT * FROM ametrine_schedulers FOR UPDATE');
    await expect(store.storeJob(aJob('locked'))).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    await other.query('ROLLBACK');
    await store.storeJob(aJob('locked'));
  });

  it('refuses a connection whose values could not be written safely', async () => {
    const pool = createPool({ uri: server.url, connectionLimit: 2, charset: 'latin1_swedish_ci' });
    onTestFinished(() => pool.end());
    await expect(open({ connection: undefined, pool } as never)).rejects.toThrow(/character set is latin1/);
  });

  it('loses nothing when the server is killed and comes back, and rides it out', async () => {
    const { store, signals } = await open({ tablePrefix: 'killed_', busyTimeoutMs: 60_000 });
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
    const job = aJob('j');
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't')] }]);
    await server.kill();
    const claimed = run(store);
    await server.restart();
    admin.destroy();
    admin = await createConnection(server.url);
    admin.on('error', () => undefined);
    expect((await claimed).map((bundle) => bundle.trigger.key.name)).toEqual(['t']);
    expect(await signals.next('storeError')).toContain('ERR_STORE_UNAVAILABLE');
  });
});
