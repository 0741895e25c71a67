import { describe, expect, it } from 'vitest';
import { bench, claimable, START } from '../../test/fixtures/scheduler-bench.js';
import { settled } from '../../test/fixtures/troubled-store.js';

describe('opening', () => {
  it('LIF-01: scheduling opens the store, sets no timer and fires nothing', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { every: '1s' });
    expect(scheduler.status).toBe('idle');
    expect(scheduler.clock.nextAlarmAt).toBeNull();
    await scheduler.clock.advance(60_000);
    expect(runs).toHaveLength(0);
    expect(store.calls.map((call) => call.operation)).toEqual(['initialize']);
  });

  it('is shared by calls that come at the same time', async () => {
    const { scheduler, store } = bench();
    await Promise.all([
      scheduler.listJobs(),
      scheduler.start(),
      scheduler.addJob({ job: 'note', durable: true }),
    ]);
    expect(store.count('initialize')).toBe(1);
    await scheduler.shutdown();
  });

  it('that failed is tried again by the next call', async () => {
    const { scheduler, store } = bench();
    store.fail('initialize');
    await expect(scheduler.listJobs()).rejects.toThrow('the store is down');
    expect(await scheduler.listJobs()).toEqual([]);
    expect(store.count('initialize')).toBe(2);
  });
});

