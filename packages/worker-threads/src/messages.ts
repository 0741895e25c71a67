/**
 * What the scheduler's thread and a worker tell each other. Everything crosses as a structured clone.
 *
 * @module
 */

import type { MessagePort } from 'node:worker_threads';
import type {
  Calendar,
  JobData,
  JobDetail,
  JobExecutionAction,
  RecoveredFire,
  RetriedFire,
  Trigger,
} from '@ametrine/core';

/** A job class to be found in a module. */
export interface FindRequest {
  /** The name of the job's class. */
  readonly jobClass: string;
  /** Where its module is; found by the scheduler's thread, which trusts it. */
  readonly path: string;
  readonly version: string;
  readonly importTimeoutMs: number;
}

/** One run. */
export interface RunRequest extends FindRequest {
  readonly facts: RunFacts;
  /** Interruptions come through it. */
  readonly port: MessagePort;
}

/** What the job sees. */
export interface RunFacts {
  readonly job: JobDetail;
  readonly trigger: Trigger;
  readonly calendar: Calendar | null;
  readonly fireInstanceId: string;
  readonly data: JobData;
  readonly jobData: JobData;
  readonly firedAt: Date;
  readonly scheduledFireAt: Date;
  readonly previousFireAt: Date | null;
  readonly nextFireAt: Date | null;
  readonly refireCount: number;
  readonly attempt: number;
  readonly retries: RetriedFire | null;
  readonly recovers: RecoveredFire | null;
}

/** Who interrupts. */
export type Interrupter = 'interrupt' | 'shutdown';

/** How a run ended. */
export type RunAnswer =
  | { readonly kind: 'done'; readonly result: unknown; readonly jobData: JobData }
  | { readonly kind: 'failed'; readonly error: PackedError; readonly jobData: JobData };

/** Whether the class is there. */
export type FindAnswer =
  | { readonly kind: 'found' }
  | { readonly kind: 'missing'; readonly error: PackedError };

/** An error as it crosses: its class would not. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a `JobExecutionError`. */
  readonly action: JobExecutionAction | null;
  /** Of a `JobInterruption`. */
  readonly interruptedBy: Interrupter | null;
  /** What Node and libraries tell errors apart by. */
  readonly code: string | null;
}
