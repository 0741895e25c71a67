import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred } from '../../test/fixtures/troubled-store.js';
import { witnesses } from '../../test/fixtures/witnesses.js';
import { type JobExecutionAction, JobExecutionError } from './job-execution-error.js';

describe('what a run leaves', () => {
  it.each([
    [
      'sync',
      (): void => {
        throw new Error('broken');
      },
    ],
    [
      'async',
      async (): Promise<void> => {
        throw new Error('broken');
      },
    ],
    [
      'nothing',
      (): void => {
        throw undefined;
      },
    ],
    ['a rejected nothing', (): Promise<void> => Promise.reject()],
  ])('a plain error (%s) is reported and the schedule goes on', async (_, fails) => {
    let runs = 0;
    const { scheduler, errors } = bench(
      {},
      {
        fails: () => {
          runs += 1;
          return fails();
        },
      },
    );
    await scheduler.schedule({ job: 'fails' }, { key: 'T', every: 1000 });
    await scheduler.advance(2500);
    expect(runs).toBe(3);
    expect(errors).toEqual(Array(3).fill('Job DEFAULT.fails failed'));
    expect(await scheduler.getTriggerState('T')).toBe('normal');
    expect(scheduler.metadata()).toMatchObject({ runs: 3, failures: 3 });
    await scheduler.shutdown();
  });

  it.each<[string, PropertyDescriptor]>([
    [
      'whose then cannot be read',
      {
        get: () => {
          throw new Error('hostile');
        },
      },
    ],
    [
      'that settles twice',
      {
        value: (well: (value: number) => void, ill: (error: Error) => void) => {
          well(1);
          ill(new Error('late'));
        },
      },
    ],
  ])('an answer %s ends the run once', async (_, then) => {
    const { scheduler, store } = bench({}, { odd: () => Object.defineProperty({}, 'then', then) });
    await scheduler.schedule({ job: 'odd' }, { at: START });
    await scheduler.runDue();
    expect(store.sizes('triggeredJobsComplete')).toEqual([1]);
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it.each<[JobExecutionAction, string, string]>([
    ['none', 'normal', 'normal'],
    ['unscheduleTrigger', 'complete', 'normal'],
    ['unscheduleAllTriggers', 'complete', 'complete'],
    ['setTriggerError', 'error', 'normal'],
    ['setAllTriggersError', 'error', 'error'],
  ])('JobExecutionError %s: its trigger is %s, a sibling %s', async (action, own, sibling) => {
    for (const listened of [false, true]) {
      const { scheduler } = bench(
        {},
        {
          fails: () => {
            throw new JobExecutionError('asked for', { action });
          },
        },
      );
      if (listened) scheduler.addJobListener({ name: 'there' });
      await scheduler.schedule({ job: 'fails' }, [
        { key: 'own', every: '1h' },
        { key: 'sibling', every: '1h', startAt: START + 60_000 },
      ]);
      await scheduler.runDue();
      expect(await scheduler.getTriggerState('own')).toBe(own);
      expect(await scheduler.getTriggerState('sibling')).toBe(sibling);
      await scheduler.shutdown();
    }
  });

  it('COM-19: refire runs again in place, and the store hears of it once', async () => {
    for (const listened of [false, true]) {
      const counts: number[] = [];
      const { scheduler, store, errors } = bench(
        {},
        {
          stubborn: ({ refireCount }) => {
            counts.push(refireCount);
            if (refireCount < 3) throw new JobExecutionError('again', { action: 'refireImmediately' });
          },
        },
      );
      const { told, job, trigger } = witnesses();
      if (listened) {
        scheduler.addJobListener(job);
        scheduler.addTriggerListener(trigger);
      }
      await scheduler.schedule({ job: 'stubborn' }, { at: START });
      await scheduler.runDue();
      expect(counts).toEqual([0, 1, 2, 3]);
      expect(store.sizes('triggeredJobsComplete')).toEqual([1]);
      expect(errors).toEqual([]);
      expect(scheduler.metadata()).toMatchObject({ runs: 1, failures: 0 });
      if (listened) {
        expect(told).toEqual([
          'fired',
          ...[0, 1, 2].flatMap((count) => [`toBeExecuted ${count}`, 'wasExecuted again']),
          'toBeExecuted 3',
          'wasExecuted well',
          'complete deleteTrigger',
        ]);
      }
      await scheduler.shutdown();
    }
  });

  it('COM-19: a job that always refires holds nothing else up, and an interrupt ends it', async () => {
    const { scheduler, runs } = bench(
      {},
      {
        stubborn: () => {
          throw new JobExecutionError('again', { action: 'refireImmediately' });
        },
      },
    );
    await scheduler.schedule({ job: 'stubborn' }, { at: START });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    expect(runs).toHaveLength(1);
    expect(scheduler.interrupt('stubborn')).toBe(1);
    await scheduler.whenIdle();
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it('its data, when the job persists it and it differs', async () => {
    const { scheduler } = bench(
      {},
      {
        tally: ({ jobData }) => Object.assign(jobData, { runs: Number(jobData.runs) + 1 }),
        reader: ({ jobData }) => void jobData.runs,
      },
    );
    await scheduler.schedule(
      { job: 'tally', durable: true, persistDataAfterExecution: true, data: { runs: 0 } },
      { every: 1000, repeat: 4 },
    );
    await scheduler.schedule(
      { job: 'tally', key: 'forgetful', durable: true, data: { runs: 0 } },
      { every: 1000, repeat: 4 },
    );
    await scheduler.schedule(
      { job: 'reader', durable: true, persistDataAfterExecution: true, data: { runs: 0 } },
      { every: 1000, repeat: 4 },
    );
    await scheduler.advance('10s');
    expect((await scheduler.getJob('tally'))?.data).toEqual({ runs: 5 });
    expect((await scheduler.getJob('forgetful'))?.data).toEqual({ runs: 0 });
    expect((await scheduler.getJob('reader'))?.data).toEqual({ runs: 0 });
    await scheduler.shutdown();
  });

  it('no data of a job that does not persist it, whatever it wrote', async () => {
    const { scheduler, store } = bench({}, { scribble: ({ jobData }) => Object.assign(jobData, { a: 1 }) });
    const left: unknown[] = [];
    const complete = store.triggeredJobsComplete.bind(store);
    store.triggeredJobsComplete = (completions, at) => {
      left.push(...completions.map(({ changedData }) => changedData));
      return complete(completions, at);
    };
    await scheduler.schedule({ job: 'scribble' }, { at: START });
    await scheduler.schedule(
      { job: 'scribble', key: 'persists', persistDataAfterExecution: true },
      { at: START + 1 },
    );
    await scheduler.advance(1);
    expect(left).toEqual([null, { a: 1 }]);
    await scheduler.shutdown();
  });

  it('its data also when it failed', async () => {
    const { scheduler } = bench(
      {},
      {
        tally: ({ jobData }) => {
          jobData.tried = true;
          throw new Error('no');
        },
      },
    );
    await scheduler.schedule({ job: 'tally', durable: true, persistDataAfterExecution: true }, { at: START });
    await scheduler.runDue();
    expect((await scheduler.getJob('tally'))?.data).toEqual({ tried: true });
    await scheduler.shutdown();
  });

  it('COM-17: nothing, when it changed nothing, though its job was replaced meanwhile', async () => {
    const work = deferred();
    const { scheduler } = bench(
      {},
      {
        slow: async ({ jobData }) => {
          void jobData.a;
          await work.promise;
        },
      },
    );
    const job = { job: 'slow', durable: true, persistDataAfterExecution: true } as const;
    await scheduler.schedule({ ...job, data: { a: 1 } }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.addJob({ ...job, data: { a: 2 } }, { replace: true });
    work.resolve();
    await scheduler.whenIdle();
    expect((await scheduler.getJob('slow'))?.data).toEqual({ a: 2 });
    await scheduler.shutdown();
  });

  it.each<[string, (draft: Record<string, unknown>) => void]>([
    [
      'a function',
      (draft) => {
        draft.bad = () => 1;
      },
    ],
    [
      'undefined',
      (draft) => {
        draft.bad = undefined;
      },
    ],
    [
      'NaN',
      (draft) => {
        draft.bad = { deep: [Number.NaN] };
      },
    ],
    [
      'an instance',
      (draft) => {
        draft.bad = new Map();
      },
    ],
    [
      'a cycle',
      (draft) => {
        draft.bad = draft;
      },
    ],
    [
      'too much',
      (draft) => {
        draft.bad = 'x'.repeat(2 ** 26);
      },
    ],
  ])(
    'COM-18: data that cannot be stored (%s) is reported; the run completes all the same',
    async (_, spoil) => {
      const { scheduler, errors } = bench({}, { spoil: ({ jobData }) => spoil(jobData) });
      const job = {
        job: 'spoil',
        durable: true,
        nonConcurrent: true,
        persistDataAfterExecution: true,
      } as const;
      await scheduler.schedule({ ...job, data: { good: 1 } }, [
        { key: 'a', at: START },
        { key: 'b', at: START },
      ]);
      expect(await scheduler.advance(10)).toBe(2);
      expect(errors).toEqual(
        Array(2).fill('The data that job DEFAULT.spoil left cannot be stored and is dropped'),
      );
      expect((await scheduler.getJob('spoil'))?.data).toEqual({ good: 1 });
      expect(await scheduler.listTriggers()).toEqual([]);
      await scheduler.shutdown();
    },
  );

  it('tells that a trigger is over once the store has taken it', async () => {
    const { scheduler, events } = bench();
    await scheduler.schedule({ job: 'note' }, { every: 1000, repeat: 1 });
    await scheduler.advance(0);
    expect(events).not.toContain('finalized');
    await scheduler.advance(1000);
    expect(events.filter((event) => event === 'finalized')).toHaveLength(1);
    await scheduler.shutdown();
  });
});
