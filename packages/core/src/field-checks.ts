/**
 * Checks of single fields, shared by everything that takes values from callers. All throw `ERR_INVALID_ARGUMENT`
 * unless they say otherwise.
 *
 * @module
 */
import { CronParseError, cron } from './cron/index.js';
import { invalidArgument, SchedulerError } from './errors.js';
import { MAX_DESCRIPTION_LENGTH, MAX_EXPRESSION_LENGTH } from './limits.js';
import { timeZone } from './time-zone.js';

/** The largest count, interval or priority: what every database keeps in an integer. */
export const MAX_INT32 = 2_147_483_647;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Tells what keeps a text out of some store, as a phrase after "a text with": U+0000, which PostgreSQL refuses, or
 * half of a surrogate pair, which UTF-8 cannot express. Null when nothing does.
 */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'the character U+0000';
  return LONE_SURROGATE.test(text) ? 'a lone surrogate' : null;
}

/**
 * Checks a text that must not be empty.
 *
 * @param maxLength - in UTF-16 code units
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkText(field: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value === '') throw invalidArgument(field, value, 'a non-empty string');
  if (value.length > maxLength) {
    throw invalidArgument(field, value, `at most ${maxLength} characters, not ${value.length}`);
  }
  const fault = textFault(value);
  if (fault !== null) throw invalidArgument(field, value, `a text without ${fault}`);
  return value;
}

/**
 * Checks a description: null, or a text.
 */
export function checkDescription(field: string, value: unknown): string | null {
  return value === null || value === '' ? value : checkText(field, value, MAX_DESCRIPTION_LENGTH);
}

/**
 * Checks a flag.
 */
export function checkFlag(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidArgument(field, value, 'true or false');
  return value;
}

/** Checks a whole number between two bounds, both included. */
export function checkInteger(field: string, value: unknown, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalidArgument(field, value, `a whole number from ${min} to ${max}`);
  }
  // Minus zero would not survive a store.
  return (value as number) + 0;
}

/** Checks that a value is one of a few texts. */
export function checkOneOf<Value extends string>(
  field: string,
  value: unknown,
  allowed: readonly Value[],
): Value {
  if (!allowed.includes(value as Value)) {
    throw invalidArgument(field, value, `one of ${allowed.map((text) => `'${text}'`).join(', ')}`);
  }
  return value as Value;
}

/** Checks the name of a time zone. */
export function checkTimeZone(field: string, id: unknown): string {
  if (typeof id !== 'string') throw invalidArgument(field, id, "a time zone such as 'Europe/Berlin'");
  try {
    return timeZone(id).id;
  } catch (cause) {
    throw invalidArgument(
      field,
      id,
      "a time zone of the IANA database such as 'Europe/Berlin' or 'UTC'",
      cause,
    );
  }
}

/**
 * Checks a cron expression.
 *
 * @param zone - a checked time zone
 * @throws SchedulerError `ERR_INVALID_CRON` when it cannot be read
 */
export function checkExpression(
  field: string,
  text: unknown,
  zone: string,
  dialect: 'quartz' | 'unix',
): string {
  const expression = checkText(field, text, MAX_EXPRESSION_LENGTH);
  try {
    cron(expression, zone, dialect);
  } catch (cause) {
    if (!(cause instanceof CronParseError)) throw cause;
    throw new SchedulerError('ERR_INVALID_CRON', `${field}: ${cause.message}`, {
      cause,
      details: { field, value: expression, reason: cause.reason, position: cause.position },
    });
  }
  return expression;
}
