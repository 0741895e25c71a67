import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ANY_GROUP } from '@ametrine/core';
import { SchedulerError } from '@ametrine/core/spi';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadBetterSqlite } from '../../src/drivers/better-sqlite3.js';
import { sqliteFault } from '../../src/errors.js';
import { aJob, aTrigger, endOf, run, start, T0, temporaryPath } from './makers.js';

/** A database beside the store's, closed with the test. */
function beside(path: string): Database.Database {
  const database = new Database(path);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

describe('a disk that is full', () => {
  it('takes the step back, says so, and goes on when there is room', async () => {
    const path = temporaryPath();
    const database = beside(path);
    const { store } = await start({ database });
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const pages = database.pragma('page_count', { simple: true }) as number;
    database.pragma(`max_page_count = ${pages}`);
    const many = Array.from({ length: 500 }, (_, index) => aTrigger(aJob('big'), `big${index}`));
    const full = { code: 'ERR_STORE_FULL', retryable: true };
    await expect(store.storeJobsAndTriggers([{ job: aJob('big'), triggers: many }])).rejects.toMatchObject(
      full,
    );
    await expect(store.storeJob(aJob('fat', { data: { text: 'x'.repeat(50_000) } }))).rejects.toMatchObject(
      full,
    );
    expect((await store.listJobs(ANY_GROUP)).map(({ key }) => key.name)).toEqual(['j']);
    const bundles = await run(store);
    expect(
      await store.triggeredJobsComplete(
        bundles.map((bundle) => endOf(bundle)),
        { now: T0 },
      ),
    ).toEqual(['completed']);
    database.pragma('max_page_count = 1000000');
    await store.storeJobsAndTriggers([{ job: aJob('big'), triggers: many }]);
    expect(await store.getCounts()).toEqual({ jobs: 2, triggers: 501, calendars: 0 });
    await store.shutdown();
  });
});

describe('a database that somebody else has locked', () => {
  it('is waited for', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    const other = beside(path);
    other.exec('BEGIN IMMEDIATE');
    let isOver = false;
    const stored = store.storeJob(aJob('j')).then(() => {
      isOver = true;
    });
    // A second lock cannot be had either; when this has failed, the store has been refused before it.
    await expect(start({ path, busyTimeoutMs: 20 }, { instanceId: 'impatient' })).rejects.toMatchObject({
      code: 'ERR_STORE_BUSY',
    });
    expect(isOver).toBe(false);
    other.exec('ROLLBACK');
    await stored;
    expect(await store.getJob(aJob('j').key)).not.toBeNull();
  });

  it.each(['IMMEDIATE', 'EXCLUSIVE'])(
    'is an error that may be retried, after busyTimeoutMs: %s',
    async (mode) => {
      const path = temporaryPath();
      const { store } = await start({ path, busyTimeoutMs: 30 });
      const job = aJob('j');
      await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
      const bundles = await run(store);
      const other = beside(path);
      other.exec(`BEGIN ${mode}`);
      const busy = { code: 'ERR_STORE_BUSY', retryable: true };
      await expect(store.storeJob(aJob('k'))).rejects.toMatchObject(busy);
      const completions = bundles.map((bundle) => endOf(bundle));
      await expect(store.triggeredJobsComplete(completions, { now: T0 })).rejects.toMatchObject(busy);
      // Reading goes on beside a writer.
      expect((await store.listJobs(ANY_GROUP)).map(({ key }) => key.name)).toEqual(['j']);
      other.exec('ROLLBACK');
      expect(await store.triggeredJobsComplete(completions, { now: T0 })).toEqual(['completed']);
    },
  );

  it('does not stop a node that has nothing to do', async () => {
    const path = temporaryPath();
    const { store } = await start({ path, busyTimeoutMs: 0 });
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { at: T0 + 60_000 }));
    beside(path).exec('BEGIN IMMEDIATE');
    expect(await run(store)).toEqual([]);
  });
});

