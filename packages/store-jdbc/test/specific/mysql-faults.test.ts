import { type Connection, createConnection, createPool, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import { mysqlFault } from '../../src/errors.js';
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
    const { store } = await open({ connection: url.href, busyTimeoutMs: 1000 });
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
    const { store } = await open({ connection: undefined, pool, busyTimeoutMs: 1000 } as never);
    const held = await pool.getConnection();
    await expect(store.storeJob(aJob('waiting'))).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    held.release();
    await store.storeJob(aJob('waiting'));
  });

  it('waits for rows that somebody else has locked, and says so in the end', async () => {
    const other = await createConnection(server.url);
    onTestFinished(() => other.destroy());
    const { store } = await open({ busyTimeoutMs: 1000 });
    await other.query('BEGIN');
    await other.query('SELECT * FROM ametrine_schedulers FOR UPDATE');
    await expect(store.storeJob(aJob('locked'))).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    await other.query('ROLLBACK');
    await store.storeJob(aJob('locked'));
  });

  it('says that statements take longer than the server lets them', async (test) => {
    const [[{ version } = { version: '' }]] = await admin.query<({ version: string } & RowDataPacket)[]>(
      'SELECT VERSION() AS version',
    );
    test.skip(!/MariaDB/.test(version), 'MySQL limits reading alone');
    await admin.query('SET GLOBAL max_statement_time = 0.2');
    const other = await createConnection(server.url);
    onTestFinished(async () => {
      other.destroy();
      await admin.query('SET GLOBAL max_statement_time = 0');
    });
    await other.query('SET SESSION max_statement_time = 0');
    const { store } = await open({ busyTimeoutMs: 2000 });
    await store.storeJob(aJob('slow'));
    await other.query('BEGIN');
    await other.query('SELECT * FROM ametrine_schedulers FOR UPDATE');
    const refused = { code: 'ERR_STORE_BUSY', retryable: true };
    await expect(store.storeTrigger(aTrigger(aJob('slow'), 'slow'))).rejects.toMatchObject(refused);
    await expect(store.storeJob(aJob('slower'))).rejects.toMatchObject(refused);
    await other.query('ROLLBACK');
    await store.storeTrigger(aTrigger(aJob('slow'), 'slow'));
    expect(await store.getJob(aJob('slower').key)).toBeNull();
  });

  it('refuses a connection whose transactions do not begin and end with each statement', async () => {
    const pool = createPool({ uri: server.url, connectionLimit: 2, charset: 'utf8mb4_bin' });
    pool.pool.on('connection', (connection) => connection.query('SET autocommit = 0'));
    onTestFinished(() => pool.end());
    await expect(open({ connection: undefined, pool } as never)).rejects.toThrow(/autocommit is off/);
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
    await store.storeTrigger(aTrigger(job, 'after'));
  });
});

describe.skipIf(reason !== null)('MySQL without space', () => {
  it('says so, and has stored nothing of what it refuses', async () => {
    const flags = ['--innodb-file-per-table=0', '--innodb-data-file-path=ibdata1:12M;ibdata2:8M'];
    const server = await startMariadb({ killable: true, flags });
    onTestFinished(() => server.stop());
    const store = new MySqlJobStore({ connection: server.url });
    onTestFinished(() => store.shutdown());
    await store.initialize({
      schedulerName: 'full',
      instanceId: 'node',
      signals: new RecordedSignals(),
      jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
    });
    const large = (name: string) => aJob(name, { data: { text: name.padEnd(2 ** 20, '.') } });
    const stored: string[] = [];
    const fill = async (): Promise<void> => {
      for (;;) {
        const name = `j${stored.length}`;
        await store.storeJob(large(name));
        stored.push(name);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'ERR_STORE_FULL', retryable: true });
    const keys = await store.listJobKeys({ anything: true });
    expect(keys.map(({ name }) => name).sort()).toEqual([...stored].sort());
    expect(await store.getJob(aJob('j0').key)).toEqual(large('j0'));
  });
});

describe('what errors of MySQL and MariaDB mean', () => {
  const said = (errno: number, message = '') => Object.assign(new Error(message), { errno, code: 'ER_X' });
  it.each([
    ['a deadlock', said(1213), 'busy'],
    ['a lock that was waited for too long', said(1205), 'busy'],
    ['a statement over the limit of MariaDB', said(1969), 'busy'],
    ['a statement over the limit of MySQL', said(3024), 'busy'],
    ['a lock that MySQL does not wait for', said(3572), 'busy'],
    ['a table that is full', said(1114), 'full'],
    ['a disk that is full', said(1026, 'Error writing file (Errcode: 28 "No space left on device")'), 'full'],
    ['a disk that is broken', said(1026, 'Error writing file (Errcode: 5)'), 'unavailable'],
    ['a server that was made read-only', said(1290), 'unavailable'],
    ['a server whose InnoDB is read-only', said(1836), 'unavailable'],
    ['a connection that MariaDB killed', said(1927), 'unavailable'],
    ['a connection that MySQL found idle', said(4031), 'unavailable'],
    ['a key that exists', said(1062), 'duplicate'],
    ['a value that is missing', said(1048), 'missing'],
    ['a table that is missing', said(1146), 'schema'],
    ['a user who may not', said(1142), 'denied'],
    ['a wrong password', said(1045), 'refused'],
    ['anything else', said(1064), 'failed'],
  ])('%s', (_, error, fault) => {
    expect(mysqlFault(error)).toBe(fault);
  });
});
