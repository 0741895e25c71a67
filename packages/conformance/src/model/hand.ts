/**
 * What a node holds while a sequence is played: claims, runs, and those that are settled.
 *
 * @module
 */
import type { AcquiredTrigger, FiredBundle } from '@ametrine/core/spi';
import type { Pick } from './commands.js';

/** What can be held. */
type Held = AcquiredTrigger | FiredBundle;

/** Claims or runs in the order in which they came. */
export class Pile<T extends Held> {
  #open: readonly T[] = [];
  #settled: readonly T[] = [];

  add(item: T): void {
    this.#open = [...this.#open, item];
  }

  /** Those that a command is about. */
  pick(pick: Pick): readonly T[] {
    switch (pick) {
      case 'all':
        return this.#open;
      case 'first':
        return this.#open.slice(0, 1);
      case 'last':
        return this.#open.slice(-1);
      case 'settled':
        return this.#settled.slice(-1);
    }
  }

  /** They have been dealt with; using them again must have no effect. */
  settle(items: readonly T[]): void {
    const done = new Set(items);
    this.#settled = [...this.#settled, ...this.#open.filter((item) => done.has(item))];
    this.#open = this.#open.filter((item) => !done.has(item));
  }
}

/** The hand of one node. */
export class Hand {
  readonly claims: Pile<AcquiredTrigger> = new Pile<AcquiredTrigger>();
  readonly runs: Pile<FiredBundle> = new Pile<FiredBundle>();

  /** The node’s life ended. */
  loseAll(): void {
    this.claims.settle(this.claims.pick('all'));
    this.runs.settle(this.runs.pick('all'));
  }
}
