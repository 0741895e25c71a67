/**
 * How large the texts and data of the model may be.
 *
 * @module
 */

/** What a store can hold. The capabilities of a store are such limits. */
export interface ValueLimits {
  /** The longest name, group or calendar name, in UTF-16 code units. */
  readonly maxNameLength: number;
  /** The most encoded data of one job or trigger, in bytes. */
  readonly maxDataBytes: number;
}

/** What every store can hold at least. */
export const DEFAULT_LIMITS: ValueLimits = Object.freeze({ maxNameLength: 200, maxDataBytes: 1_048_576 });

/** The longest description of a job, trigger or calendar, in UTF-16 code units. */
export const MAX_DESCRIPTION_LENGTH = 4000;
/** The longest name of a job class, in UTF-16 code units. */
export const MAX_CLASS_NAME_LENGTH = 500;
/** The longest cron expression, in UTF-16 code units. */
export const MAX_EXPRESSION_LENGTH = 500;
