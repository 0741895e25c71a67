/**
 * The triggers that wait for their time, kept so that what a claim looks at is what it takes.
 *
 * @module
 */
import type { JobDetail, Trigger } from '@ametrine/core';
import { compareDue } from '@ametrine/core/spi';
import type { DueCursor } from './due-index.js';
import type { JobEntry, TriggerEntry } from './entries.js';
import { Lane } from './lane.js';

/** What {@link WaitingTriggers.due} looks for. */
export interface WaitingDueQuery {
  /** Due at this instant or before (epoch ms). */
  readonly noLaterThan: number;
  /** Due at this instant or later, unless their instruction is `ignore`. */
  readonly misfiredBefore: number;
  readonly limit: number;
  /** Behind this trigger in fire order; null to start at the front. */
  readonly after: Trigger | null;
  readonly exceptJobs: ReadonlySet<JobEntry>;
}

/** What {@link WaitingTriggers.misfired} looks for. */
export interface WaitingMisfiredQuery {
  /** Due before this instant (epoch ms). */
  readonly before: number;
  readonly limit: number;
  /** Among these only; null for all. */
  readonly among: Iterable<TriggerEntry> | null;
  readonly exceptJobs: ReadonlySet<JobEntry>;
}

/** What a claim found. */
export interface Candidates {
  readonly chosen: readonly ChosenTrigger[];
  /** Met on the way; their jobs are busy, or will be once what is chosen is claimed. */
  readonly blocked: readonly TriggerEntry[];
}

/** A trigger to claim. */
export interface ChosenTrigger {
  readonly entry: TriggerEntry;
  readonly job: JobDetail;
}

/** Every waiting trigger that has a next fire time, by that time. */
export class WaitingTriggers {
  /** Overdue ones have misfired. */
  readonly #regular = new Lane();
  /** Overdue ones are simply due: their instruction is `ignore`. Apart, lest the search for misfires meet them. */
  readonly #ignoring = new Lane();
  #visited = 0;

  /** How many triggers all searches so far have looked at. */
  get visited(): number {
    return this.#visited;
  }

  /** Adds a trigger that waits. */
  add(entry: TriggerEntry): void {
    this.#laneOf(entry).add(entry);
  }

  /** Takes a trigger out, before anything of it changes. */
  remove(entry: TriggerEntry): void {
    this.#laneOf(entry).remove(entry);
  }

  /** To be called when a job was freed, or was stored differently. */
  admit(job: JobEntry): void {
    this.#regular.admit(job);
    this.#ignoring.admit(job);
  }

  /** Parks a trigger whose job is busy. */
  park(entry: TriggerEntry): void {
    this.#laneOf(entry).park(entry);
  }

  /** Gives the first trigger due before an instant (epoch ms) that has misfired; parks those of busy jobs. */
  firstMisfired(before: number): TriggerEntry | null {
    for (;;) {
      const entry = this.#regular.due.first();
      if (entry === null || timeOf(entry) >= before) return null;
      this.#visited += 1;
      if (!entry.job.isBusy) return entry;
      this.park(entry);
    }
  }

  /**
   * Makes sure that misfired triggers which a pass has left do not hide what their jobs have due at `misfiredBefore`
   * (epoch ms) or later.
   */
  lookPastMisfired(misfiredBefore: number): void {
    this.#regular.bringBackDueFrom(misfiredBefore);
  }

  /**
   * Finds what to claim, in fire order, and changes nothing (JS-ACQ-01 to JS-ACQ-05, JS-ACQ-08, JS-ACQ-09).
   *
   * @param endAfter - gives the new bound once the first trigger is found, from its fire time (epoch ms)
   */
  candidates(request: CandidateRequest, endAfter: (firstFireAt: number) => number): Candidates {
    const chosen: ChosenTrigger[] = [];
    const blocked: TriggerEntry[] = [];
    const takenJobs = new Set<JobEntry>();
    const regular = this.#regular.due.from(request.misfiredBefore);
    const ignoring = this.#ignoring.due.from(Number.NEGATIVE_INFINITY);
    let end = request.noLaterThan;
    while (chosen.length < request.maxCount) {
      const entry = nextOfBoth(regular, ignoring);
      if (entry === null || timeOf(entry) > end) break;
      this.#visited += 1;
      const { job } = entry;
      if (job.isBusy || takenJobs.has(job)) {
        blocked.push(entry);
        continue;
      }
      const { detail } = job;
      if (detail === null || request.excludedClasses.has(detail.jobClass)) continue;
      if (detail.nonConcurrent) takenJobs.add(job);
      if (chosen.length === 0) end = endAfter(timeOf(entry));
      chosen.push({ entry, job: detail });
    }
    return { chosen, blocked };
  }

