import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SqliteJobStore } from '../../src/sqlite.js';
import { aJob, aTrigger, endOf, run, start, T0 } from './makers.js';

const RELEASED = { now: T0, noLaterThan: T0 + 60_000, maxCount: 10, timeWindowMs: 0, fireDue: false };

describe('where executions are', () => {
  let database: Database.Database;
  let store: SqliteJobStore;
  beforeEach(async () => {
    database = new Database(':memory:');
    ({ store } = await start({ database }));
  });

  function onRows(): readonly string[] {
    return database
      .prepare('SELECT trigger_name FROM ametrine_triggers WHERE run_id IS NOT NULL ORDER BY trigger_name')
      .pluck()
      .all() as string[];
  }

  function inTable(): readonly string[] {
    return database
      .prepare('SELECT trigger_name FROM ametrine_executions ORDER BY trigger_name')
      .pluck()
      .all() as string[];
  }

  it('is on the row of a trigger that runs once', async () => {
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't'));
    const bundles = await run(store);
    expect([onRows(), inTable()]).toEqual([['t'], []]);
    await store.triggeredJobsComplete(
      bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
      { now: T0 },
    );
    expect([onRows(), inTable(), (await store.getCounts()).triggers]).toEqual([[], [], 0]);
  });

  it('is on the row for one of overlapping runs, and in the table for the others', async () => {
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const runs = [];
    for (const second of [0, 1, 2]) runs.push(...(await run(store, { now: T0 + second * 1000 })));
    expect([onRows(), inTable()]).toEqual([['t'], ['t', 't']]);
    // The first that began ends first, in the table; then the one on the row; then the other.
    for (const index of [0, 2, 1]) {
      const bundle = runs[index];
      if (bundle === undefined) throw new Error('three runs');
      expect(await store.triggeredJobsComplete([endOf(bundle)], { now: T0 })).toEqual(['completed']);
      expect(await store.triggeredJobsComplete([endOf(bundle)], { now: T0 })).toEqual(['stale']);
    }
    expect([onRows(), inTable()]).toEqual([[], []]);
    expect(await run(store, { now: T0 + 3000 })).toHaveLength(1);
  });

  it('moves to the table when the end of another run removes the trigger', async () => {
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const [first] = await run(store);
    const [second] = await run(store, { now: T0 + 1000 });
    if (first === undefined || second === undefined) throw new Error('two runs');
    await store.triggeredJobsComplete([endOf(first, 'deleteTrigger')], { now: T0 });
    expect([(await store.getCounts()).triggers, inTable()]).toEqual([0, ['t']]);
    expect(await store.triggeredJobsComplete([endOf(second)], { now: T0 })).toEqual(['completed']);
    expect(inTable()).toEqual([]);
  });

  it('moves to the table when the trigger is removed, and still holds its non-concurrent job', async () => {
    const job = aJob('j', { nonConcurrent: true });
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const [bundle] = await run(store);
    await store.removeTrigger({ group: 'DEFAULT', name: 't' });
    expect([onRows(), inTable()]).toEqual([[], ['t']]);
    await store.storeTrigger(aTrigger(job, 'other'));
    expect(await run(store)).toEqual([]);
    if (bundle !== undefined) await store.triggeredJobsComplete([endOf(bundle)], { now: T0 });
    expect(await run(store)).toHaveLength(1);
  });

  it('moves to the table when the trigger is replaced', async () => {
    const job = aJob('j');
    const other = aJob('other');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    await store.storeJob(other);
    const [bundle] = await run(store);
    await store.storeTrigger(aTrigger(other, 't', { everyMs: 1000 }), { replace: true });
    expect([onRows(), inTable()]).toEqual([[], ['t']]);
    const [row] = database.prepare('SELECT job_name FROM ametrine_executions').all();
    expect(row).toEqual({ job_name: 'j' });
    if (bundle === undefined) throw new Error('it ran');
    expect(await store.triggeredJobsComplete([endOf(bundle)], { now: T0 })).toEqual(['completed']);
    expect(inTable()).toEqual([]);
  });

  it('moves to the table when the job is removed, and holds a new job of its key', async () => {
    const job = aJob('j', { nonConcurrent: true });
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const [bundle] = await run(store);
    await store.removeJob(job.key);
    expect(inTable()).toEqual(['t']);
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    expect(await run(store)).toEqual([]);
    expect(await store.getTriggerState({ group: 'DEFAULT', name: 't' })).toBe('blocked');
    if (bundle === undefined) throw new Error('it ran');
    expect(await store.triggeredJobsComplete([endOf(bundle)], { now: T0 })).toEqual(['completed']);
    expect(await run(store)).toHaveLength(1);
  });

  it('keeps recovery flag and priority of its claim when the job is replaced, and takes over the other flag', async () => {
    const job = aJob('j', { requestsRecovery: true, nonConcurrent: true });
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    await run(store);
    await store.storeJob(aJob('j'), { replace: true });
    await store.removeTrigger({ group: 'DEFAULT', name: 't' });
    expect(
      database.prepare('SELECT priority, non_concurrent, requests_recovery FROM ametrine_executions').all(),
    ).toEqual([{ priority: 5, non_concurrent: 0, requests_recovery: 1 }]);
  });

  it('moves a claim that a pause took the trigger from, when another claim comes', async () => {
    const job = aJob('j');
    const key = { group: 'DEFAULT', name: 't' };
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { at: T0 + 1000 }));
    const lost = (await store.acquireNextTriggers(RELEASED)).acquired;
    await store.pauseTrigger(key);
    await store.resumeTrigger(key, { now: T0 });
    const held = (await store.acquireNextTriggers(RELEASED)).acquired;
    expect([lost.length, held.length, onRows(), inTable()]).toEqual([1, 1, ['t'], ['t']]);
    expect(await store.triggersFired(lost, { now: T0 })).toMatchObject([{ reason: 'claimLost' }]);
    await store.releaseAcquiredTriggers(lost);
    expect([onRows(), inTable()]).toEqual([['t'], []]);
    expect(await store.triggersFired(held, { now: T0 + 1000 })).toMatchObject([{ kind: 'fired' }]);
  });

  it('keeps large data apart, and a fire does not write them again', async () => {
    const job = aJob('j');
    const data = { text: 'x'.repeat(100_000) };
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't', { everyMs: 1000, data })] }]);
    const before = database.prepare('SELECT total_changes() AS n').pluck().get() as number;
    const wide = database.prepare('SELECT max(length(coalesce(data, 0))) FROM ametrine_triggers').pluck();
    expect(wide.get()).toBe(1);
    const [bundle] = await run(store);
    expect(bundle?.trigger.data).toEqual(data);
    // The claim and the fire change one row each: the trigger's own.
    expect(database.prepare('SELECT total_changes() AS n').pluck().get()).toBe(before + 2);
    await store.storeTrigger(aTrigger(job, 't', { data: { small: 'y' } }), { replace: true });
    expect(database.prepare('SELECT count(*) FROM ametrine_trigger_data').pluck().get()).toBe(0);
    expect((await store.getTrigger({ group: 'DEFAULT', name: 't' }))?.data).toEqual({ small: 'y' });
    await store.storeTrigger(aTrigger(job, 't', { data }), { replace: true });
    await store.removeJob(job.key);
    expect(database.prepare('SELECT count(*) FROM ametrine_trigger_data').pluck().get()).toBe(0);
  });
});
