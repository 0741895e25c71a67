import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

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
          if (broken) throw new Error('still broken');
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