describe('starting', () => {
  it('LIF-02: start, standby, start recovers once', async () => {
    const { scheduler, store, events } = bench();
    await scheduler.start();
    await scheduler.start();
    await scheduler.standby();
    await scheduler.standby();
    expect(scheduler.status).toBe('standby');
    await scheduler.start();
    expect(scheduler.status).toBe('started');
    expect(store.count('schedulerStarted')).toBe(1);
    expect(events).toEqual(['starting', 'started', 'standby', 'starting', 'started']);
    await scheduler.shutdown();
  });

  it('LIF-08: what was scheduled before fires promptly after the start', async () => {
    const { scheduler, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: scheduler.clock.now() });
    await scheduler.start();
    await scheduler.whenIdle();
    await scheduler.clock.settle();
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('LIF-08: also a job that was triggered by hand', async () => {
    const { scheduler, runs } = bench();
    await scheduler.addJob({ job: 'note', durable: true });
    await scheduler.triggerJob('note');
    expect(await scheduler.runDue()).toBe(1);
    expect(runs).toHaveLength(1);
  });

  it('LIF-09: what is scheduled after the start fires promptly, though the loop sleeps', async () => {
    const { scheduler, runs } = bench();
    await scheduler.start();
    await scheduler.clock.settle();
    await scheduler.schedule({ job: 'note' }, { at: scheduler.clock.now() });
    await scheduler.clock.settle();
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('is not idle while it is under way', async () => {
    const { scheduler, store } = bench();
    const letGo = store.hold('schedulerStarted');
    const started = scheduler.start();
    const idle = scheduler.whenIdle();
    expect(await settled(idle)).toBe(false);
    letGo();
    await started;
    await idle;
    await scheduler.shutdown();
  });

  it('REC-14: a start that fails rejects and may be tried again', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: scheduler.clock.now() });
    store.fail('schedulerStarted');
    await expect(scheduler.start()).rejects.toThrow('the store is down');
    expect(scheduler.status).toBe('idle');
    expect(scheduler.clock.nextAlarmAt).toBeNull();
    await scheduler.start();
    await scheduler.clock.settle();
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('REC-14: after a failed start it can be shut down', async () => {
    const { scheduler, store } = bench();
    store.fail('schedulerStarted');
    await expect(scheduler.start()).rejects.toThrow();
    await scheduler.shutdown();
    expect(scheduler.status).toBe('shutDown');
    expect(store.count('shutdown')).toBe(1);
  });

  describe('with a delay', () => {
    it('opens the store at once and fires after it', async () => {
      const { scheduler, store, runs } = bench();
      await scheduler.schedule({ job: 'note' }, { at: scheduler.clock.now() });
      await scheduler.start({ delayMs: 5000 });
      await scheduler.clock.advance(4999);
      expect([scheduler.status, store.count('schedulerStarted'), runs.length]).toEqual(['idle', 0, 0]);
      await scheduler.clock.advance(1);
      expect([scheduler.status, store.count('schedulerStarted'), runs.length]).toEqual(['started', 1, 1]);
      await scheduler.shutdown();
    });

    it('rejects at once when the store cannot be opened', async () => {
      const { scheduler, store } = bench();
      store.fail('initialize');
      await expect(scheduler.start({ delayMs: 5000 })).rejects.toThrow('the store is down');
      expect(scheduler.clock.nextAlarmAt).toBeNull();
    });

    it('reports a later failure once and tries until it succeeds', async () => {
      const { scheduler, store, errors } = bench();
      store.fail('schedulerStarted', { times: 3 });
      await scheduler.start({ delayMs: 5000 });
      await scheduler.clock.advance(6000);
      expect(scheduler.status).toBe('started');
      expect(errors).toEqual(['The delayed start failed; trying until it succeeds']);
      await scheduler.shutdown();
    });

    it.each(['standby', 'shutdown'] as const)('is taken back by %s', async (call) => {
      const { scheduler, store } = bench();
      await scheduler.start({ delayMs: 5000 });
      await scheduler[call]();
      expect(scheduler.clock.nextAlarmAt).toBeNull();
      await scheduler.clock.advance(10_000);
      expect(store.count('schedulerStarted')).toBe(0);
    });

    it('is overtaken by a start without one', async () => {
      const { scheduler, events } = bench();
      await scheduler.start({ delayMs: 5000 });
      await scheduler.start();
      await scheduler.clock.advance(10_000);
      expect(events).toEqual(['starting', 'started']);
      await scheduler.shutdown();
    });

    it('may be longer than a Node timer', async () => {
      const { scheduler } = bench();
      await scheduler.start({ delayMs: 40 * 86_400_000 });
      await scheduler.clock.advance(40 * 86_400_000);
      expect(scheduler.status).toBe('started');
      await scheduler.shutdown();
    });
  });
});

describe('standby', () => {
  it('LIF-03: gives back what it holds, and claims nothing', async () => {
    const setup = bench();
    const { scheduler, store, runs } = setup;
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    expect(await claimable(setup)).toBe(0);
    await scheduler.standby();
    expect(store.sizes('releaseAcquiredTriggers')).toEqual([1]);
    expect(await claimable(setup)).toBe(1);
    const asked = store.count('acquireNextTriggers');
    await scheduler.clock.advance(60_000);
    expect(store.count('acquireNextTriggers')).toBe(asked);
    expect(runs).toHaveLength(0);
    await scheduler.shutdown();
  });

  it('fires what became due meanwhile when it is started again', async () => {
    const { scheduler, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    await scheduler.start();
    await scheduler.standby();
    await scheduler.clock.advance(30_000);
    expect(runs).toHaveLength(0);
    await scheduler.start();
    await scheduler.clock.settle();
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('runs what the store had fired when the standby came', async () => {
    const { scheduler, store, runs } = bench();
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.advance(0);
    await scheduler.schedule({ job: 'note' }, { at: START });
    const letGo = store.hold('acquireNextTriggers');
    await scheduler.standby();
    void scheduler.start();
    await scheduler.clock.settle();
    const halted = scheduler.standby();
    letGo();
    await halted;
    await scheduler.clock.settle();
    expect(runs).toHaveLength(2);
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it('keeps trying to give back while the store is down', async () => {
    const setup = bench();
    const { scheduler, store, errors } = setup;
    await scheduler.schedule({ job: 'note' }, { at: START + 20_000 });
    await scheduler.start();
    await scheduler.clock.settle();
    store.fail('releaseAcquiredTriggers', { times: 3 });
    const halted = scheduler.standby();
    expect(await settled(halted)).toBe(false);
    await scheduler.clock.advance(1000);
    await halted;
    expect(errors).toEqual(['Claimed triggers could not be given back']);
    expect(await claimable(setup)).toBe(1);
    await scheduler.shutdown();
  });
});

describe('metadata', () => {
  it('says who, where and how much', async () => {
    const { scheduler, store } = bench({ name: 'billing', instanceId: 'node-7', concurrency: 3 });
    expect(scheduler.metadata()).toMatchObject({
      status: 'idle',
      startedAt: null,
      runs: 0,
      running: 0,
      failures: 0,
    });
    await scheduler.schedule({ job: 'note' }, [{ at: START }, { at: START + 5 }]);
    await scheduler.advance(10);
    expect(scheduler.metadata()).toMatchObject({
      name: 'billing',
      instanceId: 'node-7',
      status: 'started',
      startedAt: new Date(START),
      concurrency: 3,
      runs: 2,
      capabilities: store.capabilities,
      versions: { core: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.version },
    });
  });

  it('CLU-14: instance ids of one process differ, and fit a store', () => {
    const ids = Array.from({ length: 50 }, () => bench().scheduler.instanceId);
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(200);
  });
});