describe('a file that is damaged', () => {
  it('is said to be no database', async () => {
    const path = temporaryPath();
    writeFileSync(path, 'This is not a database. '.repeat(1000));
    await expect(start({ path })).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT', retryable: false });
  });

  it('is said to be corrupt when its pages are', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    const job = aJob('j');
    const triggers = Array.from({ length: 2000 }, (_, index) => aTrigger(job, `t${index}`));
    await store.storeJobsAndTriggers([{ job, triggers }]);
    await store.shutdown();
    const file = openSync(path, 'r+');
    // The schema, on the first pages, stays whole.
    const garbage = Buffer.alloc(4096, 0xa5);
    for (let at = 24 * 4096; at + 4096 <= statSync(path).size; at += 4096)
      writeSync(file, garbage, 0, 4096, at);
    closeSync(file);
    const again = await start({ path })
      .then(
        ({ store: opened }) => opened.listTriggers({}),
        (error: unknown) => Promise.reject(error),
      )
      .catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'ERR_STORE_CORRUPT', retryable: false });
  });
});

describe('a file that cannot be used', () => {
  it('is unavailable when its folder is not there', async () => {
    const path = join(dirname(temporaryPath()), 'absent', 'schedules.db');
    await expect(start({ path })).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', retryable: true });
  });

  it('is unavailable when it is a folder', async () => {
    await expect(start({ path: dirname(temporaryPath()) })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    });
  });

  it('is unavailable when it is open for reading only', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    await store.shutdown();
    const database = new Database(path, { readonly: true });
    await expect(start({ database })).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    database.close();
  });

  it('can be opened by the same store once it is there', async () => {
    const path = temporaryPath();
    const other = beside(path);
    other.exec('BEGIN EXCLUSIVE');
    const { store } = await start({ path: temporaryPath() });
    await store.shutdown();
    const busy = start({ path, busyTimeoutMs: 10 });
    await expect(busy).rejects.toMatchObject({ code: 'ERR_STORE_BUSY' });
    other.exec('ROLLBACK');
    await start({ path });
  });
});

describe('better-sqlite3', () => {
  it('is asked for when it is not installed', async () => {
    const missing = (): Promise<unknown> => import('better-sqlite3-that-is-not-installed' as string);
    await expect(loadBetterSqlite(missing)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('npm install better-sqlite3') as string,
      details: { package: 'better-sqlite3' },
    });
  });
});

describe('what errors mean', () => {
  const said = (code: string, message = ''): Error => Object.assign(new Error(message), { code });
  it.each([
    [said('SQLITE_BUSY'), 'busy'],
    [said('SQLITE_BUSY_SNAPSHOT'), 'busy'],
    [said('SQLITE_LOCKED'), 'busy'],
    [said('SQLITE_FULL'), 'full'],
    [said('SQLITE_CORRUPT_VTAB'), 'corrupt'],
    [said('SQLITE_NOTADB'), 'corrupt'],
    [said('SQLITE_IOERR_CORRUPTFS'), 'corrupt'],
    [said('SQLITE_IOERR_WRITE'), 'unavailable'],
    [said('SQLITE_READONLY_DBMOVED'), 'unavailable'],
    [said('SQLITE_CANTOPEN'), 'unavailable'],
    [said('SQLITE_CONSTRAINT_UNIQUE'), 'duplicate'],
    [said('SQLITE_CONSTRAINT_NOTNULL'), 'missing'],
    [said('SQLITE_ERROR', 'no such column: x'), 'schema'],
    [said('SQLITE_ERROR', 'near "x": syntax error'), 'failed'],
    [new TypeError('The database connection is not open'), 'unavailable'],
    [new TypeError('This database connection is busy executing a query'), 'busy'],
    [new SchedulerError('ERR_JOB_NOT_FOUND', ''), 'failed'],
    [new SchedulerError('ERR_STORE_BUSY', ''), 'busy'],
    ['thrown text', 'failed'],
  ])('%s: %s', (error, fault) => {
    expect(sqliteFault(error)).toBe(fault);
  });
});
