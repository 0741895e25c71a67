import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Backoff } from './backoff.js';
import { Condition } from './condition.js';
import { Pause } from './pause.js';

const DAY_MS = 86_400_000;

describe('Pause', () => {
  it('sleeps until its time', async () => {
    const clock = new ManualClock(0);
    const pause = new Pause(clock, () => {});
    let woken = false;
    void pause.sleep(10).then(() => {
      woken = true;
    });
    await clock.advance(9);
    expect([woken, pause.sleeping]).toEqual([false, true]);
    await clock.advance(1);
    expect([woken, pause.sleeping]).toEqual([true, false]);
  });

  it('is awake from the moment of the wake-up on, and leaves no alarm behind', async () => {
    const clock = new ManualClock(0);
    const pause = new Pause(clock, () => {});
    const slept = pause.sleep(10);
    pause.wake();
    expect(pause.sleeping).toBe(false);
    await slept;
    expect(clock.nextAlarmAt).toBeNull();
  });

  it('forgets a wake-up while nobody sleeps, and tells each time somebody lies down', async () => {
    const clock = new ManualClock(0);
    let rests = 0;
    const pause = new Pause(clock, () => {
      rests += 1;
    });
    pause.wake();
    void pause.sleep(null);
    expect([pause.sleeping, rests]).toEqual([true, 1]);
    pause.wake();
  });

  describe('over more than the 24.8 days of a Node timer', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it.each([25, 60, 120])('sleeps the whole of %i days on the system clock', async (days) => {
      const until = Date.now() + days * DAY_MS;
      const pause = new Pause(systemClock, () => {});
      let wokenAt: number | null = null;
      void pause.sleep(until).then(() => {
        wokenAt = Date.now();
      });
      await vi.advanceTimersByTimeAsync(days * DAY_MS - 1);
      expect(wokenAt).toBeNull();
      await vi.advanceTimersByTimeAsync(1);
      expect(wokenAt).toBe(until);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('leaves no timer behind when it is woken', async () => {
      const pause = new Pause(systemClock, () => {});
      const slept = pause.sleep(Date.now() + 30 * DAY_MS);
      await vi.advanceTimersByTimeAsync(DAY_MS);
      pause.wake();
      await slept;
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe('Backoff', () => {
  it('doubles from 20 ms to 30 s, shortened at random by up to half', () => {
    const backoff = new Backoff();
    for (const full of [
      20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480, 30_000, 30_000, 30_000,
    ]) {
      const delay = backoff.failed();
      expect(delay).toBeGreaterThanOrEqual(Math.max(20, full / 2));
      expect(delay).toBeLessThanOrEqual(full);
    }
  });

  it('stays in its bounds over an outage of any length', () => {
    const backoff = new Backoff();
    for (let failure = 0; failure < 5000; failure++) backoff.failed();
    expect(backoff.failed()).toBeGreaterThanOrEqual(15_000);
    expect(backoff.failed()).toBeLessThanOrEqual(30_000);
  });

  it('starts anew after a success', () => {
    const backoff = new Backoff();
    for (let failure = 0; failure < 8; failure++) backoff.failed();
    backoff.succeeded();
    expect(backoff.failures).toBe(0);
    expect(backoff.failed()).toBe(20);
  });
});

describe('Condition', () => {
  it('is reached at once when it holds, and at the next check when it comes to hold', async () => {
    let holds = false;
    const condition = new Condition(() => holds);
    const seen: string[] = [];
    void condition.reached().then(() => seen.push('first'));
    condition.check();
    await Promise.resolve();
    expect(seen).toEqual([]);
    holds = true;
    condition.check();
    await condition.reached();
    expect(seen).toEqual(['first']);
  });
});
