/**
 * Sleeping until an instant or until somebody wakes the sleeper.
 *
 * @module
 */
import type { Clock, Timer } from '../clock.js';

/** One sleeper's bed. A wake-up while nobody sleeps is forgotten: whoever wakes leaves word elsewhere first. */
export class Pause {
  readonly #clock: Clock;
  readonly #asleep: () => void;
  #timer: Timer | null = null;
  #wake: (() => void) | null = null;

  /** `asleep` is called each time the sleeper has lain down. */
  constructor(clock: Clock, asleep: () => void) {
    this.#clock = clock;
    this.#asleep = asleep;
  }

  /** Whether somebody sleeps; false from the moment of the wake-up on. */
  get sleeping(): boolean {
    return this.#wake !== null;
  }

  /** Sleeps until the clock shows `at` (epoch ms; null for no time) or {@link Pause.wake} is called. */
  sleep(at: number | null): Promise<void> {
    const slept = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (at !== null) this.#timer = this.#clock.wakeAt(at, () => this.wake());
    this.#asleep();
    return slept;
  }

  wake(): void {
    const wake = this.#wake;
    if (wake === null) return;
    this.#wake = null;
    this.#timer?.cancel();
    this.#timer = null;
    wake();
  }
}

/** Lets everything else that is ready go first: I/O, timers, and runs that end in the same turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
