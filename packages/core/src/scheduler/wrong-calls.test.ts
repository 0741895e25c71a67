import { silentLogger } from '@ametrine/core';
import { MemoryJobStore } from '@ametrine/store-memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import type { ManualScheduler } from '../testing/manual-scheduler.js';
import { createScheduler } from './create-scheduler.js';
import { JobExecutionError } from './job-execution-error.js';

/** What people write in JavaScript, where nothing but the library stops them. */
type Loose = Record<string, (...args: unknown[]) => unknown>;

/** The error's code and the field it names; only codes and fields are promised. */
const wrong = (code: string, field: string): unknown =>
  expect.objectContaining({ code, details: expect.objectContaining({ field }) });

describe('wrong options', () => {
  const store = new MemoryJobStore();
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['no options', undefined, 'options'],
    ['no store', {}, 'options.store'],
    ['a store that is none', { store: {} }, 'options.store'],
    ['a misspelt key', { store, concurency: 5 }, 'options.concurency'],
    ['an empty name', { store, name: '' }, 'options.name'],
    ['a name with U+0000', { store, name: 'a\0b' }, 'options.name'],
    ['a number as instance id', { store, instanceId: 7 }, 'options.instanceId'],
    ['an instance id that is too long', { store, instanceId: 'x'.repeat(201) }, 'options.instanceId'],
    ['jobs that are a list', { store, jobs: [] }, 'options.jobs'],
    ['a job that is no class', { store, jobs: { send: 'Send' } }, 'options.jobs.send'],
    ['a resolver that is none', { store, jobClassResolver: {} }, 'options.jobClassResolver'],
    ['null as resolver', { store, jobClassResolver: null }, 'options.jobClassResolver'],
    ['a factory that is none', { store, jobFactory: {} }, 'options.jobFactory'],
    ['no slots', { store, concurrency: 0 }, 'options.concurrency'],
    ['half a slot', { store, concurrency: 1.5 }, 'options.concurrency'],
    ['slots as text', { store, concurrency: '10' }, 'options.concurrency'],
    ['empty batches', { store, maxBatchSize: 0 }, 'options.maxBatchSize'],
    ['a negative window', { store, batchTimeWindowMs: -1 }, 'options.batchTimeWindowMs'],
    ['an idle wait below a second', { store, idleWaitMs: 999 }, 'options.idleWaitMs'],
    ['an endless idle wait', { store, idleWaitMs: Number.POSITIVE_INFINITY }, 'options.idleWaitMs'],
    ['no check-in interval', { store, checkInIntervalMs: 0 }, 'options.checkInIntervalMs'],
    [
      'an unknown interruption',
      { store, interruptJobsOnShutdown: 'sometimes' },
      'options.interruptJobsOnShutdown',
    ],
    ['a clock without timers', { store, clock: { now: Date.now } }, 'options.clock'],
    ['a logger that cannot warn', { store, logger: { info() {} } }, 'options.logger'],
    ['a context that is a list', { store, context: [] }, 'options.context'],
    ['listeners that are a list', { store, listeners: [] }, 'options.listeners'],
    ['listeners of an unknown kind', { store, listeners: { job: [] } }, 'options.listeners.job'],
    ['listeners that are no list', { store, listeners: { jobs: {} } }, 'options.listeners.jobs'],
    ['a listener without a name', { store, listeners: { jobs: [{}] } }, 'listener.name'],
  ];

  it.each(rows)('%s', (_, options, field) => {
    expect(() => createScheduler(options as never)).toThrow(wrong('ERR_INVALID_ARGUMENT', field));
  });

  it('a misspelt key is answered with the one that was meant', () => {
    expect(() => createScheduler({ store, concurency: 5 } as never)).toThrow(/concurrency/);
  });

  it('undefined means the default', () => {
    const scheduler = createScheduler({
      store,
      name: undefined,
      concurrency: undefined,
      logger: silentLogger,
    });
    expect(scheduler.metadata()).toMatchObject({ name: 'ametrine', concurrency: 10 });
  });
});

