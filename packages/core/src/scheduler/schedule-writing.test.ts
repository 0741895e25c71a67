import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred } from '../../test/fixtures/troubled-store.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe('scheduling', () => {
  it('answers when the first of the triggers fires first', async () => {
    const { scheduler } = bench();
    expect(await scheduler.schedule({ job: 'note' }, { at: '2026-01-05T00:00:00Z' })).toEqual(
      new Date('2026-01-05'),
    );
    const first = await scheduler.schedule({ job: 'note', key: 'several' }, [
      { cron: '0 0 12 * * ?', timeZone: 'UTC' },
      { every: '1d', startAt: START + 1000 },
    ]);
    expect(first).toEqual(new Date(START + 1000));
    expect(await scheduler.scheduleTrigger('note', { at: START + 7 })).toEqual(new Date(START + 7));
  });

  it('tells what it stored', async () => {
    const told: string[] = [];
    const { scheduler } = bench();
    scheduler.addSchedulerListener({
      jobAdded: ({ key }) => told.push(`added ${key.name}`),
      jobScheduled: ({ key }) => told.push(`scheduled ${key.name}`),
      jobUnscheduled: ({ name }) => told.push(`unscheduled ${name}`),
      jobDeleted: ({ name }) => told.push(`deleted ${name}`),
      schedulingDataCleared: () => told.push('cleared'),
    });
    await scheduler.schedule({ job: 'note', key: 'J' }, [
      { key: 'a', every: 1000 },
      { key: 'b', every: 1000 },
    ]);
    await scheduler.reschedule('a', { every: 2000 });
    await scheduler.unschedule('a');
    await scheduler.unschedule('b');
    await scheduler.addJob({ job: 'note', key: 'K', durable: true });
    await scheduler.deleteJob('K');
    await scheduler.deleteJob('K');
    await scheduler.clear();
    expect(told).toEqual([
      'added J',
      'scheduled a',
      'scheduled b',
      'unscheduled a',
      'scheduled a',
      'unscheduled a',
      'deleted J',
      'unscheduled b',
      'added K',
      'deleted K',
      'cleared',
    ]);
  });

  it('refuses what is there, unless told to replace it', async () => {
    const { scheduler } = bench();
    await scheduler.schedule({ job: 'note' }, { key: 'T', every: 1000 });
    await expect(scheduler.schedule({ job: 'note' }, { every: 1000 })).rejects.toThrow(
      code('ERR_ALREADY_EXISTS'),
    );
    await expect(scheduler.scheduleTrigger('note', { key: 'T', every: 1000 })).rejects.toThrow(
      code('ERR_ALREADY_EXISTS'),
    );
    await expect(scheduler.addJob({ job: 'note', durable: true })).rejects.toThrow(
      code('ERR_ALREADY_EXISTS'),
    );
    await scheduler.schedule(
      { job: 'note', description: 'new' },
      { key: 'T', every: 5000 },
      { replace: true },
    );
    expect((await scheduler.getJob('note'))?.description).toBe('new');
    expect((await scheduler.getTrigger('T'))?.schedule).toMatchObject({ repeatIntervalMs: 5000 });
    expect((await scheduler.getCounts()).triggers).toBe(1);
  });

  it('stores many jobs, all or nothing', async () => {
    const { scheduler } = bench();
    await scheduler.scheduleAll([
      { job: { job: 'note', key: 'a' }, triggers: { every: 1000 } },
      { job: { job: 'note', key: 'b' }, triggers: [{ every: 1000 }, { every: 2000 }] },
      { job: { job: 'note', key: 'c', durable: true } },
    ]);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 3, triggers: 3 });
    const more = [
      { job: { job: 'note', key: 'd' }, triggers: { every: 1000 } },
      { job: { job: 'note', key: 'a' }, triggers: { every: 1000 } },
    ];
    await expect(scheduler.scheduleAll(more)).rejects.toThrow(code('ERR_ALREADY_EXISTS'));
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 3, triggers: 3 });
    await scheduler.scheduleAll(more, { replace: true });
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 4, triggers: 5 });
  });

  it('lets a class come along with its job', async () => {
    const { scheduler } = bench({ jobs: {} });
    const seen: string[] = [];
    class Report {
      static readonly jobDefaults = { durable: true, nonConcurrent: true };
      execute(): void {
        seen.push('report');
      }
    }
    await scheduler.schedule({ job: Report }, { at: START });
    await scheduler.runDue();
    expect(seen).toEqual(['report']);
    expect(await scheduler.getJob('Report')).toMatchObject({
      jobClass: 'Report',
      durable: true,
      nonConcurrent: true,
    });
  });

  it('stores the name by which a class was registered, not the one it was written with', async () => {
    const sendReport = (): void => {};
    const { scheduler } = bench({ jobs: { report: sendReport } });
    await scheduler.addJob({ job: sendReport, durable: true });
    expect((await scheduler.getJob('sendReport'))?.jobClass).toBe('report');
  });

  it('refuses two functions of one name', async () => {
    const { scheduler } = bench();
    await scheduler.schedule({ key: 'first', job: () => 1 }, { every: 1000 });
    await expect(scheduler.schedule({ key: 'second', job: () => 2 }, { every: 1000 })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        details: expect.objectContaining({ field: 'job.job' }),
      }),
    );
    expect(await scheduler.jobExists('second')).toBe(false);
  });

  it('JOB-21: refuses a job that is not durable and has no trigger', async () => {
    const { scheduler } = bench();
    await expect(scheduler.addJob({ job: 'note' })).rejects.toThrow(code('ERR_JOB_NOT_DURABLE'));
    await expect(scheduler.scheduleAll([{ job: { job: 'note' }, triggers: [] }])).rejects.toThrow(
      code('ERR_JOB_NOT_DURABLE'),
    );
    expect(await scheduler.jobExists('note')).toBe(false);
  });

  it('JOB-22: keeps such a job when told to, until its first trigger goes', async () => {
    const { scheduler } = bench();
    await scheduler.addJob({ job: 'note' }, { storeNonDurableWhileAwaitingScheduling: true });
    expect(await scheduler.jobExists('note')).toBe(true);
    await scheduler.scheduleTrigger('note', { key: 'T', every: 1000 });
    await scheduler.unschedule('T');
    expect(await scheduler.jobExists('note')).toBe(false);
  });

  it('CAL-15: refuses a trigger that names a missing calendar', async () => {
    const { scheduler } = bench();
    const missing = { every: 1000, calendar: 'none' };
    await expect(scheduler.schedule({ job: 'note' }, missing)).rejects.toThrow(
      code('ERR_CALENDAR_NOT_FOUND'),
    );
    await scheduler.addJob({ job: 'note', durable: true });
    await expect(scheduler.scheduleTrigger('note', missing)).rejects.toThrow(code('ERR_CALENDAR_NOT_FOUND'));
    await scheduler.scheduleTrigger('note', { key: 'T', every: 1000 });
    await expect(scheduler.reschedule('T', missing)).rejects.toThrow(code('ERR_CALENDAR_NOT_FOUND'));
    expect((await scheduler.getTrigger('T'))?.calendarName).toBeNull();
  });

  it('CAL-16: refuses a trigger that will never fire', async () => {
    const { scheduler } = bench();
    await scheduler.addCalendar('always', { daily: { from: '00:00', to: '23:59:59.999' } });
    for (const never of [
      { every: '1h', calendar: 'always' },
      { cron: '0 15 10 * * ? 2025', timeZone: 'UTC' },
      { cron: '0 0 12 1 1 ?', timeZone: 'UTC', startAt: START + 43_201_000, endAt: '2026-12-01T00:00:00Z' },
    ]) {
      await expect(scheduler.schedule({ job: 'note' }, never)).rejects.toThrow(
        code('ERR_TRIGGER_NEVER_FIRES'),
      );
    }
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 0, triggers: 0 });
  });
});

