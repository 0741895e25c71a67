/**
 * Noticing what other nodes store: by asking when the first trigger is due.
 *
 * @module
 */

/** A trigger that is due within an interval is looked at when it is due, but no more often than this in an interval. */
const MOST_PER_INTERVAL = 4;

/**
 * Asks again and again when the first trigger is due, and tells when that changed: at least once in every interval,
 * whatever else the node does, and when the trigger that it knows of is due. Nothing here keeps the process alive.
 */
export class PollingWakeup {
  readonly #intervalMs: number;
  readonly #nextDueAt: () => Promise<number | null>;
  readonly #changed: (nextAt: number) => void;
  #timer: NodeJS.Timeout | null = null;
  #lastTold: number | null = null;
  #asking: Promise<void> = Promise.resolve();
  #stopped = false;

  /**
   * @param intervalMs - how long to wait between an answer and the next question at most, in ms
   * @param nextDueAt - when the first trigger is due that can be claimed (epoch ms); null when there is none
   * @param changed - the scheduler is to look again
   */
  constructor(
    intervalMs: number,
    nextDueAt: () => Promise<number | null>,
    changed: (nextAt: number) => void,
  ) {
    this.#intervalMs = intervalMs;
    this.#nextDueAt = nextDueAt;
    this.#changed = changed;
  }

  /** Begins to ask. */
  start(): void {
    if (this.#timer === null) this.#askIn(this.#intervalMs);
  }

  /**
   * This node claims: a time that was told before is news again. The next question stays where it is, for a claim
   * leaves out what others have locked for a moment.
   */
  claimed(): void {
    this.#lastTold = null;
  }

  /** Stops for good; resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#asking;
  }

  #askIn(pauseMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask();
    }, pauseMs).unref();
  }

  async #ask(): Promise<void> {
    let nextAt: number | null = null;
    try {
      nextAt = await this.#nextDueAt();
      if (this.#stopped) return;
      if (nextAt !== null && nextAt !== this.#lastTold) this.#changed(nextAt);
      this.#lastTold = nextAt;
    } catch {
      // The database is away: calls of the scheduler say so, and this looks again.
    }
    this.#askIn(this.#pauseBefore(nextAt));
  }

  /** What is still there when it is due was left by everybody: one that waits for it would be late by an interval. */
  #pauseBefore(nextAt: number | null): number {
    // Says only how long to sleep before the next question: nothing of a trigger is decided by this clock.
    // eslint-disable-next-line no-restricted-syntax
    const remainingMs = nextAt === null ? 0 : nextAt - Date.now();
    if (remainingMs <= 0) return this.#intervalMs;
    return Math.min(this.#intervalMs, Math.max(remainingMs, this.#intervalMs / MOST_PER_INTERVAL));
  }
}
