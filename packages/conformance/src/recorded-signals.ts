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
  readonly #awaited = new Set<() => void>();

  /** Forgets what was said so far. */
  clear(): void {
    for (const list of [this.changes, this.misfired, this.finalized, this.inError, this.deleted, this.errors])
      list.length = 0;
  }

  /** Whether a scheduler that sleeps until later than `at` (epoch ms) would have been woken for it. */
  wakesFor(at: number): boolean {
    return this.changes.some((candidate) => candidate === null || candidate <= at);
  }

  /** Resolves as soon as the condition holds, now or after some signal to come. */
  async until(condition: () => boolean, abandoned: AbortSignal): Promise<void> {
    while (!condition()) {
      abandoned.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#awaited.add(resolve);
        abandoned.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  schedulingChanged(candidateAt: number | null): void {
    this.changes.push(candidateAt);
    this.#said();
  }
  triggerMisfired(trigger: Trigger): void {
    this.misfired.push(trigger);
    this.#said();
  }
  triggerFinalized(trigger: Trigger): void {
    this.finalized.push(trigger);
    this.#said();
  }
  triggerInError(trigger: Trigger, error: SchedulerError | null): void {
    this.inError.push({ trigger, error });
    this.#said();
  }
  jobDeleted(jobKey: JobKey): void {
    this.deleted.push(jobKey);
    this.#said();
  }
  storeError(message: string, error: SchedulerError): void {
    this.errors.push({ message, error });
    this.#said();
  }

  #said(): void {
    for (const wake of this.#awaited) wake();
    this.#awaited.clear();
  }
}
