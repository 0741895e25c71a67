/**
 * The scheduler's ear, for cases: keeps what a store says.
 *
 * @module
 */
import type { JobKey, SchedulerError, Trigger } from '@ametrine/core';
import type { StoreSignals } from '@ametrine/core/spi';

/** Everything one node's store said since the last {@link RecordedSignals.clear}. */
export class RecordedSignals implements StoreSignals {
  /** The candidates of the scheduling signals: epoch ms, or null when not known. */
  readonly changes: (number | null)[] = [];
  readonly misfired: Trigger[] = [];
  readonly finalized: Trigger[] = [];
  readonly inError: { readonly trigger: Trigger; readonly error: SchedulerError | null }[] = [];
  readonly deleted: JobKey[] = [];
  readonly errors: { readonly message: string; readonly error: SchedulerError }[] = [];

  /** Forgets what was said so far. */
  clear(): void {
    for (const list of [this.changes, this.misfired, this.finalized, this.inError, this.deleted, this.errors])
      list.length = 0;
  }

  /** Whether a scheduler that sleeps until later than `at` (epoch ms) would have been woken for it. */
  wakesFor(at: number): boolean {
    return this.changes.some((candidate) => candidate === null || candidate <= at);
  }

  schedulingChanged(candidateAt: number | null): void {
    this.changes.push(candidateAt);
  }
  triggerMisfired(trigger: Trigger): void {
    this.misfired.push(trigger);
  }
  triggerFinalized(trigger: Trigger): void {
    this.finalized.push(trigger);
  }
  triggerInError(trigger: Trigger, error: SchedulerError | null): void {
    this.inError.push({ trigger, error });
  }
  jobDeleted(jobKey: JobKey): void {
    this.deleted.push(jobKey);
  }
  storeError(message: string, error: SchedulerError): void {
    this.errors.push({ message, error });
  }
}
