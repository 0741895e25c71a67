/**
 * What the store keeps of a job and of a trigger, with how they hang together.
 *
 * @module
 */
import type { JobDetail, JobKey, Trigger } from '@ametrine/core';
import type { StoredTriggerState, TriggerRecord } from '@ametrine/core/spi';

/**
 * A job, or what points at one: triggers and executions may be there without it (JS-EXE-02). {@link Tables} keeps
 * an entry as long as anything does.
 */
export class JobEntry {
  readonly key: JobKey;
  /** Null while there is no such job. */
  detail: JobDetail | null = null;
  /** The first of its triggers; the others hang on it. */
  firstTrigger: TriggerEntry | null = null;
  /** Number of its executions. */
  executions = 0;
  /** How many of them run. */
  running = 0;
  /** How many of them were claimed when the job was non-concurrent. */
  exclusive = 0;

  constructor(key: JobKey) {
    this.key = key;
  }

  /** Whether no trigger of it may be claimed, because an execution of it is under way (JS-ACQ-08). */
  get isBusy(): boolean {
    return this.exclusive > 0;
  }

  /** Whether nothing points at it. */
  get isUnused(): boolean {
    return this.detail === null && this.firstTrigger === null && this.executions === 0;
  }

  /** Its triggers, as they are now. */
  triggers(): TriggerEntry[] {
    const found: TriggerEntry[] = [];
    for (let entry = this.firstTrigger; entry !== null; entry = entry.nextOfJob) found.push(entry);
    return found;
  }
}

/** Where a trigger waits: among what is due, with its busy job, or not at all. */
export type WaitingPlace = 'none' | 'due' | 'parked';

const NO_TRIGGER = Object.freeze({}) as Trigger;

/** A trigger with its stored state. */
export class TriggerEntry implements TriggerRecord {
  trigger: Trigger;
  state: StoredTriggerState;
  fireInstanceId: string | null;
  job: JobEntry;
  /** Kept by `WaitingTriggers`. */
  place: WaitingPlace = 'none';
  nextOfJob: TriggerEntry | null = null;
  previousOfJob: TriggerEntry | null = null;

  constructor(trigger: Trigger, state: StoredTriggerState, fireInstanceId: string | null, job: JobEntry) {
    this.trigger = trigger;
    this.state = state;
    this.fireInstanceId = fireInstanceId;
    this.job = job;
    this.joinJob(job);
  }

  /** Hangs it on a job. */
  joinJob(job: JobEntry): void {
    this.job = job;
    this.nextOfJob = job.firstTrigger;
    if (job.firstTrigger !== null) job.firstTrigger.previousOfJob = this;
    job.firstTrigger = this;
  }

  /** Takes it off its job. */
  leaveJob(): void {
    if (this.previousOfJob === null) this.job.firstTrigger = this.nextOfJob;
    else this.previousOfJob.nextOfJob = this.nextOfJob;
    if (this.nextOfJob !== null) this.nextOfJob.previousOfJob = this.previousOfJob;
    this.nextOfJob = null;
    this.previousOfJob = null;
  }

  /**
   * Forgets its trigger, when it is removed. Entries live long and triggers do not: an old entry, though dead, would
   * keep its young trigger alive through the collections that are meant for the young.
   */
  letGo(): void {
    this.trigger = NO_TRIGGER;
  }

  /** Whether it waits for a time. */
  get isWaiting(): boolean {
    return this.state === 'waiting' && this.trigger.nextFireAt !== null;
  }

  /** A value that does not change with the entry. */
  toRecord(): TriggerRecord {
    return { trigger: this.trigger, state: this.state, fireInstanceId: this.fireInstanceId };
  }
}
