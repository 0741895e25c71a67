import { describe, expect, it } from 'vitest';
import { bench, benchOver, claimable, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred, outage, TroubledStore } from '../../test/fixtures/troubled-store.js';
import { SchedulerError } from '../errors.js';
import type { AcquireRequest, AcquireResult } from '../spi/results.js';

/** A store that leaves what is not due yet, and says when it will be. */
class LeavingStore extends TroubledStore {
  /** Whether others hold what is due. */
  locked = false;
  readonly #firesAsItClaims: boolean;

  constructor({ firesAsItClaims = true } = {}) {
    super();
    this.#firesAsItClaims = firesAsItClaims;
  }

  override async acquireNextTriggers(request: AcquireRequest): Promise<AcquireResult> {
    const { now } = request;
    const answer = await super.acquireNextTriggers({
      ...request,
      noLaterThan: now,
      maxCount: this.locked ? 0 : 10,
      fireDue: this.#firesAsItClaims,
    });
    const taken = new Set(answer.acquired.map(({ trigger }) => trigger.key.name));
    for (const result of answer.fired) if (result.kind === 'fired') taken.add(result.bundle.trigger.key.name);
    const left = (await this.listTriggers({})).filter(({ key }) => !taken.has(key.name));
    const times = left.map(({ nextFireAt }) => nextFireAt).filter((at) => at !== null);
    return { ...answer, nextDueAt: times.length === 0 ? null : Math.min(...times) };
  }
}

