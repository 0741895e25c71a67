import { defineCalendar } from '@ametrine/core';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SqliteJobStore } from '../../src/sqlite.js';
import {
  aJob,
  aTrigger,
  endOf,
  namesOf,
  type RecordedSignals,
  run,
  start,
  T0,
  temporaryPath,
} from './makers.js';

const DAMAGES: readonly (readonly [what: string, assignment: string])[] = [
  ['a schedule that is no JSON', `schedule = '{"type":'`],
  ['a schedule of an unknown type', `schedule = '{"type":"lunar"}'`],
  ['a schedule that is null in JSON', `schedule = 'null'`],
  ['data that are no JSON', `data = '{"a":'`],
  ['data with an unknown tag', `data = '{"a":{"$when":1}}'`],
  ['data that are bytes', `data = x'7b7d'`],
  ['data that are nowhere', 'data = NULL'],
  ['an unknown misfire instruction', `misfire_instruction = 'shrug'`],
  ['a count that is text', `times_triggered = 'three'`],
  ['a start that is a fraction', 'start_at = 1.5'],
  ['the facts of a recovery that are no JSON', `recovers = 'yes'`],
];

describe('a trigger that cannot be read', () => {
  const key = { group: 'DEFAULT', name: 'bad' };
  let database: Database.Database;
  let store: SqliteJobStore;
  let signals: RecordedSignals;
  const job = aJob('j');

  beforeEach(async () => {
    database = new Database(':memory:');
    ({ store, signals } = await start({ database }));
    await store.storeJobsAndTriggers([
      { job, triggers: ['a', 'bad', 'c'].map((name) => aTrigger(job, name, { everyMs: 1000 })) },
    ]);
    signals.recorded.length = 0;
  });

  function damage(assignment: string): void {
    database.exec(`UPDATE ametrine_triggers SET ${assignment} WHERE trigger_name = 'bad'`);
  }

  function storedState(): unknown {
    return database.prepare("SELECT state FROM ametrine_triggers WHERE trigger_name = 'bad'").pluck().get();
  }

  const told = [
    'storeError',
    'Trigger DEFAULT.bad is put in error: it cannot be read',
    'ERR_RECORD_UNREADABLE',
  ];

  it.each(DAMAGES)('for %s does not stop the others from firing', async (_, assignment) => {
    damage(assignment);
    expect(namesOf(await run(store))).toEqual(['a', 'c']);
    expect(signals.recorded).toContainEqual(told);
    expect(storedState()).toBe('error');
    signals.recorded.length = 0;
    expect(namesOf(await run(store, { now: T0 + 1000 }))).toEqual(['a', 'c']);
    expect(signals.recorded).toEqual([]);
  });

  it('leaves its place in the batch to another', async () => {
    damage(`schedule = ''`);
    expect(namesOf(await run(store, { maxCount: 2 }))).toEqual(['a', 'c']);
  });

  it('does not stop a misfire pass', async () => {
    damage(`schedule = ''`);
    const late = T0 + 600_000;
    await store.recoverMisfires({ now: late, limit: 2 });
    expect(signals.recorded.filter(([name]) => name === 'triggerMisfired')).toHaveLength(2);
    expect(signals.recorded).toContainEqual(told);
  });

  it('does not stop the misfires of a claim', async () => {
    damage(`schedule = ''`);
    expect(namesOf(await run(store, { now: T0 + 600_000 }))).toEqual([]);
    expect(signals.recorded.filter(([name]) => name === 'triggerMisfired')).toHaveLength(2);
    expect(storedState()).toBe('error');
  });

  it('is named by whoever reads it', async () => {
    damage(`schedule = '{"type":'`);
    const unreadable = {
      code: 'ERR_RECORD_UNREADABLE',
      retryable: false,
      details: { kind: 'trigger', key: 'DEFAULT.bad' },
    };
    await expect(store.getTrigger(key)).rejects.toMatchObject(unreadable);
    await expect(store.listTriggersOfJob(job.key)).rejects.toMatchObject(unreadable);
    await expect(store.getTriggerState(key)).rejects.toMatchObject(unreadable);
    expect(storedState()).toBe('waiting');
  });

  it('is left out of the list of what comes next', async () => {
    damage(`schedule = ''`);
    expect((await store.listUpcomingTriggers(3)).map((trigger) => trigger.key.name)).toEqual(['a', 'c']);
    expect(storedState()).toBe('waiting');
  });

  it('can be listed by key, removed, and stored anew', async () => {
    damage(`schedule = ''`);
    expect(await store.listTriggerKeys({ equals: 'DEFAULT' })).toHaveLength(3);
    await expect(store.storeTrigger(aTrigger(job, 'bad'))).rejects.toMatchObject({
      code: 'ERR_ALREADY_EXISTS',
    });
    await store.storeTrigger(aTrigger(job, 'bad'), { replace: true });
    expect(await store.getTriggerState(key)).toBe('normal');
    damage(`schedule = ''`);
    expect(await store.removeTrigger(key)).toBe('removed');
    await store.storeTrigger(aTrigger(job, 'bad'));
    damage(`schedule = ''`);
    expect(await store.removeJob(job.key)).toBe('removed');
    expect(await store.getCounts()).toEqual({ jobs: 0, triggers: 0, calendars: 0 });
  });

  it('is never overwritten by what stands in for it', async () => {
    damage(`schedule = '{"type":"newer"}'`);
    await store.resetTriggerFromErrorState(key);
    await store.pauseAll();
    await store.resumeAll({ now: T0 });
    const written = database
      .prepare("SELECT schedule, next_fire_at FROM ametrine_triggers WHERE trigger_name = 'bad'")
      .get();
    expect(written).toEqual({ schedule: '{"type":"newer"}', next_fire_at: T0 });
  });

  it('does not stop its own run from ending', async () => {
    const bundles = await run(store);
    damage(`schedule = ''`);
    const completions = bundles.map((bundle) => endOf(bundle, 'setTriggerError'));
    expect(await store.triggeredJobsComplete(completions, { now: T0 })).toEqual([
      'completed',
      'completed',
      'completed',
    ]);
    expect(await store.triggeredJobsComplete(completions, { now: T0 })).toEqual(['stale', 'stale', 'stale']);
  });

  it('that was claimed does not stop the rest of its batch', async () => {
    const ahead = { now: T0, noLaterThan: T0, maxCount: 10, timeWindowMs: 0, fireDue: false };
    const { acquired } = await store.acquireNextTriggers(ahead);
    damage(`schedule = ''`);
    const results = await store.triggersFired(acquired, { now: T0 });
    expect(results.map((result) => (result.kind === 'notFired' ? result.reason : result.kind))).toEqual([
      'fired',
      'claimLost',
      'fired',
    ]);
    await store.releaseAcquiredTriggers(acquired);
    expect(
      database
        .prepare('SELECT count(*) FROM ametrine_triggers WHERE run_fired_at IS NULL AND run_id IS NOT NULL')
        .pluck()
        .get(),
    ).toBe(0);
  });
});

