import { MemoryJobStore } from '@ametrine/store-memory';
import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred, outage, settled } from '../../test/fixtures/troubled-store.js';
import { createScheduler } from './create-scheduler.js';

describe('shutdown', () => {
  it('ACQ-34: gives back a batch that it holds', async () => {
    const { scheduler, store } = bench();
    await scheduler.schedule({ job: 'note' }, [{ at: START + 20_000 }, { at: START + 20_000 }]);
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.shutdown();
    expect(store.sizes('releaseAcquiredTriggers')).toEqual([2]);
    const order = store.calls.map((call) => call.operation);
    expect(order.indexOf('releaseAcquiredTriggers')).toBeLessThan(order.indexOf('shutdown'));
  });

  it('ACQ-34: gives back a batch that the store had only just claimed', async () => {
    const { scheduler, store } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    const letGo = store.hold('acquireNextTriggers');
    await scheduler.start();
    const ended = scheduler.shutdown();
    letGo();
    await ended;
    expect(store.sizes('releaseAcquiredTriggers')).toEqual([1]);
  });

  it('LIF-04: waits for runs, and stores their ends before the store is closed', async () => {
    const work = deferred();
    const { scheduler, store, events } = bench({}, { slow: () => work.promise });
    await scheduler.schedule({ job: 'slow' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const ended = scheduler.shutdown();
    expect(await settled(ended)).toBe(false);
    expect(scheduler.status).toBe('shuttingDown');
    work.resolve();
    await ended;
    const order = store.calls.map((call) => call.operation).slice(-2);
    expect(order).toEqual(['triggeredJobsComplete', 'shutdown']);
    expect(events.slice(-3)).toEqual(['shuttingDown', 'finalized', 'shutDown']);
  });

  it('LIF-04: lets running jobs use the scheduler while it waits', async () => {
    const { scheduler, errors } = bench(
      {},
      {
        busy: async ({ scheduler: mine }) => {
          await work.promise;
          await mine.schedule({ job: 'note' }, { at: START + 1000 });
        },
      },
    );
    const work = deferred();
    await scheduler.schedule({ job: 'busy' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const ended = scheduler.shutdown();
    work.resolve();
    await ended;
    expect(errors).toEqual([]);
  });

  it('LIF-05: without waiting returns at once, and late ends crash nothing', async () => {
    const work = deferred();
    const { scheduler, store, errors } = bench({}, { slow: () => work.promise });
    await scheduler.schedule({ job: 'slow' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.shutdown({ wait: false });
    expect(scheduler.status).toBe('shutDown');
    work.resolve();
    await scheduler.clock.settle();
    expect(store.count('triggeredJobsComplete')).toBe(0);
    expect(errors).toEqual([expect.stringMatching(/^The end of run .* of job DEFAULT\.slow is not stored$/)]);
    expect(scheduler.currentlyExecuting()).toEqual([]);
  });

  it('stops waiting when its signal is aborted, or when a second call does not wait', async () => {
    for (const hurry of ['signal', 'second call'] as const) {
      const { scheduler } = bench({}, { slow: () => new Promise(() => {}) });
      await scheduler.schedule({ job: 'slow' }, { at: START });
      await scheduler.start();
      await scheduler.clock.settle();
      const controller = new AbortController();
      const ended = scheduler.shutdown({ signal: controller.signal });
      expect(await settled(ended)).toBe(false);
      if (hurry === 'signal') controller.abort();
      else await scheduler.shutdown({ wait: false });
      await ended;
      expect(scheduler.status).toBe('shutDown');
    }
  });

  it('LIF-06: twice is no error; afterwards everything but metadata is', async () => {
    const { scheduler, store } = bench();
    await scheduler.start();
    await Promise.all([scheduler.shutdown(), scheduler.shutdown()]);
    await scheduler.shutdown();
    expect(store.count('shutdown')).toBe(1);
    const late = expect.objectContaining({ code: 'ERR_SCHEDULER_SHUT_DOWN' });
    await expect(scheduler.start()).rejects.toThrow(late);
    await expect(scheduler.start({ delayMs: 1 })).rejects.toThrow(late);
    await expect(scheduler.standby()).rejects.toThrow(late);
    await expect(scheduler.schedule({ job: 'note' }, { every: 1000 })).rejects.toThrow(late);
    await expect(scheduler.listJobs()).rejects.toThrow(late);
    expect(scheduler.metadata().status).toBe('shutDown');
  });

  it('of a scheduler that was never used opens nothing', async () => {
    const { scheduler, store } = bench();
    await scheduler.shutdown();
    expect(store.calls).toEqual([]);
  });

  it('overtakes a start that is under way', async () => {
    const { scheduler, store } = bench();
    const letGo = store.hold('schedulerStarted');
    const started = scheduler.start();
    const outcome = expect(started).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SCHEDULER_SHUT_DOWN' }),
    );
    await scheduler.clock.settle();
    const ended = scheduler.shutdown();
    letGo();
    await Promise.all([outcome, ended]);
    expect(scheduler.status).toBe('shutDown');
    expect(store.count('acquireNextTriggers')).toBe(0);
  });

  it('rejects when the store fails to close, and is over all the same', async () => {
    const { scheduler, store } = bench();
    await scheduler.start();
    store.fail('shutdown');
    await expect(scheduler.shutdown()).rejects.toThrow('the store is down');
    expect(scheduler.status).toBe('shutDown');
  });

  it('does not wait for a store that takes nothing back', async () => {
    const { scheduler, store, errors } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    store.fail('releaseAcquiredTriggers', { times: 1000, error: outage() });
    await scheduler.shutdown();
    expect(errors).toEqual(['Claimed triggers could not be given back']);
  });

  it('is what `await using` does', async () => {
    const { scheduler } = bench();
    await scheduler.start();
    await scheduler[Symbol.asyncDispose]();
    expect(scheduler.status).toBe('shutDown');
  });

  it.each([
    ['never', true, false],
    ['never', false, false],
    ['always', true, true],
    ['always', false, true],
    ['whenNotWaiting', true, false],
    ['whenNotWaiting', false, true],
  ] as const)('interruptJobsOnShutdown %s, wait %s: interrupted %s', async (policy, wait, interrupted) => {
    const work = deferred();
    let signal: AbortSignal | undefined;
    const { scheduler } = bench(
      { interruptJobsOnShutdown: policy },
      {
        slow: async (context) => {
          signal = context.signal;
          await work.promise;
        },
      },
    );
    await scheduler.schedule({ job: 'slow' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const ended = scheduler.shutdown({ wait });
    await scheduler.clock.settle();
    expect(signal?.aborted).toBe(interrupted);
    if (interrupted) expect(signal?.reason).toMatchObject({ name: 'JobInterruption', by: 'shutdown' });
    work.resolve();
    await ended;
  });

  it('interrupts also what the store had fired when it came', async () => {
    let interrupted: boolean | undefined;
    const { scheduler, store } = bench(
      { interruptJobsOnShutdown: 'always' },
      {
        late: ({ signal }) => {
          interrupted = signal.aborted;
        },
      },
    );
    await scheduler.schedule({ job: 'late' }, { at: START });
    await scheduler.advance(0);
    await scheduler.standby();
    await scheduler.schedule({ job: 'late' }, { at: START });
    const letGo = store.holdAfterwards('acquireNextTriggers');
    await scheduler.start();
    await scheduler.clock.settle();
    interrupted = undefined;
    const ended = scheduler.shutdown();
    letGo();
    await ended;
    expect(interrupted).toBe(true);
  });

  it('LIF-07: leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const ran = deferred();
    const scheduler = createScheduler({ store: new MemoryJobStore(), jobs: { note: () => ran.resolve() } });
    await scheduler.schedule({ job: 'note' }, { every: '1h' });
    await scheduler.start();
    await ran.promise;
    await scheduler.whenIdle();
    expect(timers()).toBeGreaterThan(before);
    await scheduler.shutdown();
    expect(timers()).toBe(before);
  });
});
