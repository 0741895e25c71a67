/**
 * Reading records that were written as JSON, perhaps by another version, perhaps by another hand.
 *
 * @module
 */
import { SchedulerError } from './errors.js';

/**
 * Parses a text and checks what it holds.
 *
 * @param what - the kind of record, for the error: `'calendar'`
 * @param check - throws when the value is wrong
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` with what went wrong as its cause
 */
export function decodeRecord<Value>(what: string, text: string, check: (value: unknown) => Value): Value {
  try {
    return check(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SchedulerError('ERR_RECORD_UNREADABLE', `A stored ${what} cannot be read: ${reason}`, {
      cause,
      details: { field: what },
    });
  }
}
