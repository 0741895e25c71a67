import { ANY_GROUP } from '@ametrine/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteJobStore, type SqliteStoreOptions } from '../../src/index.js';
import { aJob, aTrigger, endOf, run, start, T0, temporaryPath } from './makers.js';

function openDatabase(path: string, options: Database.Options = {}): Database.Database {
  const database = new Database(path, options);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

describe("a user's own database", () => {
  it('is used, and neither closed nor set otherwise', async () => {
    const database = openDatabase(temporaryPath(), { timeout: 1234 });
    database.exec('CREATE TABLE mine (x)');
    const { store } = await start({ database });
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't'));
    await store.shutdown();
    expect(database.open).toBe(true);
    expect(database.prepare('SELECT count(*) FROM ametrine_triggers').pluck().get()).toBe(1);
    const settings = ['journal_mode', 'synchronous', 'busy_timeout'].map((name) =>
      database.pragma(name, { simple: true }),
    );
    expect(settings).toEqual(['delete', 2, 1234]);
  });

  it('may be set to bigints', async () => {
    const database = openDatabase(':memory:');
    database.defaultSafeIntegers(true);
    const { store } = await start({ database });
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const bundles = await run(store);
    await store.triggeredJobsComplete(
      bundles.map((bundle) => endOf(bundle)),
      { now: T0 },
    );
    expect(await store.getTrigger({ group: 'DEFAULT', name: 't' })).toMatchObject({
      nextFireAt: T0 + 1000,
      timesTriggered: 1,
    });
    expect(await store.getCounts()).toEqual({ jobs: 1, triggers: 1, calendars: 0 });
  });

  it('is not touched while its owner has a transaction open', async () => {
    const database = openDatabase(':memory:');
    const { store } = await start({ database, busyTimeoutMs: 10 });
    database.exec('BEGIN; CREATE TABLE mine (x)');
    await expect(store.storeJob(aJob('j'))).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
      retryable: true,
    });
    database.exec('ROLLBACK');
    await store.storeJob(aJob('j'));
    expect(database.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'mine'").pluck().get()).toBe(0);
  });

  it('tells the store what it can do', () => {
    const capabilitiesOf = (options: SqliteStoreOptions): object => {
      const { durability, clustering, wakeup } = new SqliteJobStore(options).capabilities;
      return { durability, clustering, wakeup };
    };
    const file = openDatabase(temporaryPath());
    expect(capabilitiesOf({ database: file })).toEqual({
      durability: 'disk',
      clustering: true,
      wakeup: 'push',
    });
    file.pragma('synchronous = NORMAL');
    expect(capabilitiesOf({ database: file })).toEqual({
      durability: 'process',
      clustering: true,
      wakeup: 'push',
    });
    const memory = { durability: 'none', clustering: false, wakeup: 'local' };
    expect(capabilitiesOf({ database: openDatabase(':memory:') })).toEqual(memory);
    expect(capabilitiesOf({ path: ':memory:' })).toEqual(memory);
    expect(capabilitiesOf({ path: 'x.db', synchronous: 'full' })).toMatchObject({ durability: 'disk' });
    expect(capabilitiesOf({ path: 'x.db' })).toMatchObject({ durability: 'process' });
  });
});

describe('the settings of a file', () => {
  it.each([
    ['normal', 1],
    ['full', 2],
  ] as const)('synchronous %s', async (synchronous, level) => {
    const path = temporaryPath();
    const store = new LookingStore({ path, synchronous });
    await start(store);
    expect(await store.pragma('synchronous')).toBe(level);
    expect(await store.pragma('journal_mode')).toBe('wal');
  });
});

class LookingStore extends SqliteJobStore {
  pragma(name: string): Promise<unknown> {
    return this.glance(async ({ driver }) =>
      (driver as unknown as { pragma(text: string): unknown }).pragma(name),
    );
  }
}

describe('table prefixes', () => {
  it('keep stores in one file apart', async () => {
    const path = temporaryPath();
    const a = await start({ path, tablePrefix: 'a_' });
    const b = await start({ path, tablePrefix: 'b_' });
    const job = aJob('j');
    await a.store.storeJobAndTrigger(job, aTrigger(job, 't'));
    await a.store.pauseAll();
    expect(await b.store.getCounts()).toEqual({ jobs: 0, triggers: 0, calendars: 0 });
    expect(await b.store.listPausedTriggerGroups()).toEqual([]);
    await b.store.storeJobAndTrigger(job, aTrigger(job, 't'));
    expect(await run(b.store)).toHaveLength(1);
    await b.store.clearAllSchedulingData();
    expect(await a.store.getCounts()).toEqual({ jobs: 1, triggers: 1, calendars: 0 });
  });

  it('name every table and index', async () => {
    const database = openDatabase(':memory:');
    await start({ database, tablePrefix: 'Own_' });
    const names = database
      .prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
      .pluck()
      .all() as string[];
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !name.startsWith('Own_'))).toEqual([]);
  });
});

const HOSTILE = [
  `'; DROP TABLE ametrine_jobs; --`,
  `"quoted" 'twice' \`thrice\``,
  '%',
  '_',
  'a%b_c*?[x]',
  '?',
  '$1 :name @at',
  'null',
  '\\',
  '{prefix}',
  'emoji 🕰️ and ﷽',
  'tab\tline\nreturn\r',
  'x'.repeat(1000),
];

describe('hostile names', () => {
  it.each(HOSTILE)('are names like others: %j', async (text) => {
    const { store } = await start({ path: ':memory:' });
    const job = aJob('j', { key: { group: text, name: text }, description: text, data: { [text]: text } });
    const trigger = aTrigger(job, { group: text, name: text }, { everyMs: 1000, data: { [text]: text } });
    await store.storeJobAndTrigger(job, trigger);
    await store.storeJobAndTrigger(aJob('plain'), aTrigger(aJob('plain'), 'plain', { at: T0 + 60_000 }));
    expect(await store.getJob(job.key)).toEqual(job);
    expect(await store.getTrigger(trigger.key)).toEqual(trigger);
    expect(await store.listTriggerKeys({ startsWith: text })).toEqual([trigger.key]);
    expect(await store.listJobKeys({ contains: text })).toEqual([job.key]);
    expect(await store.pauseTriggers({ endsWith: text })).toEqual([text]);
    expect(await run(store)).toEqual([]);
    await store.resumeTriggers({ equals: text }, { now: T0 });
    const bundles = await run(store);
    expect(bundles.map((bundle) => bundle.trigger.key)).toEqual([trigger.key]);
    await store.triggeredJobsComplete(
      bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
      { now: T0 },
    );
    expect(await store.listJobKeys(ANY_GROUP)).toHaveLength(2);
    expect(await store.removeJob(job.key)).toBe('removed');
  });
});

describe('fire order among equals', () => {
  it('is by code unit, DEFAULT group first, where the database sorts by code point', async () => {
    const { store } = await start({ path: ':memory:' });
    const job = aJob('j');
    const keys = ['DEFAULT', 'A', '\u{1F600}', '\uFF5E', 'a'].map((group) => ({ group, name: 'n' }));
    await store.storeJobsAndTriggers([{ job, triggers: keys.map((key) => aTrigger(job, key)) }]);
    const bundles = await run(store);
    expect(bundles.map(({ trigger }) => trigger.key.group)).toEqual([
      'DEFAULT',
      'A',
      'a',
      '\u{1F600}',
      '\uFF5E',
    ]);
  });
});
