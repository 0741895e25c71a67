/**
 * Records that cannot be read.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';

/** The error for a record that is not what it should be. */
export function unreadable(kind: string, name: string, cause: unknown): SchedulerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SchedulerError('ERR_RECORD_UNREADABLE', `The stored ${kind} ${name} cannot be read: ${reason}`, {
    cause,
    details: { kind, key: name },
  });
}

/** A whole number as texts hold it. */
export function wholeIn(field: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isSafeInteger(value)) {
    throw new Error(`its ${field} is ${JSON.stringify(text)}`);
  }
  return value;
}

/** A whole number, or null for the empty text. */
export function wholeOrNullIn(field: string, text: string | undefined): number | null {
  return text === '' ? null : wholeIn(field, text);
}
