/**
 * The context of a run, as a job sees it in a worker.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import {
  type DraftData,
  type JobExecutionContext,
  JobInterruption,
  type Scheduler,
  SchedulerError,
} from '@ametrine/core';
import type { Interrupter, RunFacts } from './messages.js';

/** Makes the context. Its signal is aborted by messages of the port. */
export function contextOf(facts: RunFacts, port: MessagePort): JobExecutionContext & { jobData: DraftData } {
  const controller = new AbortController();
  port.on('message', (by: Interrupter) => controller.abort(new JobInterruption(by)));
  // A run that waits for nothing is over, whether or not somebody might still interrupt it.
  port.unref();
  return {
    ...facts,
    data: Object.freeze(facts.data),
    jobData: facts.jobData as DraftData,
    signal: controller.signal,
    recovering: facts.recovers !== null,
    result: undefined,
    runTimeMs: null,
    values: new Map<unknown, unknown>(),
    get scheduler(): Scheduler {
      throw new SchedulerError(
        'ERR_UNSUPPORTED',
        'a job in a worker thread cannot reach its scheduler; let it return what is to be done, or run it inline',
      );
    },
  };
}
