import { describe, expect, it } from 'vitest';
import { benchOver, START } from '../../test/fixtures/scheduler-bench.js';
import { ClusterStore, outage, TroubledStore } from '../../test/fixtures/troubled-store.js';
import type { Recovery } from '../spi/results.js';

const recovery: Recovery = { instanceId: 'node-2', released: 1, recovering: [], abandoned: 0 };

describe('the heartbeat', () => {
  it('checks in at every interval, in standby too, until the shutdown', async () => {
    const { scheduler, store } = benchOver(new ClusterStore(), { checkInIntervalMs: 5000 });
    await scheduler.start();
    expect(store.count('checkIn')).toBe(0);
    await scheduler.clock.advance(15_000);
    expect(store.count('checkIn')).toBe(3);
    await scheduler.standby();
    await scheduler.clock.advance(10_000);
    expect(store.count('checkIn')).toBe(5);
    await scheduler.shutdown();
    expect(scheduler.clock.nextAlarmAt).toBeNull();
    await scheduler.clock.advance(10_000);
    expect(store.count('checkIn')).toBe(5);
  });

  it('does not beat over a store that has no other nodes', async () => {
    const { scheduler, store } = benchOver(new TroubledStore(), { checkInIntervalMs: 5000 });
    await scheduler.advance('1h');
    expect(store.count('checkIn')).toBe(0);
    await scheduler.shutdown();
  });

  it('never overlaps with itself', async () => {
    const { scheduler, store } = benchOver(new ClusterStore(), { checkInIntervalMs: 1000 });
    await scheduler.start();
    const letGo = store.hold('checkIn');
    await scheduler.clock.advance(10_000);
    expect(store.count('checkIn')).toBe(1);
    letGo();
    await scheduler.clock.advance(1000);
    expect(store.count('checkIn')).toBe(2);
    await scheduler.shutdown();
  });

  it('CLU-11, CLU-12: repeats what failed, sooner and sooner apart, tells once, and goes on', async () => {
    const { scheduler, store, errors } = benchOver(new ClusterStore(), { checkInIntervalMs: 5000 });
    store.fail('checkIn', { times: 6, error: outage() });
    await scheduler.start();
    await scheduler.clock.advance(7000);
    expect(store.count('checkIn')).toBe(7);
    expect(errors).toEqual(['This node could not check in; trying until it succeeds']);
    await scheduler.clock.advance(5000);
    expect(store.count('checkIn')).toBeGreaterThanOrEqual(8);
    expect(errors).toHaveLength(1);
    expect(scheduler.status).toBe('started');
    store.fail('checkIn', { times: 2 });
    await scheduler.clock.advance(10_000);
    expect(errors).toHaveLength(2);
    await scheduler.shutdown();
  });

  it('tells of nodes that were recovered, and looks for their work at once', async () => {
    const { scheduler, store, events } = benchOver(new ClusterStore(), { checkInIntervalMs: 5000 });
    store.found.push({ fenced: false, recoveries: [recovery] });
    await scheduler.start();
    await scheduler.clock.settle();
    const asked = store.count('acquireNextTriggers');
    await scheduler.clock.advance(5000);
    expect(events.filter((event) => event === 'recovered')).toHaveLength(1);
    expect(store.count('acquireNextTriggers')).toBe(asked + 1);
    await scheduler.clock.advance(5000);
    expect(events.filter((event) => event === 'recovered')).toHaveLength(1);
    await scheduler.shutdown();
  });

  it('CLU-10: tells a node that it was fenced', async () => {
    const { scheduler, store, causes } = benchOver(new ClusterStore(), { checkInIntervalMs: 5000 });
    store.found.push({ fenced: true, recoveries: [] });
    await scheduler.schedule({ job: 'note' }, { at: START + 60_000 });
    await scheduler.start();
    await scheduler.clock.advance(5000);
    expect(causes).toEqual([expect.objectContaining({ code: 'ERR_NODE_FENCED' })]);
    await scheduler.shutdown();
  });
});