  /** Finds waiting triggers in fire order, of busy jobs too. */
  due(query: WaitingDueQuery): readonly TriggerEntry[] {
    const { noLaterThan, misfiredBefore, limit, after, exceptJobs } = query;
    const afterMisfired = after !== null && (after.nextFireAt ?? Number.POSITIVE_INFINITY) >= misfiredBefore;
    const isWanted = (entry: TriggerEntry): boolean => timeOf(entry) <= noLaterThan;
    const found: TriggerEntry[] = [];
    for (const index of this.#regular.indexes(exceptJobs)) {
      const start = afterMisfired ? index.behind(after) : index.from(misfiredBefore);
      this.#collect(found, start, limit, exceptJobs, isWanted);
    }
    for (const index of this.#ignoring.indexes(exceptJobs)) {
      const start = after === null ? index.from(Number.NEGATIVE_INFINITY) : index.behind(after);
      this.#collect(found, start, limit, exceptJobs, isWanted);
    }
    return inFireOrder(found, limit);
  }

  /** Finds misfired triggers in fire order, of busy jobs too. */
  misfired({ before, limit, among, exceptJobs }: WaitingMisfiredQuery): readonly TriggerEntry[] {
    const isWanted = (entry: TriggerEntry): boolean => timeOf(entry) < before;
    const found: TriggerEntry[] = [];
    if (among === null) {
      for (const index of this.#regular.indexes(exceptJobs)) {
        this.#collect(found, index.from(Number.NEGATIVE_INFINITY), limit, exceptJobs, isWanted);
      }
    } else {
      for (const entry of among) {
        const isHere = entry.place !== 'none' && this.#laneOf(entry) === this.#regular;
        if (isHere && isWanted(entry) && !exceptJobs.has(entry.job)) found.push(entry);
      }
    }
    return inFireOrder(found, limit);
  }

  /** Reads on from a cursor while entries are wanted, and keeps at most `limit` of them. */
  #collect(
    found: TriggerEntry[],
    cursor: DueCursor<TriggerEntry>,
    limit: number,
    exceptJobs: ReadonlySet<JobEntry>,
    isWanted: (entry: TriggerEntry) => boolean,
  ): void {
    const end = found.length + limit;
    for (; found.length < end; cursor.advance()) {
      const entry = cursor.current;
      if (entry === null || !isWanted(entry)) return;
      this.#visited += 1;
      if (!exceptJobs.has(entry.job)) found.push(entry);
    }
  }

  #laneOf(entry: TriggerEntry): Lane {
    return entry.trigger.misfireInstruction === 'ignore' ? this.#ignoring : this.#regular;
  }
}

/** What bounds a claim. */
export interface CandidateRequest {
  readonly noLaterThan: number;
  readonly misfiredBefore: number;
  readonly maxCount: number;
  readonly excludedClasses: ReadonlySet<string>;
}

function nextOfBoth(a: DueCursor<TriggerEntry>, b: DueCursor<TriggerEntry>): TriggerEntry | null {
  const first = a.current;
  const second = b.current;
  if (first === null && second === null) return null;
  const takesFirst = second === null || (first !== null && compareDue(first.trigger, second.trigger) < 0);
  (takesFirst ? a : b).advance();
  return takesFirst ? first : second;
}

function inFireOrder(entries: TriggerEntry[], limit: number): readonly TriggerEntry[] {
  return entries.sort((a, b) => compareDue(a.trigger, b.trigger)).slice(0, limit);
}

function timeOf(entry: TriggerEntry): number {
  return entry.trigger.nextFireAt ?? Number.POSITIVE_INFINITY;
}
