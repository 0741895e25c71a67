/**
 * Listeners: code that is told what the scheduler does. What a listener throws is reported to the scheduler
 * listeners' `schedulerError` and changes nothing else (COM-20).
 *
 * @module
 */
import type { SchedulerError } from '../errors.js';
import type { JobDetail } from '../job.js';
import type { JobKey, TriggerKey } from '../key.js';
import type { CompletionInstruction, Recovery } from '../spi/results.js';
import type { Trigger } from '../trigger.js';
import type { JobExecutionContext } from './execution-context.js';

/** Told about runs of jobs. Every method is optional and may be async; it is awaited. */
export interface JobListener {
  readonly name: string;
  jobToBeExecuted?(context: JobExecutionContext): unknown;
  /** A trigger listener vetoed the run. */
  jobExecutionVetoed?(context: JobExecutionContext): unknown;
  /** The run ended; `error` is what it threw, null when it did not. */
  jobWasExecuted?(context: JobExecutionContext, error: Error | null): unknown;
}

/** Told about triggers. Every method is optional and may be async; it is awaited. */
export interface TriggerListener {
  readonly name: string;
  triggerFired?(trigger: Trigger, context: JobExecutionContext): unknown;
  /** Answer true to keep the job from running this time. */
  vetoJobExecution?(trigger: Trigger, context: JobExecutionContext): boolean | Promise<boolean>;
  /** `trigger.nextFireAt` still shows the missed time. */
  triggerMisfired?(trigger: Trigger): unknown;
  triggerComplete?(
    trigger: Trigger,
    context: JobExecutionContext,
    instruction: CompletionInstruction,
  ): unknown;
}

/** Told about the scheduler itself. Every method is optional; none is awaited. */
export interface SchedulerListener {
  readonly name?: string;
  jobScheduled?(trigger: Trigger): void;
  jobUnscheduled?(key: TriggerKey): void;
  triggerFinalized?(trigger: Trigger): void;
  triggerPaused?(key: TriggerKey): void;
  triggersPaused?(group: string | null): void;
  triggerResumed?(key: TriggerKey): void;
  triggersResumed?(group: string | null): void;
  triggerInError?(trigger: Trigger, error: SchedulerError | null): void;
  jobAdded?(job: JobDetail): void;
  jobDeleted?(key: JobKey): void;
  jobPaused?(key: JobKey): void;
  jobsPaused?(group: string): void;
  jobResumed?(key: JobKey): void;
  jobsResumed?(group: string): void;
  jobInterrupted?(context: JobExecutionContext): void;
  /** A run failed and is tried again: `retry` is the trigger of the next attempt. */
  jobToBeRetried?(context: JobExecutionContext, error: Error, retry: Trigger): void;
  /** A dead node, or an earlier life of this one, was recovered. */
  instanceRecovered?(recovery: Recovery): void;
  /** Something failed that no caller's call can report: a store's call in the loop, a listener, a job. */
  schedulerError?(message: string, error: Error): void;
  schedulerStarting?(): void;
  schedulerStarted?(): void;
  schedulerInStandby?(): void;
  schedulerShuttingDown?(): void;
  schedulerShutDown?(): void;
  schedulingDataCleared?(): void;
}
