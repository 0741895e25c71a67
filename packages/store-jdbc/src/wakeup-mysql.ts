/**
 * Noticing what other nodes store: by asking when the first trigger is due.
 *
 * @module
 */

/** Asks again and again when the first trigger is due, and tells when that changed. Nothing here keeps the process alive. */
export class PollingWakeup {
  readonly #intervalMs: number;
  readonly #nextDueAt: () => Promise<number | null>;
  readonly #changed: (nextAt: number) => void;
  #timer: NodeJS.Timeout | null = null;
  #lastTold: number | null = null;
  #asking: Promise<void> = Promise.resolve();
  #stopped = false;

  /**
   * @param intervalMs - how long to wait between two questions, in ms
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
    if (this.#stopped || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask();
    }, this.#intervalMs).unref();
  }

  /** This node claims: it knows by that what is due, and a time that was told before is news again. */
  claimed(): void {
    this.#lastTold = null;
    this.#timer?.refresh();
  }

  /** Stops for good; resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      const nextAt = await this.#nextDueAt();
      if (this.#stopped) return;
      if (nextAt !== null && nextAt !== this.#lastTold) this.#changed(nextAt);
      this.#lastTold = nextAt;
    } catch {
      // The database is away: calls of the scheduler say so, and this looks again.
    }
    this.#timer = null;
    this.start();
  }
}
