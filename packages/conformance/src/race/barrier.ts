/**
 * A point that nobody passes before all have come.
 *
 * @module
 */

/** Lets as many callers go at once as it was made for; then it can be used again. */
export class Barrier {
  readonly #size: number;
  #waiting: (() => void)[] = [];

  /** @param size - how many must come, at least 1 */
  constructor(size: number) {
    this.#size = size;
  }

  /** Waits for the others; the last one lets all go. */
  async arrive(): Promise<void> {
    if (this.#waiting.length + 1 === this.#size) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const go of waiting) go();
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
