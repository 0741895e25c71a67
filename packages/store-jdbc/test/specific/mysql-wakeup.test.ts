import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PollingWakeup } from '../../src/wakeup-mysql.js';

const INTERVAL_MS = 1000;

/** A wake-up on a clock that the test drives, when it asked, and what it told. */
function begin(answer: () => Promise<number | null>) {
  const started = Date.now();
  const asked: number[] = [];
  const told: number[] = [];
  const wakeup = new PollingWakeup(
    INTERVAL_MS,
    () => {
      asked.push(Date.now() - started);
      return answer();
    },
    (nextAt) => told.push(nextAt - started),
  );
  onTestFinished(() => wakeup.stop());
  wakeup.start();
  return { wakeup, asked, told };
}

describe('asking when the first trigger is due', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes on once an interval while the node claims all the time', async () => {
    const { wakeup, asked } = begin(async () => null);
    for (let ms = 0; ms < 3000; ms += 10) {
      wakeup.claimed();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(asked).toEqual([1000, 2000, 3000]);
  });

  it('is done when the trigger that is known is due, where that is sooner', async () => {
    const due = Date.now() + 1400;
    const { asked } = begin(async () => due);
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toEqual([1000, 1400, 2400]);
  });

  it('is not done at every trigger of a dense schedule', async () => {
    const { asked } = begin(async () => Date.now() + 1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toEqual([1000, 1250, 1500, 1750, 2000]);
  });

  it('tells a time once, and again after a claim that left it', async () => {
    const due = Date.now() + 60_000;
    const { wakeup, told } = begin(async () => due);
    await vi.advanceTimersByTimeAsync(2000);
    expect(told).toEqual([60_000]);
    wakeup.claimed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual([60_000, 60_000]);
  });

  it('goes on after a question that failed', async () => {
    const due = Date.now() + 5000;
    let questions = 0;
    const { asked, told } = begin(async () => {
      if (questions++ === 0) throw new Error('away');
      return due;
    });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toEqual([1000, 2000, 3000]);
    expect(told).toEqual([5000]);
  });

  it('ends when it is stopped, also in the middle of a question', async () => {
    let answer: (nextAt: number) => void = () => undefined;
    const { wakeup, asked, told } = begin(() => new Promise((resolve) => (answer = resolve)));
    await vi.advanceTimersByTimeAsync(1000);
    const stopped = wakeup.stop();
    answer(Date.now() + 5000);
    await stopped;
    await vi.advanceTimersByTimeAsync(5000);
    expect({ asked, told }).toEqual({ asked: [1000], told: [] });
  });
});