describe('firing', () => {
  it('fires each trigger at its own time, never before', async () => {
    const { scheduler, runs } = bench();
    await scheduler.schedule({ job: 'note' }, [
      { at: START + 1 },
      { at: START + 500 },
      { every: '1s', repeat: 2 },
    ]);
    await scheduler.advance('5s');
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([0, 1, 500, 1000, 2000]);
    expect(runs.every((run) => run.firedAt.getTime() === run.scheduledFireAt.getTime())).toBe(true);
    await scheduler.shutdown();
  });

  it('claims followers within the time window together, and still fires each at its own time', async () => {
    const setup = bench({ batchTimeWindowMs: 10_000 });
    const { scheduler, runs } = setup;
    await scheduler.schedule(
      { job: 'note' },
      [5000, 6000, 7000].map((after) => ({ at: START + after })),
    );
    await scheduler.start();
    await scheduler.clock.settle();
    expect(await claimable(setup)).toBe(0);
    await scheduler.advance('10s');
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([5000, 6000, 7000]);
    await scheduler.shutdown();
  });

  it('finds what comes due between the fires of a batch that it holds', async () => {
    const { scheduler, runs } = bench({ batchTimeWindowMs: 10_000 });
    await scheduler.schedule({ job: 'note' }, [{ every: '2s', startAt: START + 1000 }, { at: START + 9000 }]);
    await scheduler.advance('9s');
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([1000, 3000, 5000, 7000, 9000, 9000]);
    await scheduler.shutdown();
  });

  it('claims nothing behind a batch that it still holds', async () => {
    const setup = bench({ batchTimeWindowMs: 10_000 });
    const { scheduler } = setup;
    await scheduler.schedule(
      { job: 'note' },
      [1000, 9000, 30_000].map((after) => ({ at: START + after })),
    );
    await scheduler.start();
    await scheduler.clock.advance(1000);
    expect(await claimable(setup)).toBe(1);
    await scheduler.shutdown();
  });

  it('runs at most `concurrency` at the same time, and goes on as slots become free', async () => {
    let running = 0;
    let most = 0;
    const { scheduler } = bench(
      { concurrency: 3 },
      {
        slow: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        },
      },
    );
    await scheduler.schedule(
      { job: 'slow' },
      Array.from({ length: 20 }, () => ({ at: START })),
    );
    expect(await scheduler.runDue()).toBe(20);
    expect(most).toBe(3);
    await scheduler.shutdown();
  });

  it('asks for full batches when runs end together', async () => {
    const { scheduler, store } = bench({ concurrency: 10 });
    await scheduler.schedule(
      { job: 'note' },
      Array.from({ length: 100 }, () => ({ at: START })),
    );
    await scheduler.runDue();
    expect(store.sizes('acquireNextTriggers').every((size) => size === 10)).toBe(true);
    expect(store.count('acquireNextTriggers')).toBeLessThanOrEqual(13);
    await scheduler.shutdown();
  });

  it('asks for full batches also when runs end one promise after another', async () => {
    const wave = deferred();
    let begun = 0;
    const { scheduler, store } = bench(
      { concurrency: 10 },
      {
        uneven: async () => {
          let waits = begun++ % 10;
          await wave.promise;
          for (; waits > 0; waits--) await Promise.resolve();
        },
      },
    );
    await scheduler.schedule(
      { job: 'uneven' },
      Array.from({ length: 30 }, () => ({ at: START })),
    );
    await scheduler.start();
    await scheduler.clock.settle();
    wave.resolve();
    await scheduler.runDue();
    expect(begun).toBe(30);
    expect(store.sizes('acquireNextTriggers').every((size) => size === 10)).toBe(true);
    await scheduler.shutdown();
  });

  it('never claims more than maxBatchSize', async () => {
    const { scheduler, store } = bench({ concurrency: 10, maxBatchSize: 4 });
    await scheduler.schedule(
      { job: 'note' },
      Array.from({ length: 30 }, () => ({ at: START })),
    );
    expect(await scheduler.runDue()).toBe(30);
    expect(Math.max(...store.sizes('acquireNextTriggers'))).toBe(4);
    await scheduler.shutdown();
  });

  it('does not ask a store again and again for nothing', async () => {
    const { scheduler, store } = bench({ idleWaitMs: 30_000 });
    await scheduler.start();
    await scheduler.advance('10m');
    expect(store.count('acquireNextTriggers')).toBe(21);
    await scheduler.shutdown();
  });

  it('asks a store that says when to come at that time, and before only for news', async () => {
    const { scheduler, store, runs } = benchOver(new LeavingStore());
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    await scheduler.schedule(
      { job: 'note' },
      [1000, 7000].map((after) => ({ at: START + after })),
    );
    await scheduler.clock.settle();
    const asked = store.count('acquireNextTriggers');
    await scheduler.clock.advance(999);
    expect(store.count('acquireNextTriggers')).toBe(asked);
    await scheduler.clock.advance(1);
    expect([runs.length, store.count('acquireNextTriggers')]).toEqual([2, asked + 1]);
    await scheduler.schedule({ job: 'note', key: 'news' }, { at: START + 3000 });
    await scheduler.advance('10s');
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([0, 1000, 3000, 7000]);
    expect(store.count('releaseAcquiredTriggers')).toBe(0);
    await scheduler.shutdown();
  });

  it('comes again for what fired meanwhile, of which the store said nothing', async () => {
    for (const store of [new LeavingStore(), new LeavingStore({ firesAsItClaims: false })]) {
      const { scheduler, runs } = benchOver(store);
      await scheduler.schedule({ job: 'note' }, { every: '2s', startAt: START, repeat: 3 });
      await scheduler.advance('10s');
      expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([0, 2000, 4000, 6000]);
      await scheduler.shutdown();
    }
  });

  it('fires as it claims from the first time on where the resolver tells what it has', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    expect([runs.length, store.count('triggersFired')]).toEqual([1, 0]);
    await scheduler.shutdown();
  });

  it('comes again soon when others hold all that is due', async () => {
    const { scheduler, store, runs } = benchOver(new LeavingStore());
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    store.locked = true;
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.clock.advance(300);
    expect(runs.length).toBe(1);
    expect(store.count('acquireNextTriggers')).toBeLessThan(20);
    store.locked = false;
    await scheduler.clock.advance(1000);
    expect(runs.length).toBe(2);
    await scheduler.shutdown();
  });

  it('claims the next full batch before the runs of the last begin', async () => {
    const order: string[] = [];
    const { scheduler, store } = bench(
      { concurrency: 6, maxBatchSize: 2 },
      { ordered: () => void order.push('run') },
    );
    await scheduler.schedule({ job: 'ordered' }, { at: START });
    await scheduler.runDue();
    order.length = 0;
    await scheduler.standby();
    await scheduler.schedule(
      { job: 'ordered' },
      Array.from({ length: 4 }, () => ({ at: START })),
    );
    const acquire = store.acquireNextTriggers.bind(store);
    store.acquireNextTriggers = (request) => {
      order.push('ask');
      return acquire(request);
    };
    await scheduler.start();
    await scheduler.clock.settle();
    expect(order.slice(0, 7)).toEqual(['ask', 'ask', 'run', 'run', 'ask', 'run', 'run']);
    await scheduler.shutdown();
  });

  it('runs what was fired ahead when it is halted, and gives back what was claimed', async () => {
    const { scheduler, store, runs } = bench({ concurrency: 6, maxBatchSize: 2 });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    await scheduler.standby();
    await scheduler.schedule(
      { job: 'note' },
      Array.from({ length: 4 }, () => ({ at: START })),
    );
    const answer = deferred();
    const acquire = store.acquireNextTriggers.bind(store);
    let asks = 0;
    store.acquireNextTriggers = async (request) => {
      asks += 1;
      const result = await acquire(request);
      if (asks === 2) await answer.promise;
      return result;
    };
    await scheduler.start();
    await scheduler.clock.settle();
    const stopped = scheduler.standby();
    answer.resolve();
    await stopped;
    expect([asks, runs.length]).toEqual([2, 5]);
    await scheduler.shutdown();
  });

  it('asks nothing while no slot is free, whatever changes', async () => {
    const work = deferred();
    const { scheduler, store } = bench({ concurrency: 1 }, { slow: () => work.promise });
    await scheduler.schedule({ job: 'slow' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const asked = store.count('acquireNextTriggers');
    for (let index = 0; index < 20; index++)
      await scheduler.schedule({ job: 'note', key: `${index}` }, { at: START });
    await scheduler.clock.advance(120_000);
    expect(store.count('acquireNextTriggers')).toBe(asked);
    work.resolve();
    expect(await scheduler.runDue()).toBe(20);
    await scheduler.shutdown();
  });

  it('drains 10 000 one-shots, each exactly once', async () => {
    const seen = new Map<unknown, number>();
    const { scheduler } = bench(
      { concurrency: 50 },
      {
        count: ({ trigger }) => {
          seen.set(trigger.key.name, (seen.get(trigger.key.name) ?? 0) + 1);
        },
      },
    );
    const triggers = Array.from({ length: 10_000 }, (_, index) => ({
      key: `${index}`,
      at: START + (index % 50),
    }));
    await scheduler.schedule({ job: 'count' }, triggers);
    expect(await scheduler.advance(60)).toBe(10_000);
    expect(seen.size).toBe(10_000);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 0, triggers: 0 });
    await scheduler.shutdown();
  });
});

