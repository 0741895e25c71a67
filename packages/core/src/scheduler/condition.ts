/**
 * Waiting for a state of affairs.
 *
 * @module
 */

/** Something to wait for. Whoever changes what it depends on calls {@link Condition.check}. */
export class Condition {
  readonly #holds: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(holds: () => boolean) {
    this.#holds = holds;
  }

  /** Resolves once it holds: at once when it does already. */
  reached(): Promise<void> {
    if (this.#holds()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  check(): void {
    if (this.#waiting.length === 0 || !this.#holds()) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
