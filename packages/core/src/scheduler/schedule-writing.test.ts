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

describe('calendars and pauses', () => {
  it('a calendar is added, replaced, listed, honoured and deleted', async () => {
    const { scheduler, runs } = bench();
    await scheduler.addCalendar('days off', { holidays: ['2026-01-01'], timeZone: 'UTC' });
    await expect(scheduler.addCalendar('days off', { monthly: [1] })).rejects.toThrow(
      code('ERR_ALREADY_EXISTS'),
    );
    expect(await scheduler.listCalendarNames()).toEqual(['days off']);
    const daily = { cron: '0 0 12 * * ?', timeZone: 'UTC', calendar: 'days off' };
    expect(await scheduler.schedule({ job: 'note' }, daily)).toEqual(new Date('2026-01-02T12:00:00Z'));
    await expect(scheduler.deleteCalendar('days off')).rejects.toThrow(code('ERR_CALENDAR_IN_USE'));
    await scheduler.addCalendar(
      'days off',
      { holidays: ['2026-01-01', '2026-01-02'], timeZone: 'UTC' },
      { replace: true, updateTriggers: true },
    );
    await scheduler.advance('3d');
    expect(runs.map((run) => run.scheduledFireAt.toISOString())).toEqual(['2026-01-03T12:00:00.000Z']);
    expect(runs[0]?.calendar).toMatchObject({ type: 'holiday' });
    await scheduler.deleteJob('note');
    expect(await scheduler.deleteCalendar('days off')).toBe(true);
    expect(await scheduler.deleteCalendar('days off')).toBe(false);
    expect(await scheduler.getCalendar('days off')).toBeNull();
    await scheduler.shutdown();
  });

  it('pauses and resumes triggers, jobs, groups and everything, and tells of it', async () => {
    const told: string[] = [];
    const { scheduler, runs } = bench();
    scheduler.addSchedulerListener({
      triggerPaused: ({ name }) => told.push(`trigger ${name} paused`),
      triggerResumed: ({ name }) => told.push(`trigger ${name} resumed`),
      triggersPaused: (group) => told.push(`triggers ${group} paused`),
      triggersResumed: (group) => told.push(`triggers ${group} resumed`),
      jobPaused: ({ name }) => told.push(`job ${name} paused`),
      jobResumed: ({ name }) => told.push(`job ${name} resumed`),
      jobsPaused: (group) => told.push(`jobs ${group} paused`),
      jobsResumed: (group) => told.push(`jobs ${group} resumed`),
    });
    await scheduler.schedule(
      { job: 'note', key: { name: 'J', group: 'g' } },
      { key: { name: 'T', group: 'h' }, every: '10s' },
    );
    const at = { key: { name: 'T', group: 'h' }, job: { name: 'J', group: 'g' } };
    for (const [pause, resume] of [
      [() => scheduler.pauseTrigger(at.key), () => scheduler.resumeTrigger(at.key)],
      [() => scheduler.pauseJob(at.job), () => scheduler.resumeJob(at.job)],
      [() => scheduler.pauseTriggers('h'), () => scheduler.resumeTriggers({ startsWith: 'h' })],
      [() => scheduler.pauseJobs({ anything: true }), () => scheduler.resumeJobs('g')],
      [() => scheduler.pauseAll(), () => scheduler.resumeAll()],
    ] as const) {
      await pause();
      expect(await scheduler.getTriggerState(at.key)).toBe('paused');
      expect(await scheduler.advance('20s')).toBe(0);
      await resume();
      expect(await scheduler.getTriggerState(at.key)).toBe('normal');
      expect(await scheduler.advance('20s')).toBeGreaterThan(0);
    }
    expect(told).toEqual([
      'trigger T paused',
      'trigger T resumed',
      'job J paused',
      'job J resumed',
      'triggers h paused',
      'triggers h resumed',
      'jobs g paused',
      'jobs g resumed',
      'triggers null paused',
      'triggers null resumed',
    ]);
    expect(runs.length).toBeGreaterThan(0);
    await scheduler.shutdown();
  });

  it('answers questions about what is there', async () => {
    const { scheduler } = bench();
    await scheduler.schedule(
      { job: 'note', key: { name: 'a', group: 'g1' } },
      { key: { name: 'ta', group: 'h1' }, at: START + 2000 },
    );
    await scheduler.schedule(
      { job: 'note', key: { name: 'b', group: 'g2' } },
      { key: { name: 'tb', group: 'h2' }, at: START + 1000 },
    );
    expect((await scheduler.listJobKeys('g1')).map(({ name }) => name)).toEqual(['a']);
    expect((await scheduler.listJobs({ endsWith: '2' })).map(({ key }) => key.name)).toEqual(['b']);
    expect(await scheduler.listJobGroups()).toEqual(['g1', 'g2']);
    expect(await scheduler.listTriggerGroups()).toEqual(['h1', 'h2']);
    expect((await scheduler.listTriggers({ jobGroup: 'g2' })).map(({ key }) => key.name)).toEqual(['tb']);
    expect((await scheduler.listTriggers({ group: 'h1', jobGroup: 'g2' })).length).toBe(0);
    expect(
      (await scheduler.listTriggersOfJob({ name: 'a', group: 'g1' })).map(({ key }) => key.name),
    ).toEqual(['ta']);
    expect((await scheduler.listUpcomingTriggers()).map(({ key }) => key.name)).toEqual(['tb', 'ta']);
    expect((await scheduler.listUpcomingTriggers(1)).map(({ key }) => key.name)).toEqual(['tb']);
    await scheduler.pauseTriggers('h9');
    await scheduler.pauseJobs('g9');
    expect(await scheduler.listPausedTriggerGroups()).toEqual(['h9']);
    expect(await scheduler.listPausedJobGroups()).toEqual(['g9']);
    expect([await scheduler.jobExists('a'), await scheduler.jobExists({ name: 'a', group: 'g1' })]).toEqual([
      false,
      true,
    ]);
  });

  it('brings a trigger back from error', async () => {
    let broken = true;
    const { scheduler, runs } = bench(
      {},
      {
        flaky: (context) => {
          if (broken) throw Object.assign(new Error('x'));
          runs.push(context);
        },
      },
    );
    await scheduler.schedule({ job: 'absent' }, { key: 'T', every: '10s' });
    await scheduler.runDue();
    expect(await scheduler.getTriggerState('T')).toBe('error');
    broken = false;
    await scheduler.addJob({ job: 'flaky', key: 'absent', durable: true }, { replace: true });
    await scheduler.resetTriggerFromErrorState('T');
    expect(await scheduler.getTriggerState('T')).toBe('normal');
    await scheduler.advance('10s');
    expect(runs.length).toBeGreaterThan(0);
    await scheduler.shutdown();
  });
});
