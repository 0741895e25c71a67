/**
 * Waiting triggers, those of busy jobs apart.
 *
 * @module
 */
import { DueIndex } from './due-index.js';
import type { JobEntry, TriggerEntry } from './entries.js';

/**
 * Waiting triggers whose misfires are treated alike.
 *
 * Triggers of a busy job cannot be claimed. Where a claim meets one it parks it with its job, so that the next claim
 * does not meet it again. When the job becomes free only the first of its parked triggers goes back, since it is the
 * only one that can be claimed; whenever one of its triggers leaves, the next follows. So, while a job is free, one of
 * its triggers stands among the due that fires before all its parked ones.
 */
export class Lane {
  /** In fire order. */
  readonly due: DueIndex<TriggerEntry> = new DueIndex();
  readonly #parked: Map<JobEntry, DueIndex<TriggerEntry>> = new Map();

  /** Adds a trigger. */
  add(entry: TriggerEntry): void {
    entry.place = 'due';
    this.due.insert(entry);
  }

  /** Takes a trigger out, wherever it is. */
  remove(entry: TriggerEntry): void {
    if (entry.place === 'parked') {
      this.#takeParked(entry);
    } else {
      this.due.remove(entry);
      if (this.#parked.size > 0 && !entry.job.isBusy) this.#bringBackFirst(entry.job);
    }
    entry.place = 'none';
  }

  /** Parks a trigger of a busy job. */
  park(entry: TriggerEntry): void {
    this.due.remove(entry);
    let queue = this.#parked.get(entry.job);
    if (queue === undefined) {
      queue = new DueIndex();
      this.#parked.set(entry.job, queue);
    }
    queue.insert(entry);
    entry.place = 'parked';
  }

  /** Lets a free job's triggers be claimed again: one of them, or all when they do not exclude each other any more. */
  admit(job: JobEntry): void {
    if (this.#parked.size === 0 || job.isBusy) return;
    if (job.detail?.nonConcurrent) this.#bringBackFirst(job);
    else while (this.#parked.has(job)) this.#bringBackFirst(job);
  }

  /** Adds, for every free job, its first parked trigger due at an instant (epoch ms) or later. */
  bringBackDueFrom(at: number): void {
    const found: TriggerEntry[] = [];
    for (const [job, queue] of this.#parked) {
      const entry = job.isBusy ? null : queue.from(at).current;
      if (entry !== null) found.push(entry);
    }
    for (const entry of found) this.#bringBack(entry);
  }

  /** What is due, and the parked triggers of each job that is not left out. */
  *indexes(exceptJobs: ReadonlySet<JobEntry>): Generator<DueIndex<TriggerEntry>, undefined> {
    yield this.due;
    for (const [job, queue] of this.#parked) if (!exceptJobs.has(job)) yield queue;
  }

  #bringBackFirst(job: JobEntry): void {
    const entry = this.#parked.get(job)?.first();
    if (entry !== undefined && entry !== null) this.#bringBack(entry);
  }

  #bringBack(entry: TriggerEntry): void {
    this.#takeParked(entry);
    this.add(entry);
  }

  #takeParked(entry: TriggerEntry): void {
    const queue = this.#parked.get(entry.job);
    queue?.remove(entry);
    if (queue?.size === 0) this.#parked.delete(entry.job);
  }
}