describe('damage found at a start', () => {
  it('does not keep the node from starting, or from recovering the rest', async () => {
    const path = temporaryPath();
    const first = await start({ path });
    const job = aJob('j', { requestsRecovery: true });
    await first.store.storeJobsAndTriggers([
      { job, triggers: ['bad', 'good'].map((name) => aTrigger(job, name, { everyMs: 1000 })) },
    ]);
    await run(first.store);
    await first.store.shutdown();
    const database = new Database(path);
    database.exec(`UPDATE ametrine_triggers SET schedule = 'x' WHERE trigger_name = 'bad'`);
    database.close();
    const { store, recoveries } = await start({ path });
    expect(
      recoveries
        .flatMap(({ recovering }) => recovering.map(({ recovers }) => recovers?.triggerKey.name))
        .sort(),
    ).toEqual(['bad', 'good']);
    expect(namesOf(await run(store, { now: T0 + 1000 }))).toContain('good');
  });
});

describe('a job that cannot be read', () => {
  it('puts its triggers in error and lets others fire', async () => {
    const database = new Database(':memory:');
    const { store, signals } = await start({ database });
    const bad = aJob('bad');
    const good = aJob('good');
    await store.storeJobsAndTriggers([
      { job: bad, triggers: [aTrigger(bad, 'b')] },
      { job: good, triggers: [aTrigger(good, 'g')] },
    ]);
    database.exec(`UPDATE ametrine_jobs SET data = 'x' WHERE job_name = 'bad'`);
    expect(namesOf(await run(store))).toEqual(['g']);
    expect(signals.recorded.filter(([name]) => name === 'storeError')).toHaveLength(1);
    await expect(store.getJob(bad.key)).rejects.toMatchObject({
      code: 'ERR_RECORD_UNREADABLE',
      details: { kind: 'job', key: 'DEFAULT.bad' },
    });
    expect(await store.removeJob(bad.key)).toBe('removed');
  });
});

describe('a calendar that cannot be read', () => {
  it('puts the triggers that name it in error, lets others fire, and can be replaced or removed', async () => {
    const database = new Database(':memory:');
    const { store, signals } = await start({ database });
    const sundays = defineCalendar({ weekly: ['SUN'], timeZone: 'UTC' });
    const job = aJob('j');
    await store.storeCalendar('c', sundays, { now: T0 });
    await store.storeJobsAndTriggers([
      { job, triggers: [aTrigger(job, 'held', { calendar: 'c' }), aTrigger(job, 'free')] },
    ]);
    const damage = (): unknown => database.exec(`UPDATE ametrine_calendars SET calendar = '{"type":"moon"}'`);
    damage();
    expect(namesOf(await run(store))).toEqual(['free']);
    expect(await store.getTriggerState({ group: 'DEFAULT', name: 'held' })).toBe('error');
    expect(signals.recorded).toContainEqual([
      'storeError',
      'Trigger DEFAULT.held is put in error: its calendar cannot be read',
      'ERR_RECORD_UNREADABLE',
    ]);
    await expect(store.getCalendar('c')).rejects.toMatchObject({
      code: 'ERR_RECORD_UNREADABLE',
      details: { kind: 'calendar', key: 'c' },
    });
    await expect(store.storeCalendar('c', sundays, { now: T0 })).rejects.toMatchObject({
      code: 'ERR_ALREADY_EXISTS',
    });
    await store.storeCalendar('c', sundays, { now: T0, replace: true });
    expect(await store.getCalendar('c')).toEqual(sundays);
    await store.resetTriggerFromErrorState({ group: 'DEFAULT', name: 'held' });
    expect(namesOf(await run(store))).toEqual(['held']);
    damage();
    await store.removeJob(job.key);
    expect(await store.removeCalendar('c')).toBe('removed');
  });
});
