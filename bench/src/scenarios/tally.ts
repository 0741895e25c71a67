/**
 * Counts runs, and tells when there were enough.
 *
 * @module
 */
import { preciseNow } from '../statistics.js';
import type { Events } from '../subjects/subject.js';

/** Counts the ends of runs and how many different ids have run. */
export class Tally implements Events {
  /** By id, as ids are small and dense. */
  readonly #runs: number[] = [];
  #completed = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #finish: () => void = () => {};

  ran(id: number, _dueAt: number | null): void {
    this.#runs[id] = (this.#runs[id] ?? 0) + 1;
  }

  completed(count: number): void {
    this.#completed += count;
    if (this.#completed >= this.#wanted) this.#finish();
  }

  /** Resolves when `count` runs have ended. */
  reaches(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = count;
      this.#finish = resolve;
      this.completed(0);
    });
  }

  /** How many ids have run. */
  get ids(): number {
    return this.#runs.reduce((sum) => sum + 1, 0);
  }

  /** How many ids have run more than once. */
  get firedTwice(): number {
    return this.#runs.reduce((sum, runs) => sum + (runs > 1 ? 1 : 0), 0);
  }
}

/** One run, as it was seen. */
export interface SeenRun {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  /** What the subject told its job; null where it tells nothing. */
  readonly dueAt: number | null;
}

/** A tally that also keeps every run with its time, for the scenarios that have few of them. */
export class RunLog extends Tally {
  readonly runs: SeenRun[] = [];

  override ran(id: number, dueAt: number | null): void {
    super.ran(id, dueAt);
    this.runs.push({ id, at: preciseNow(), dueAt });
  }
}
