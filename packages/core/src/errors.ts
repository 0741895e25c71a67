/**
 * Every error Ametrine throws on purpose: one class, told apart by a stable code.
 *
 * @module
 */

/**
 * The stable codes of {@link SchedulerError}. Codes do not change within a major version; messages may.
 * `docs/errors.md` explains each with its remedy.
 */
export type ErrorCode =
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_INVALID_CRON'
  | 'ERR_INVALID_DATA'
  | 'ERR_INVALID_CONFIG'
  | 'ERR_ALREADY_EXISTS'
  | 'ERR_JOB_NOT_FOUND'
  | 'ERR_TRIGGER_NOT_FOUND'
  | 'ERR_CALENDAR_NOT_FOUND'
  | 'ERR_CALENDAR_IN_USE'
  | 'ERR_JOB_NOT_DURABLE'
  | 'ERR_JOB_MISMATCH'
  | 'ERR_JOB_CLASS_NOT_FOUND'
  | 'ERR_TRIGGER_NEVER_FIRES'
  | 'ERR_SCHEDULER_SHUT_DOWN'
  | 'ERR_STORE_NOT_OPEN'
  | 'ERR_STORE_CLOSED'
  | 'ERR_STORE_FAILED'
  | 'ERR_STORE_BUSY'
  | 'ERR_STORE_FULL'
  | 'ERR_STORE_CORRUPT'
  | 'ERR_STORE_UNAVAILABLE'
  | 'ERR_STORE_SCHEMA'
  | 'ERR_WRITE_FATE_UNKNOWN'
  | 'ERR_RECORD_UNREADABLE'
  | 'ERR_UNSUPPORTED'
  | 'ERR_NODE_FENCED';

/** Small, loggable facts about an error: never data of a job, never a credential. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/** What {@link SchedulerError} takes beside its code and message. */
export interface SchedulerErrorOptions {
  /** The error underneath. */
  readonly cause?: unknown;
  /** Whether the same call may succeed when it is made again. @defaultValue false */
  readonly retryable?: boolean;
  /** Small facts for programs and logs. @defaultValue `{}` */
  readonly details?: ErrorDetails;
}

const brand: unique symbol = Symbol.for('@ametrine/core/SchedulerError') as never;

/**
 * The error of this library. Tell errors apart by {@link SchedulerError.code}, and test with
 * {@link isSchedulerError} rather than `instanceof`: two copies of the core may live in one process.
 */
export class SchedulerError extends Error {
  override readonly name: string = 'SchedulerError';
  /** The stable code. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** Small facts for programs and logs. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: SchedulerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `value` is a {@link SchedulerError}, of this copy of the core or of another; with `code`, of that code. */
export function isSchedulerError(value: unknown, code?: ErrorCode): value is SchedulerError {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { [brand]?: boolean })[brand] === true &&
    (code === undefined || (value as SchedulerError).code === code)
  );
}

/**
 * The error for a wrong argument: names the field, the value and the remedy.
 *
 * @param field - path of the field, as the caller wrote it (`'trigger.priority'`)
 * @param value - the offending value; shown shortened
 * @param remedy - what to write instead, a phrase that follows "expected"
 */
export function invalidArgument(
  field: string,
  value: unknown,
  remedy: string,
  cause?: unknown,
): SchedulerError {
  const shown = showValue(value);
  return new SchedulerError('ERR_INVALID_ARGUMENT', `${field} is ${shown}; expected ${remedy}`, {
    details: { field, value: shown, remedy },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A value as an error message shows it: one line, at most 80 characters. */
export function showValue(value: unknown): string {
  let text: string;
  if (typeof value === 'string') text = JSON.stringify(value);
  else if (typeof value === 'bigint') text = `${value}n`;
  else if (typeof value === 'function') text = `function ${value.name || '(anonymous)'}`;
  else if (value instanceof Date)
    text = Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString();
  else if (Array.isArray(value)) text = `an array of ${value.length}`;
  else if (typeof value === 'object' && value !== null)
    text = `an object {${Object.keys(value).slice(0, 5).join(', ')}}`;
  else text = String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
