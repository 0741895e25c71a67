/**
 * A log line for every run of a job.
 *
 * @module
 */
import {
  checkKnownKeys,
  type JobExecutionContext,
  type PluginContext,
  type SchedulerPlugin,
} from '@ametrine/core';
import type { MessageArgument, MessageFormat } from './message-format.js';
import { templateOptions } from './option-checks.js';

const DEFAULTS = {
  jobToBeFiredMessage: 'Job {1}.{0} starts, fired by trigger {4}.{3}, at {2, date, HH:mm:ss MM/dd/yyyy}',
  jobSuccessMessage: 'Job {1}.{0} ended at {2, date, HH:mm:ss MM/dd/yyyy} with the result {8}',
  jobFailedMessage: 'Job {1}.{0} failed at {2, date, HH:mm:ss MM/dd/yyyy}: {8}',
  jobWasVetoedMessage: 'Job {1}.{0} was vetoed for trigger {4}.{3} at {2, date, HH:mm:ss MM/dd/yyyy}',
};

/**
 * Message templates of {@link LoggingJobHistoryPlugin}. Their arguments: 0 job name, 1 job group, 2 now, 3 trigger name,
 * 4 trigger group, 5 scheduled fire time, 6 next fire time, 7 refire count; 8 the result of a success, or the message of
 * a failure's error.
 */
export interface LoggingJobHistoryOptions {
  readonly jobToBeFiredMessage?: string | undefined;
  readonly jobSuccessMessage?: string | undefined;
  readonly jobFailedMessage?: string | undefined;
  readonly jobWasVetoedMessage?: string | undefined;
  /** Whose wall clock the lines show. @defaultValue the system's zone */
  readonly timeZone?: string | undefined;
}

/** Logs what happens to jobs: at level info, failures at level warn. */
export class LoggingJobHistoryPlugin implements SchedulerPlugin {
  readonly #format: Readonly<Record<keyof typeof DEFAULTS, MessageFormat>>;

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: LoggingJobHistoryOptions = {}) {
    checkKnownKeys('options', options, [...Object.keys(DEFAULTS), 'timeZone']);
    this.#format = templateOptions<keyof typeof DEFAULTS>(options, DEFAULTS);
  }

  initialize({ name, scheduler, logger, clock }: PluginContext): void {
    const format = this.#format;
    const facts = (context: JobExecutionContext): MessageArgument[] => [
      context.job.key.name,
      context.job.key.group,
      new Date(clock.now()),
      context.trigger.key.name,
      context.trigger.key.group,
      context.scheduledFireAt,
      context.nextFireAt,
      context.refireCount,
    ];
    scheduler.addJobListener({
      name,
      jobToBeExecuted: (context) => logger.info(format.jobToBeFiredMessage(facts(context))),
      jobExecutionVetoed: (context) => logger.info(format.jobWasVetoedMessage(facts(context))),
      jobWasExecuted: (context, error) => {
        if (error === null) logger.info(format.jobSuccessMessage([...facts(context), shown(context.result)]));
        else logger.warn(format.jobFailedMessage([...facts(context), error.message]));
      },
    });
  }
}

function shown(result: unknown): string {
  if (result === undefined || result === null) return 'null';
  if (typeof result !== 'object') return String(result);
  try {
    return JSON.stringify(result) ?? String(result);
  } catch {
    return String(result);
  }
}