describe('wrong calls', () => {
  let scheduler: ManualScheduler;
  let before: unknown;

  const everything = async (): Promise<unknown> => ({
    jobs: await scheduler.listJobs(),
    triggers: await scheduler.listTriggers(),
    states: await scheduler.getTriggerState('T'),
    calendars: await scheduler.listCalendarNames(),
    paused: [await scheduler.listPausedTriggerGroups(), await scheduler.listPausedJobGroups()],
    runs: scheduler.metadata().runs,
  });

  beforeEach(async () => {
    ({ scheduler } = bench());
    await scheduler.schedule({ job: 'note' }, { key: 'T', every: '1h', startAt: START + 60_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    before = await everything();
  });

  const job = { job: 'other' };
  const every = { every: '10s' };
  const rows: readonly (readonly [string, (scheduler: Loose) => unknown, string, string])[] = [
    ['a job that is a text', (s) => s.schedule?.('note', every), 'ERR_INVALID_ARGUMENT', 'job'],
    ['a job without its class', (s) => s.schedule?.({ key: 'x' }, every), 'ERR_INVALID_ARGUMENT', 'job.job'],
    [
      'a misspelt job key',
      (s) => s.schedule?.({ ...job, durible: true }, every),
      'ERR_INVALID_ARGUMENT',
      'job.durible',
    ],
    [
      'an anonymous function',
      (s) =>
        s.schedule?.(
          {
            job: (
              () => () =>
                1
            )(),
          },
          every,
        ),
      'ERR_INVALID_ARGUMENT',
      'job.job',
    ],
    [
      'job data that cannot be stored',
      (s) => s.schedule?.({ ...job, data: { f: () => 1 } }, every),
      'ERR_INVALID_DATA',
      'job.data.f',
    ],
    ['no trigger', (s) => s.schedule?.(job), 'ERR_INVALID_ARGUMENT', 'trigger'],
    ['an empty list of triggers', (s) => s.schedule?.(job, []), 'ERR_INVALID_ARGUMENT', 'trigger'],
    ['a trigger that is a text', (s) => s.schedule?.(job, '10s'), 'ERR_INVALID_ARGUMENT', 'trigger'],
    ['a trigger without a schedule', (s) => s.schedule?.(job, {}), 'ERR_INVALID_ARGUMENT', 'trigger'],
    [
      'a second trigger that is wrong',
      (s) => s.schedule?.(job, [every, { every: 'soon' }]),
      'ERR_INVALID_ARGUMENT',
      'trigger.every',
    ],
    [
      'a cron expression that is none',
      (s) => s.schedule?.(job, { cron: 'x' }),
      'ERR_INVALID_CRON',
      'trigger.cron',
    ],
    [
      'a calendar that is missing',
      (s) => s.schedule?.(job, { ...every, calendar: 'none' }),
      'ERR_CALENDAR_NOT_FOUND',
      'trigger.calendar',
    ],
    [
      'a trigger that never fires',
      (s) => s.schedule?.(job, { cron: '0 0 0 1 1 ? 2020', timeZone: 'UTC' }),
      'ERR_TRIGGER_NEVER_FIRES',
      'trigger',
    ],
    [
      'an unknown option',
      (s) => s.schedule?.(job, every, { replaces: true }),
      'ERR_INVALID_ARGUMENT',
      'options.replaces',
    ],
    [
      'a replace that is a text',
      (s) => s.schedule?.(job, every, { replace: 'yes' }),
      'ERR_INVALID_ARGUMENT',
      'options.replace',
    ],
    ['entries that are no list', (s) => s.scheduleAll?.({ job }), 'ERR_INVALID_ARGUMENT', 'entries'],
    [
      'an entry with an unknown key',
      (s) => s.scheduleAll?.([{ job, trigger: every }]),
      'ERR_INVALID_ARGUMENT',
      'entries[0].trigger',
    ],
    [
      'triggers of an entry that are none',
      (s) =>
        s.scheduleAll?.([
          { job: { job: 'a' }, triggers: every },
          { job, triggers: 5 },
        ]),
      'ERR_INVALID_ARGUMENT',
      'entries[1].triggers',
    ],
    ['an entry that nothing keeps', (s) => s.scheduleAll?.([{ job }]), 'ERR_JOB_NOT_DURABLE', 'job.durable'],
    ['a job that nothing keeps', (s) => s.addJob?.(job), 'ERR_JOB_NOT_DURABLE', 'job.durable'],
    ['a job key that is a number', (s) => s.scheduleTrigger?.(5, every), 'ERR_INVALID_ARGUMENT', 'jobKey'],
    [
      'data by hand that cannot be stored',
      (s) => s.triggerJob?.('note', { data: { n: Number.NaN } }),
      'ERR_INVALID_DATA',
      'trigger.data.n',
    ],
    [
      'an unknown option by hand',
      (s) => s.triggerJob?.('note', { dat: {} }),
      'ERR_INVALID_ARGUMENT',
      'options.dat',
    ],
    ['a new trigger that is nothing', (s) => s.reschedule?.('T', null), 'ERR_INVALID_ARGUMENT', 'trigger'],
    [
      'a new trigger that is wrong, of one that is not there',
      (s) => s.reschedule?.('none', { every: -1 }),
      'ERR_INVALID_ARGUMENT',
      'trigger.every',
    ],
    ['a trigger key that is nothing', (s) => s.unschedule?.(undefined), 'ERR_INVALID_ARGUMENT', 'triggerKey'],
    [
      'one wrong key among good ones',
      (s) => s.unscheduleAll?.(['T', { nam: 'T' }]),
      'ERR_INVALID_ARGUMENT',
      'triggerKeys[1].nam',
    ],
    ['keys that are no list', (s) => s.deleteJobs?.('note'), 'ERR_INVALID_ARGUMENT', 'jobKeys'],
    ['an empty name', (s) => s.deleteJob?.(''), 'ERR_INVALID_ARGUMENT', 'jobKey'],
    [
      'a calendar without a name',
      (s) => s.addCalendar?.('', { monthly: [1] }),
      'ERR_INVALID_ARGUMENT',
      'calendarName',
    ],
    [
      'an unknown calendar option',
      (s) => s.addCalendar?.('c', { monthly: [1] }, { update: true }),
      'ERR_INVALID_ARGUMENT',
      'options.update',
    ],
    [
      'a matcher of an unknown kind',
      (s) => s.pauseTriggers?.({ begins: 'D' }),
      'ERR_INVALID_ARGUMENT',
      'group.begins',
    ],
    [
      'a matcher of two kinds',
      (s) => s.pauseJobs?.({ equals: 'a', contains: 'b' }),
      'ERR_INVALID_ARGUMENT',
      'group',
    ],
    [
      'a filter with an unknown key',
      (s) => s.listTriggers?.({ groups: 'a' }),
      'ERR_INVALID_ARGUMENT',
      'filter.groups',
    ],
    ['a negative limit', (s) => s.listUpcomingTriggers?.(-1), 'ERR_INVALID_ARGUMENT', 'limit'],
    [
      'a delay that is negative',
      (s) => s.start?.({ delayMs: -1 }),
      'ERR_INVALID_ARGUMENT',
      'options.delayMs',
    ],
    ['an unknown start option', (s) => s.start?.({ delay: 1 }), 'ERR_INVALID_ARGUMENT', 'options.delay'],
    [
      'an unknown shutdown option',
      (s) => s.shutdown?.({ force: true }),
      'ERR_INVALID_ARGUMENT',
      'options.force',
    ],
    ['a wait that is a number', (s) => s.shutdown?.({ wait: 1 }), 'ERR_INVALID_ARGUMENT', 'options.wait'],
    ['a signal that is none', (s) => s.shutdown?.({ signal: {} }), 'ERR_INVALID_ARGUMENT', 'options.signal'],
    ['a listener that is nothing', (s) => s.addSchedulerListener?.(null), 'ERR_INVALID_ARGUMENT', 'listener'],
    [
      'matchers that are no list',
      (s) => s.addJobListener?.({ name: 'l' }, { jobs: 'note' }),
      'ERR_INVALID_ARGUMENT',
      'options.jobs',
    ],
    [
      'a matcher with both key and group',
      (s) => s.addTriggerListener?.({ name: 'l' }, { triggers: [{ key: 'T', group: 'g' }] }),
      'ERR_INVALID_ARGUMENT',
      'options.triggers[0]',
    ],
    ['a key to interrupt that is none', (s) => s.interrupt?.({}), 'ERR_INVALID_ARGUMENT', 'jobKey.name'],
  ];

  it.each(rows)('%s: nothing is written', async (_, call, code, field) => {
    const outcome = (async () => call(scheduler as unknown as Loose))();
    await expect(outcome).rejects.toThrow(wrong(code, field));
    expect(await everything()).toEqual(before);
    expect(scheduler.status).toBe('started');
    await scheduler.shutdown();
  });

  it('an unknown action of a JobExecutionError', () => {
    expect(() => new JobExecutionError('x', { action: 'retry' as never })).toThrow(
      wrong('ERR_INVALID_ARGUMENT', 'action'),
    );
  });
});