describe('running by hand', () => {
  it('LIF-10: runs once, with the data given, and leaves no trigger', async () => {
    const { scheduler, runs } = bench();
    await scheduler.addJob({ job: 'note', durable: true, data: { a: 1, b: 1 } });
    const key = await scheduler.triggerJob('note', { data: { b: 2 } });
    expect(await scheduler.triggerExists(key)).toBe(true);
    expect(await scheduler.advance('1h')).toBe(1);
    expect(runs[0]?.data).toEqual({ a: 1, b: 2 });
    expect(await scheduler.listTriggers()).toEqual([]);
    expect(await scheduler.jobExists('note')).toBe(true);
  });

  it('LIF-10: refuses a job that is not there', async () => {
    const { scheduler } = bench();
    await expect(scheduler.triggerJob('none')).rejects.toThrow(code('ERR_JOB_NOT_FOUND'));
  });
});

describe('rescheduling', () => {
  it('LIF-11: of an absent trigger answers null and stores nothing', async () => {
    const { scheduler } = bench();
    expect(await scheduler.reschedule('none', { every: 1000 })).toBeNull();
    expect((await scheduler.getCounts()).triggers).toBe(0);
  });

  it('LIF-11: keeps the job and the key, and answers the first fire', async () => {
    const { scheduler, runs } = bench();
    await scheduler.schedule({ job: 'note', key: 'J' }, { key: 'T', every: '1h' });
    await scheduler.advance('90m');
    expect(await scheduler.reschedule('T', { at: START + 6_000_000 })).toEqual(new Date(START + 6_000_000));
    expect(await scheduler.getTrigger('T')).toMatchObject({
      jobKey: { name: 'J' },
      previousFireAt: START + 3_600_000,
      nextFireAt: START + 6_000_000,
    });
    expect(await scheduler.advance('5h')).toBe(1);
    expect(runs).toHaveLength(3);
  });

  it('may give the trigger another key', async () => {
    const { scheduler } = bench();
    await scheduler.schedule({ job: 'note' }, { key: 'T', every: '1h' });
    await scheduler.reschedule('T', { key: 'U', every: '2h' });
    expect((await scheduler.listTriggerKeys()).map(({ name }) => name)).toEqual(['U']);
  });
});

