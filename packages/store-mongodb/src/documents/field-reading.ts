/**
 * Reading fields that another release, another program or a bad disk may have written.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import { isSchedulerError, SchedulerError } from '@ametrine/core/spi';

/** What a field was found to be, before it is checked. */
export type Fields = Readonly<Record<string, unknown>>;

export function textIn(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value === 'string') return value;
  throw new Error(`its ${field} is not text`);
}

/** Null when the field is absent. */
export function textOrNull(fields: Fields, field: string): string | null {
  return absent(fields[field]) ? null : textIn(fields, field);
}

export function wholeIn(fields: Fields, field: string): number {
  const value = fields[field];
  if (Number.isSafeInteger(value)) return value as number;
  throw new Error(`its ${field} is not a whole number`);
}

/** Null when the field is absent. */
export function wholeOrNull(fields: Fields, field: string): number | null {
  return absent(fields[field]) ? null : wholeIn(fields, field);
}

export function keyIn(fields: Fields, group: string, name: string): TriggerKey {
  return Object.freeze({ group: textIn(fields, group), name: textIn(fields, name) });
}

/** An error that names the record. */
export function unreadable(
  kind: 'job' | 'trigger' | 'calendar' | 'execution',
  key: string,
  cause: unknown,
): SchedulerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const underneath = isSchedulerError(cause, 'ERR_RECORD_UNREADABLE') ? (cause.cause ?? cause) : cause;
  return new SchedulerError(
    'ERR_RECORD_UNREADABLE',
    `The stored ${kind} ${key} cannot be read: ${reason}. Remove it, or correct its document`,
    { cause: underneath, details: { kind, key } },
  );
}

function absent(value: unknown): boolean {
  return value === undefined || value === null;
}
