/**
 * What a store tells its scheduler, always after the commit that made it true (JS-SIG-01).
 *
 * @module
 */
import type { SchedulerError } from '../errors.js';
import type { JobKey } from '../key.js';
import type { Trigger } from '../trigger.js';

/** The scheduler's ear. None of these may throw; a store calls them outside its transactions. */
export interface StoreSignals {
  /** The schedule changed. `candidateAt` is the earliest new fire time (epoch ms), null when not known. */
  schedulingChanged(candidateAt: number | null): void;
  /** A trigger misfired; `trigger` still shows the missed time in `nextFireAt` (MIS-13). */
  triggerMisfired(trigger: Trigger): void;
  /** A trigger will never fire again. */
  triggerFinalized(trigger: Trigger): void;
  /** A trigger was put in error. */
  triggerInError(trigger: Trigger, error: SchedulerError | null): void;
  /** A job went away with its last trigger. */
  jobDeleted(jobKey: JobKey): void;
  /** Something went wrong inside the store that no caller's call can report. */
  storeError(message: string, error: SchedulerError): void;
}
