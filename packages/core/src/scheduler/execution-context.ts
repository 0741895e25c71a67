/**
 * What a running job sees.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import type { DataValue, JobData } from '../data.js';
import type { JobDetail } from '../job.js';
import type { RecoveredFire, Trigger } from '../trigger.js';
import type { RetriedFire } from './retry-trigger.js';
import type { Scheduler } from './scheduler.js';

/** A job's own data as its run may change it. */
export type DraftData = { [key: string]: DataValue };

/**
 * The facts of one run. `Data` is the shape of the merged data, which the library does not check: it is the
 * application's promise about what it stored.
 */
export interface JobExecutionContext<Data extends object = JobData> {
  readonly scheduler: Scheduler;
  readonly job: JobDetail;
  /** The trigger after this fire. */
  readonly trigger: Trigger;
  readonly calendar: Calendar | null;
  /** Unique for every fire on any node. */
  readonly fireInstanceId: string;
  /** The job's data with the trigger's on top (DAT-01). Frozen. */
  readonly data: Readonly<Data>;
  /**
   * A private copy of the job's own data. When the job has `persistDataAfterExecution`, what is changed here is
   * stored when the run ends.
   */
  readonly jobData: DraftData;
  /** Aborted by `interrupt()`, and by a shutdown that interrupts. The reason says which. */
  readonly signal: AbortSignal;
  readonly firedAt: Date;
  readonly scheduledFireAt: Date;
  readonly previousFireAt: Date | null;
  readonly nextFireAt: Date | null;
  /** How often this run was started again in place, by a `JobExecutionError` that asked for it. */
  readonly refireCount: number;
  /** The number of this attempt, from 1 on: more than 1 when a `RetryPolicy` made it. */
  readonly attempt: number;
  /** The fire whose run failed and is tried again; null in a first attempt. */
  readonly retries: RetriedFire | null;
  /** Whether this run repeats one that a dead node lost. */
  readonly recovering: boolean;
  readonly recovers: RecoveredFire | null;
  /** What `execute` returned; undefined while it runs. */
  readonly result: unknown;
  /** How long `execute` took, in ms; null while it runs. */
  readonly runTimeMs: number | null;
  /** A place for listeners and the job to leave things for each other during this run; never stored. */
  readonly values: Map<unknown, unknown>;
}
