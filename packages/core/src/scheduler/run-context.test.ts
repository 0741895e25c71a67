import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred } from '../../test/fixtures/troubled-store.js';
import type { JobExecutionContext } from './execution-context.js';

describe('the context', () => {
  it('DAT-01: merges the data, the trigger on top; nothing of it can be changed', async () => {
    let seen: JobExecutionContext | undefined;
    const { scheduler } = bench(
      {},
      {
        look: (context) => {
          seen = context;
        },
      },
    );
    await scheduler.schedule(
      { job: 'look', data: { a: 1, b: { deep: [1, 2] }, kept: 'job' } },
      { at: START, data: { a: 2, extra: true } },
    );
    await scheduler.runDue();
    expect(seen?.data).toEqual({ a: 2, b: { deep: [1, 2] }, kept: 'job', extra: true });
    expect(Object.isFrozen(seen?.data)).toBe(true);
    expect(seen?.data).toBe(seen?.data);
    expect(seen?.jobData).toEqual({ a: 1, b: { deep: [1, 2] }, kept: 'job' });
    await scheduler.shutdown();
  });

  it('knows its times, its trigger, its scheduler, its result and how long it took', async () => {
    const seen: unknown[] = [];
    const { scheduler, runs } = bench({ context: { mailer: 'smtp' } });
    scheduler.addJobListener({
      name: 'after',
      jobWasExecuted: ({ result, runTimeMs }) => seen.push(result, typeof runTimeMs),
    });
    await scheduler.schedule(
      { job: 'note', key: { name: 'n', group: 'g' } },
      { key: 't', every: '10s', startAt: START },
    );
    await scheduler.advance('10s');
    const run = runs[1];
    expect(run).toMatchObject({
      firedAt: new Date(START + 10_000),
      scheduledFireAt: new Date(START + 10_000),
      previousFireAt: new Date(START),
      nextFireAt: new Date(START + 20_000),
      refireCount: 0,
      recovering: false,
      recovers: null,
      calendar: null,
    });
    expect(run?.scheduler).toBe(scheduler);
    expect(run?.scheduler.context.get('mailer')).toBe('smtp');
    expect([run?.job.key, run?.trigger.key]).toEqual([
      { group: 'g', name: 'n' },
      { group: 'DEFAULT', name: 't' },
    ]);
    expect(runs[0]?.previousFireAt).toBeNull();
    expect(runs[0]?.fireInstanceId).not.toBe(run?.fireInstanceId);
    expect(seen).toEqual([undefined, 'number', undefined, 'number']);
    await scheduler.shutdown();
  });

  it('carries values between listeners and the job', async () => {
    const seen: unknown[] = [];
    const { scheduler } = bench({}, { look: ({ values }) => void seen.push(values.get('span')) });
    scheduler.addJobListener({ name: 'tracer', jobToBeExecuted: ({ values }) => values.set('span', 42) });
    await scheduler.schedule({ job: 'look' }, { at: START });
    await scheduler.runDue();
    expect(seen).toEqual([42]);
    await scheduler.shutdown();
  });
});

describe('interrupting', () => {
  it('aborts the signal of every run of the job, and of no other', async () => {
    const signals = new Map<string, AbortSignal>();
    const work = deferred();
    const { scheduler, events } = bench(
      {},
      {
        slow: async (context) => {
          signals.set(context.trigger.key.name, context.signal);
          await work.promise;
        },
      },
    );
    await scheduler.schedule({ job: 'slow', key: 'a' }, [
      { key: 'a1', at: START },
      { key: 'a2', at: START },
    ]);
    await scheduler.schedule({ job: 'slow', key: 'b' }, { key: 'b1', at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    expect(
      scheduler
        .currentlyExecuting()
        .map(({ trigger }) => trigger.key.name)
        .sort(),
    ).toEqual(['a1', 'a2', 'b1']);
    expect(scheduler.interrupt('a')).toBe(2);
    expect(scheduler.interrupt('nobody')).toBe(0);
    expect([...signals].map(([name, { aborted }]) => [name, aborted])).toEqual([
      ['a1', true],
      ['a2', true],
      ['b1', false],
    ]);
    expect(signals.get('a1')?.reason).toMatchObject({ name: 'JobInterruption', by: 'interrupt' });
    const [other] = scheduler.currentlyExecuting().filter(({ job }) => job.key.name === 'b');
    expect(scheduler.interruptRun(other?.fireInstanceId ?? '')).toBe(true);
    expect(scheduler.interruptRun('nothing')).toBe(false);
    expect(signals.get('b1')?.aborted).toBe(true);
    expect(events.filter((event) => event === 'interrupted')).toHaveLength(3);
    work.resolve();
    await scheduler.shutdown();
  });

  it('reaches a run that asks for its signal only afterwards', async () => {
    const work = deferred();
    let aborted: boolean | undefined;
    const { scheduler } = bench(
      {},
      {
        slow: async (context) => {
          await work.promise;
          aborted = context.signal.aborted;
        },
      },
    );
    await scheduler.schedule({ job: 'slow' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    scheduler.interrupt('slow');
    work.resolve();
    await scheduler.whenIdle();
    expect(aborted).toBe(true);
    await scheduler.shutdown();
  });
});