describe('news while the loop waits', () => {
  it('ACQ-33: an earlier trigger fires first: the batch that is held is given back', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { key: 'later', at: START + 20_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.schedule({ job: 'note', key: 'sooner' }, { key: 'sooner', at: START + 5000 });
    await scheduler.clock.settle();
    expect(store.sizes('releaseAcquiredTriggers')).toEqual([1]);
    await scheduler.advance('30s');
    expect(runs.map((run) => [run.trigger.key.name, run.firedAt.getTime() - START])).toEqual([
      ['sooner', 5000],
      ['later', 20_000],
    ]);
    await scheduler.shutdown();
  });

  it('ACQ-33: also when the news came while the store was being asked', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { key: 'later', at: START + 20_000 });
    const letGo = store.holdAfterwards('acquireNextTriggers');
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.schedule({ job: 'note', key: 'sooner' }, { key: 'sooner', at: START + 5000 });
    letGo();
    await scheduler.advance('10s');
    expect(runs.map((run) => run.trigger.key.name)).toEqual(['sooner']);
    await scheduler.shutdown();
  });

  it('of a later trigger changes nothing', async () => {
    const { scheduler, store } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    const asked = store.count('acquireNextTriggers');
    await scheduler.schedule({ job: 'note', key: 'later' }, { at: START + 25_000 });
    await scheduler.clock.settle();
    expect([store.count('releaseAcquiredTriggers'), store.count('acquireNextTriggers')]).toEqual([0, asked]);
    await scheduler.shutdown();
  });

  it('is not worth giving a batch back for less than that costs', async () => {
    const { scheduler, store, runs } = bench();
    Object.defineProperty(store, 'capabilities', { value: { ...store.capabilities, reacquireCostMs: 70 } });
    await scheduler.schedule({ job: 'note' }, { key: 'first', at: START + 1000 });
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.schedule({ job: 'note', key: 'near' }, { key: 'near', at: START + 950 });
    await scheduler.clock.settle();
    expect(store.count('releaseAcquiredTriggers')).toBe(0);
    await scheduler.schedule({ job: 'note', key: 'far' }, { key: 'far', at: START + 900 });
    await scheduler.clock.settle();
    expect(store.count('releaseAcquiredTriggers')).toBe(1);
    await scheduler.advance('2s');
    expect(runs.map((run) => run.trigger.key.name)).toEqual(['far', 'near', 'first']);
    await scheduler.shutdown();
  });

  it('MIS-20: a misfired trigger that is due now wakes the loop', async () => {
    const { scheduler, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { key: 'T', at: START + 1000, misfire: 'fireNow' });
    await scheduler.pauseTrigger('T');
    await scheduler.advance('10m');
    await scheduler.resumeTrigger('T');
    await scheduler.clock.settle();
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([600_000]);
    await scheduler.shutdown();
  });

  it('MIS-13: a misfire is told once, with the missed time', async () => {
    const { scheduler, runs } = bench();
    const missed: (number | null)[] = [];
    scheduler.addTriggerListener({
      name: 'missed',
      triggerMisfired: (trigger) => missed.push(trigger.nextFireAt),
    });
    await scheduler.schedule(
      { job: 'note' },
      { every: '10s', startAt: START + 1000, misfire: 'nextWithExistingCount' },
    );
    await scheduler.clock.advance(300_000);
    await scheduler.advance(10_000);
    expect(missed).toEqual([START + 1000]);
    expect(runs.map((run) => run.firedAt.getTime() - START)).toEqual([301_000]);
    await scheduler.shutdown();
  });
});

