/**
 * How long to wait before the next attempt.
 *
 * @module
 */

/** Delays that double with every failure in a row, each shortened at random by up to half so that nodes spread. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;

  /** @param longestMs - no delay is longer, in ms */
  constructor(firstMs = 20, longestMs = 30_000) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure and says how long to wait, in ms: never less than the first delay. */
  failed(): number {
    const delay = Math.min(this.#firstMs * 2 ** Math.min(this.#failures, 30), this.#longestMs);
    this.#failures += 1;
    return Math.max(this.#firstMs, Math.round(delay * (1 - Math.random() / 2)));
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
