/**
 * Interrupts runs that last too long.
 *
 * @module
 */
import {
  checkKnownKeys,
  type JobExecutionContext,
  type PluginContext,
  type SchedulerPlugin,
  showKey,
  type Timer,
} from '@ametrine/core';
import { wholeOption } from './option-checks.js';

/** What {@link JobInterruptMonitorPlugin} takes. */
export interface JobInterruptMonitorOptions {
  /** How long a run may last that says nothing else, in ms. @defaultValue 300000 */
  readonly defaultMaxRunTime?: number | string | undefined;
}

/**
 * Aborts the signal of runs that last too long. A job takes part whose data have `AutoInterruptable` set to true, or to
 * the text `true`; `MaxRunTime` among its data says how long it may run, in ms.
 */
export class JobInterruptMonitorPlugin implements SchedulerPlugin {
  readonly #defaultMs: number;
  readonly #timers = new Map<string, Timer>();

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: JobInterruptMonitorOptions = {}) {
    checkKnownKeys('options', options, ['defaultMaxRunTime']);
    this.#defaultMs = wholeOption('options.defaultMaxRunTime', options.defaultMaxRunTime, 300_000, 1);
  }

  initialize({ name, scheduler, logger, clock }: PluginContext): void {
    scheduler.addJobListener({
      name,
      jobToBeExecuted: (context) => {
        if (String(context.data['AutoInterruptable']).toLowerCase() !== 'true') return;
        const maxMs = this.#allowed(context);
        const late = (): void => {
          logger.warn(`Job ${showKey(context.job.key)} runs for more than ${maxMs} ms and is interrupted`);
          scheduler.interruptRun(context.fireInstanceId);
        };
        this.#timers.set(context.fireInstanceId, clock.wakeAt(clock.now() + maxMs, late));
      },
      jobWasExecuted: ({ fireInstanceId }) => this.#forget(fireInstanceId),
    });
  }

  shutdown(): void {
    for (const id of [...this.#timers.keys()]) this.#forget(id);
  }

  #allowed({ data }: JobExecutionContext): number {
    const given = Number(data['MaxRunTime']);
    return Number.isSafeInteger(given) && given > 0 ? given : this.#defaultMs;
  }

  #forget(fireInstanceId: string): void {
    this.#timers.get(fireInstanceId)?.cancel();
    this.#timers.delete(fireInstanceId);
  }
}