describe('trouble with the store', () => {
  it('LIF-12: while claiming fails the loop backs off, tells once, and goes on by itself', async () => {
    const { scheduler, store, errors, runs } = bench();
    store.fail('acquireNextTriggers', { times: 12 });
    await scheduler.schedule({ job: 'note', durable: true }, { at: START });
    await scheduler.start();
    await scheduler.clock.advance(1000);
    expect(store.count('acquireNextTriggers')).toBeGreaterThanOrEqual(6);
    expect(store.count('acquireNextTriggers')).toBeLessThanOrEqual(8);
    expect(errors).toEqual(['Triggers could not be claimed or fired; trying until it succeeds']);
    await scheduler.clock.advance(120_000);
    expect(runs).toHaveLength(1);
    expect(errors).toHaveLength(1);
    store.fail('acquireNextTriggers');
    await scheduler.triggerJob('note');
    await scheduler.clock.advance(1000);
    expect(runs).toHaveLength(2);
    expect(errors).toHaveLength(2);
    await scheduler.shutdown();
  });

  it('LIF-12: an outage without end can be shut down', async () => {
    const { scheduler, store } = bench();
    store.fail('acquireNextTriggers', { times: Number.POSITIVE_INFINITY });
    await scheduler.start();
    await scheduler.clock.advance(3_600_000);
    expect(store.count('acquireNextTriggers')).toBeLessThan(400);
    await scheduler.shutdown();
    expect(scheduler.clock.nextAlarmAt).toBeNull();
  });

  it('FIR-20: a failure in firing loses nothing and doubles nothing', async () => {
    const { scheduler, store, errors, runs } = bench();
    await scheduler.schedule({ job: 'note' }, [
      { key: 'a', at: START + 1000 },
      { key: 'b', at: START + 1000 },
    ]);
    await scheduler.start();
    await scheduler.clock.settle();
    store.fail('triggersFired', { times: 1 });
    await scheduler.clock.advance(1000);
    expect(store.sizes('releaseAcquiredTriggers')).toEqual([2]);
    await scheduler.clock.advance(1000);
    expect(runs.map((run) => run.trigger.key.name).sort()).toEqual(['a', 'b']);
    expect(errors).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('FIR-20: also when giving back fails as well', async () => {
    const { scheduler, store, errors, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START + 1000 });
    await scheduler.start();
    await scheduler.clock.settle();
    store.fail('triggersFired', { times: 1 });
    store.fail('releaseAcquiredTriggers', { times: 4, error: outage() });
    await scheduler.clock.advance(10_000);
    expect(runs).toHaveLength(1);
    expect(errors).toHaveLength(2);
    await scheduler.shutdown();
  });

  it('what must not run is given back, and asking for it again is spaced out', async () => {
    const { scheduler, store, runs } = bench({ maxBatchSize: 1 });
    // In two steps, as of a store that never fires as it claims.
    const acquire = store.acquireNextTriggers.bind(store);
    store.acquireNextTriggers = (request) => acquire({ ...request, fireDue: false });
    await scheduler.schedule({ job: 'note' }, { at: START + 1000 });
    await scheduler.start();
    await scheduler.clock.settle();
    const fire = store.triggersFired.bind(store);
    // The store itself never lets a calendar go that a trigger names.
    store.triggersFired = async (claims) =>
      claims.map(({ fireInstanceId }) => ({ kind: 'notFired', fireInstanceId, reason: 'calendarMissing' }));
    await scheduler.clock.advance(11_000);
    expect(runs).toHaveLength(0);
    expect(store.count('releaseAcquiredTriggers')).toBeGreaterThan(5);
    expect(store.count('releaseAcquiredTriggers')).toBeLessThan(40);
    store.triggersFired = fire;
    await scheduler.clock.advance(1000);
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('tells of a job whose class is missing, and runs the others', async () => {
    const { scheduler, errors, causes, runs } = bench();
    await scheduler.schedule({ job: 'missing' }, { key: 'lost', at: START });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    expect(runs).toHaveLength(1);
    expect(errors).toEqual(['A job cannot run on this node']);
    expect(causes[0]).toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND', details: { jobClass: 'missing' } });
    expect(causes[0]).toBeInstanceOf(SchedulerError);
    expect(await scheduler.getTriggerState('lost')).toBe('error');
    await scheduler.shutdown();
  });
});
