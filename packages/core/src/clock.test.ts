import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';

const START = Date.parse('2026-03-02T10:00:00Z');
const DAY = 86_400_000;

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('wakes after more days than a timer of Node can hold', async () => {
    const woken: number[] = [];
    systemClock.wakeAt(START + 40 * DAY, () => woken.push(Date.now()));
    await vi.advanceTimersByTimeAsync(40 * DAY - 1);
    expect(woken).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toEqual([START + 40 * DAY]);
  });

  it('never calls back synchronously, and not at all once cancelled', async () => {
    let calls = 0;
    systemClock.wakeAt(START - 1, () => {
      calls += 1;
    });
    expect(calls).toBe(0);
    const cancelled = systemClock.wakeAt(START + 10, () => {
      calls += 10;
    });
    cancelled.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toBe(1);
  });

  it('does not sleep on when the clock is set back (MIS-22)', async () => {
    let calls = 0;
    systemClock.wakeAt(START + 30_000, () => {
      calls += 1;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    vi.setSystemTime(START - DAY);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(calls).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toBe(1);
  });

  it('wakes by the new time when the clock is set forward', async () => {
    let calls = 0;
    systemClock.wakeAt(START + DAY, () => {
      calls += 1;
    });
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(START + DAY);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(1);
  });
});
