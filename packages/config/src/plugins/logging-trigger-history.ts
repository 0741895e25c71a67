/**
 * A log line for every fire, misfire and completion of a trigger.
 *
 * @module
 */
import {
  type CompletionInstruction,
  checkKnownKeys,
  type JobExecutionContext,
  type PluginContext,
  type SchedulerPlugin,
  type Trigger,
} from '@ametrine/core';
import type { MessageArgument, MessageFormat } from './message-format.js';
import { templateOptions } from './option-checks.js';

const DEFAULTS = {
  triggerFiredMessage: 'Trigger {1}.{0} fired job {6}.{5} at {4, date, HH:mm:ss MM/dd/yyyy}',
  triggerMisfiredMessage:
    'Trigger {1}.{0} of job {6}.{5} misfired: noticed at {4, date, HH:mm:ss MM/dd/yyyy}, due at {3, date, HH:mm:ss MM/dd/yyyy}',
  triggerCompleteMessage:
    'Trigger {1}.{0} completed job {6}.{5} at {4, date, HH:mm:ss MM/dd/yyyy} with the instruction {9}',
};

/** The numbers and words that Quartz has for what becomes of a trigger. */
const INSTRUCTIONS: Readonly<Record<CompletionInstruction, readonly [number, string]>> = {
  none: [0, 'DO NOTHING'],
  setTriggerComplete: [2, 'SET THIS TRIGGER COMPLETE'],
  deleteTrigger: [3, 'DELETE TRIGGER'],
  setAllJobTriggersComplete: [4, "SET ALL OF JOB'S TRIGGERS COMPLETE"],
  setTriggerError: [5, 'UNKNOWN'],
  setAllJobTriggersError: [6, 'UNKNOWN'],
};

/**
 * Message templates of {@link LoggingTriggerHistoryPlugin}. Their arguments: 0 trigger name, 1 trigger group, 2 scheduled
 * fire time, 3 next fire time (of a misfire: the missed one), 4 now, 5 job name, 6 job group; of a fire and a completion
 * also 7 refire count; of a completion also 8 the number and 9 the words of what becomes of the trigger.
 */
export interface LoggingTriggerHistoryOptions {
  readonly triggerFiredMessage?: string | undefined;
  readonly triggerMisfiredMessage?: string | undefined;
  readonly triggerCompleteMessage?: string | undefined;
  /** Whose wall clock the lines show. @defaultValue the system's zone */
  readonly timeZone?: string | undefined;
}

/** Logs what happens to triggers, at level info. */
export class LoggingTriggerHistoryPlugin implements SchedulerPlugin {
  readonly #format: Readonly<Record<keyof typeof DEFAULTS, MessageFormat>>;

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: LoggingTriggerHistoryOptions = {}) {
    checkKnownKeys('options', options, [...Object.keys(DEFAULTS), 'timeZone']);
    this.#format = templateOptions<keyof typeof DEFAULTS>(options, DEFAULTS);
  }

  initialize({ name, scheduler, logger, clock }: PluginContext): void {
    const format = this.#format;
    const facts = (trigger: Trigger, firedAt: Date | null): MessageArgument[] => [
      trigger.key.name,
      trigger.key.group,
      firedAt,
      dateOrNull(trigger.nextFireAt),
      new Date(clock.now()),
      trigger.jobKey.name,
      trigger.jobKey.group,
    ];
    const run = (trigger: Trigger, context: JobExecutionContext): MessageArgument[] => [
      ...facts(trigger, context.scheduledFireAt),
      context.refireCount,
    ];
    scheduler.addTriggerListener({
      name,
      triggerFired: (trigger, context) => logger.info(format.triggerFiredMessage(run(trigger, context))),
      triggerMisfired: (trigger) =>
        logger.info(format.triggerMisfiredMessage(facts(trigger, dateOrNull(trigger.previousFireAt)))),
      triggerComplete: (trigger, context, instruction) =>
        logger.info(format.triggerCompleteMessage([...run(trigger, context), ...INSTRUCTIONS[instruction]])),
    });
  }
}

function dateOrNull(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
