/**
 * How a job says what becomes of its trigger.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';

/**
 * What a failed run asks for:
 *
 * - `refireImmediately`: run again at once, in place, with `refireCount` one higher (COM-19);
 * - `unscheduleTrigger`, `unscheduleAllTriggers`: this trigger, or every trigger of the job, is complete;
 * - `setTriggerError`, `setAllTriggersError`: this trigger, or every trigger of the job, is put in error;
 * - `none`: the schedule goes on.
 */
export type JobExecutionAction =
  | 'refireImmediately'
  | 'unscheduleTrigger'
  | 'unscheduleAllTriggers'
  | 'setTriggerError'
  | 'setAllTriggersError'
  | 'none';

/** What {@link JobExecutionError} takes beside its message. */
export interface JobExecutionErrorOptions {
  /** The error underneath. */
  readonly cause?: unknown;
  /** @defaultValue `'none'` */
  readonly action?: JobExecutionAction | undefined;
}

const ACTIONS: readonly JobExecutionAction[] = [
  'refireImmediately',
  'unscheduleTrigger',
  'unscheduleAllTriggers',
  'setTriggerError',
  'setAllTriggersError',
  'none',
];
const brand: unique symbol = Symbol.for('@ametrine/core/JobExecutionError') as never;

/**
 * Thrown by a job to say what becomes of its trigger. Any other error is reported, and the schedule goes on.
 * Throws `ERR_INVALID_ARGUMENT` for an unknown action.
 */
export class JobExecutionError extends Error {
  override readonly name: string = 'JobExecutionError';
  /** What becomes of the trigger. */
  readonly action: JobExecutionAction;

  constructor(message: string, options: JobExecutionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const action = options.action ?? 'none';
    if (!ACTIONS.includes(action)) throw invalidArgument('action', action, ACTIONS.join(', '));
    this.action = action;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `value` is a {@link JobExecutionError}, of this copy of the core or of another. */
export function isJobExecutionError(value: unknown): value is JobExecutionError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: boolean })[brand] === true;
}