describe('taking away', () => {
  it('says whether all of it was there', async () => {
    const { scheduler } = bench();
    await scheduler.schedule({ job: 'note', key: 'a' }, [
      { key: 'a1', every: 1000 },
      { key: 'a2', every: 1000 },
    ]);
    await scheduler.schedule({ job: 'note', key: 'b' }, { key: 'b1', every: 1000 });
    expect(await scheduler.unschedule('none')).toBe(false);
    expect(await scheduler.unscheduleAll(['a1', 'none'])).toBe(false);
    expect(await scheduler.triggerExists('a1')).toBe(false);
    expect(await scheduler.unscheduleAll(['b1', 'b1'])).toBe(true);
    expect(await scheduler.jobExists('b')).toBe(false);
    expect(await scheduler.deleteJobs(['a', 'b'])).toBe(false);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 0, triggers: 0 });
  });

  it('tells of those of several that were there', async () => {
    const { scheduler } = bench();
    const told: string[] = [];
    scheduler.addSchedulerListener({
      jobUnscheduled: ({ name }) => told.push(name),
      jobDeleted: ({ name }) => told.push(name),
    });
    await scheduler.schedule({ job: 'note', key: 'J', durable: true }, { key: 'T', every: 1000 });
    await scheduler.unscheduleAll(['none', 'T']);
    await scheduler.deleteJobs(['J', 'none']);
    await scheduler.deleteJob('none');
    expect(told).toEqual(['T', 'J']);
  });

  it('LIF-13: a job deleted during its run ends normally, and nothing comes back', async () => {
    const work = deferred();
    const { scheduler, errors } = bench({}, { slow: () => work.promise });
    await scheduler.schedule(
      { job: 'slow', nonConcurrent: true, persistDataAfterExecution: true },
      { every: '1h' },
    );
    await scheduler.start();
    await scheduler.clock.settle();
    expect(await scheduler.deleteJob('slow')).toBe(true);
    work.resolve();
    await scheduler.whenIdle();
    expect(errors).toEqual([]);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 0, triggers: 0 });
    expect(await scheduler.advance('3h')).toBe(0);
    await scheduler.shutdown();
  });
});
