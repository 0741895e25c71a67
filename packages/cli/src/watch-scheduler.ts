/**
 * Turns what a scheduler's listeners hear into events for a view.
 *
 * @module
 */
import type { Scheduler } from '@ametrine/core';
import type { RunEvent } from './view/run-view.js';

/** Tells `show` about every run, misfire, recovery and error of a scheduler, from now on. */
export function watchScheduler(scheduler: Scheduler, show: (event: RunEvent) => void): void {
  /** A failed run is told twice: to job listeners, and as an error. */
  const told = new WeakSet<Error>();
  scheduler.addJobListener({
    name: 'ametrine run',
    jobToBeExecuted: ({ job, trigger }) => show({ kind: 'fired', job: job.key, trigger: trigger.key }),
    jobWasExecuted: ({ job, runTimeMs }, error) => {
      if (error === null) {
        show({ kind: 'done', job: job.key, runTimeMs: runTimeMs ?? 0 });
        return;
      }
      told.add(error);
      show({ kind: 'failed', job: job.key, message: error.message });
    },
  });
  scheduler.addTriggerListener({
    name: 'ametrine run',
    triggerMisfired: ({ key, nextFireAt }) => show({ kind: 'misfired', trigger: key, missedAt: nextFireAt }),
  });
  scheduler.addSchedulerListener({
    name: 'ametrine run',
    instanceRecovered: (recovery) => show({ kind: 'recovered', recovery }),
    schedulerError: (message, error) => {
      if (!told.has(error)) show({ kind: 'error', message: `${message}: ${error.message}` });
    },
  });
}
