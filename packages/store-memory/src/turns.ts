/**
 * One after another.
 *
 * @module
 */

/** Lets steps run one at a time, in the order in which they came. */
export class Turns {
  readonly #queue: (() => void)[] = [];
  #isTaken = false;

  /** Runs work that waits for other things while nobody else has the turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isTaken) await this.#turn();
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  /** Runs work that waits for nothing: at once when nobody has the turn. */
  async takeBriefly<T>(work: () => T): Promise<T> {
    if (!this.#isTaken) return work();
    await this.#turn();
    try {
      return work();
    } finally {
      this.#pass();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** Hands the turn over without letting it go, lest somebody new slip in before the one who was called. */
  #pass(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
