/**
 * How long one call goes on trying.
 *
 * @module
 */
/** What was begun is waited for so long, even when the patience is over. */
const LEAST_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
const FIRST_LOCK_PAUSE_MS = 1;
const LONGEST_LOCK_PAUSE_MS = 16;

/** Counts down the patience of one call. Pauses grow and are jittered, so that nodes do not keep in step. */
export class Patience {
  readonly #limitMs: number;
  readonly #leastMs: () => number;
  readonly #startedAt = performance.now();
  #pauseMs = FIRST_PAUSE_MS;
  #lockPauseMs = FIRST_LOCK_PAUSE_MS;
  /** Whether an attempt had no answer by the end of it: its connection is of no use. */
  wasExceeded = false;

  /**
   * @param limitMs - how long to go on trying
   * @param leastMs - how long to wait for an answer at least, where something keeps the server busy for long
   */
  constructor(limitMs: number, leastMs: () => number = () => 0) {
    this.#limitMs = limitMs;
    this.#leastMs = leastMs;
  }

  get #leftMs(): number {
    return this.#limitMs - (performance.now() - this.#startedAt);
  }

  /** What `work` gives; rejects when that takes longer than the patience lasts, a second at least. */
  limit<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let last: NodeJS.Immediate | undefined;
      // The timer keeps the process alive while something is under way: the connection does not.
      const timer = setTimeout(
        () => {
          // Where this process was stalled the answer may be here, unread: what has arrived is read first.
          last = setImmediate(() => {
            this.wasExceeded = true;
            reject(new Error('Command timed out'));
          });
        },
        Math.max(this.#leftMs, this.#leastMs(), LEAST_MS),
      );
      work.then(
        (value) => {
          clearTimeout(timer);
          clearImmediate(last);
          resolve(value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          clearImmediate(last);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  /** Pauses before the next attempt; false when there is no time for one. */
  pause(): Promise<boolean> {
    const pauseMs = jittered(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    return this.#sleep(pauseMs);
  }

  /** Pauses while somebody else holds the lock, at most until its lease is over; false when there is no time. */
  pauseForLock(leftMs: number): Promise<boolean> {
    const pauseMs = Math.min(jittered(this.#lockPauseMs), Math.max(leftMs, 1));
    this.#lockPauseMs = Math.min(this.#lockPauseMs * 2, LONGEST_LOCK_PAUSE_MS);
    return this.#sleep(pauseMs);
  }

  /** Waits for something; false when the patience is over first, a second at least. */
  until(something: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(this.#leftMs, LEAST_MS));
      void something.then(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  async #sleep(ms: number): Promise<boolean> {
    const leftMs = this.#leftMs;
    if (leftMs <= 0) return false;
    await new Promise((resolve) => {
      setTimeout(resolve, Math.min(ms, leftMs));
    });
    return true;
  }
}

/** What `work` gives. Meanwhile the process lives, though none of our connections keeps it alive. */
export async function keepingAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, LONGEST_TIMER_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
