import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.js';

describe('ManualClock', () => {
  it('fires alarms in order, each at its own time', async () => {
    const clock = new ManualClock(0);
    const seen: [string, number][] = [];
    clock.wakeAt(30, () => seen.push(['c', clock.now()]));
    clock.wakeAt(10, () => seen.push(['a', clock.now()]));
    clock.wakeAt(20, () => seen.push(['b', clock.now()]));
    clock.wakeAt(31, () => seen.push(['late', clock.now()]));
    await clock.advance(30);
    expect(seen).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ]);
    expect(clock.now()).toBe(30);
    expect(clock.nextAlarmAt).toBe(31);
  });

  it('fires alarms of one instant in the order in which they were set', async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    for (const mark of [1, 2, 3]) clock.wakeAt(5, () => seen.push(mark));
    await clock.advance(5);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('lets what one alarm sets off happen before the next, alarms included', async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    clock.wakeAt(10, () => {
      void Promise.resolve().then(() => clock.wakeAt(15, () => seen.push(clock.now())));
    });
    clock.wakeAt(20, () => seen.push(clock.now()));
    await clock.advance(20);
    expect(seen).toEqual([15, 20]);
  });

  it('calls back for a time that has passed, but never synchronously', async () => {
    const clock = new ManualClock(100);
    let called = false;
    clock.wakeAt(50, () => {
      called = true;
    });
    expect(called).toBe(false);
    await clock.settle();
    expect(called).toBe(true);
  });

  it('forgets cancelled alarms, due or not', async () => {
    const clock = new ManualClock(100);
    const seen: string[] = [];
    clock.wakeAt(100, () => seen.push('due')).cancel();
    clock.wakeAt(110, () => seen.push('later')).cancel();
    await clock.advance(50);
    expect(seen).toEqual([]);
    expect(clock.nextAlarmAt).toBeNull();
  });

  it('lets calls of advance wait for each other', async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    clock.wakeAt(10, () => seen.push(clock.now()));
    clock.wakeAt(20, () => seen.push(clock.now()));
    await Promise.all([clock.advanceTo(10), clock.advanceTo(20)]);
    expect(seen).toEqual([10, 20]);
    expect(clock.now()).toBe(20);
  });

  it('refuses to run backwards, and can be set back', () => {
    const clock = new ManualClock('2026-03-02T10:00:00Z');
    expect(() => clock.advance(-1)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => clock.advanceTo('2026-03-02T09:00:00Z')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    clock.setTo('2026-03-02T09:00:00Z');
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-02T09:00:00.000Z');
  });
});
