/**
 * What a step has to tell the scheduler, kept until its commit (JS-SIG-01).
 *
 * @module
 */
import type { SchedulerError } from '../errors.js';
import type { JobKey } from '../key.js';
import type { Trigger } from '../trigger.js';
import type { StoreSignals } from './signals.js';

/**
 * Collects signals during one step. {@link JobStoreSupport} makes one for every call and sends it when the call's
 * work is committed; a store that runs its work again after a rollback calls {@link Effects.clear} first.
 */
export class Effects {
  #changed = false;
  #candidateAt: number | null = null;
  #unknownCandidate = false;
  #others: ((signals: StoreSignals) => void)[] = [];

  /** The schedule changed; `candidateAt` is an earliest new fire time (epoch ms), null when it is not known. */
  schedulingChanged(candidateAt: number | null): void {
    this.#changed = true;
    if (candidateAt === null) this.#unknownCandidate = true;
    else if (this.#candidateAt === null || candidateAt < this.#candidateAt) this.#candidateAt = candidateAt;
  }

  /**
   * What {@link Effects.send} will say of the schedule, for stores that tell other nodes with the commit itself:
   * undefined for nothing, null for a change of unknown time, else the earliest new fire time (epoch ms).
   */
  get change(): number | null | undefined {
    if (!this.#changed) return undefined;
    return this.#unknownCandidate ? null : this.#candidateAt;
  }

  /** A trigger misfired; hand over the trigger as it was before its instruction was applied. */
  misfired(trigger: Trigger): void {
    this.#others.push((signals) => signals.triggerMisfired(trigger));
  }

  /** A trigger will never fire again. */
  finalized(trigger: Trigger): void {
    this.#others.push((signals) => signals.triggerFinalized(trigger));
  }

  /** A trigger was put in error. */
  inError(trigger: Trigger, error: SchedulerError | null): void {
    this.#others.push((signals) => signals.triggerInError(trigger, error));
  }

  /** A job went away with its last trigger. */
  jobDeleted(jobKey: JobKey): void {
    this.#others.push((signals) => signals.jobDeleted(jobKey));
  }

  /** Something went wrong that the call does not report: one unreadable record among many. */
  storeError(message: string, error: SchedulerError): void {
    this.#others.push((signals) => signals.storeError(message, error));
  }

  /** Forgets everything: the step was rolled back and starts again. */
  clear(): void {
    this.#changed = false;
    this.#candidateAt = null;
    this.#unknownCandidate = false;
    this.#others = [];
  }

  /** Sends everything: notices first, then one scheduling signal for the whole step. */
  send(signals: StoreSignals): void {
    for (const tell of this.#others) tell(signals);
    const { change } = this;
    if (change !== undefined) signals.schedulingChanged(change);
  }
}
