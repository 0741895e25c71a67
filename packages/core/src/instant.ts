/**
 * Instants as users write them.
 *
 * @module
 */
import { daysInMonth } from './civil-date.js';
import { invalidArgument } from './errors.js';

/** An instant: a `Date`, epoch milliseconds, or ISO 8601 text with a zone; a date alone means its midnight in UTC. */
export type Instant = Date | number | string;

/** The last instant that a `Date` can hold; the first is its negative. */
export const LAST_INSTANT = 8_640_000_000_000_000;

const ISO_TEXT =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/i;
const REMEDY = "a Date, epoch milliseconds, or ISO 8601 with a zone such as '2026-03-02T10:00:00Z'";

/**
 * Turns what a user wrote into epoch milliseconds.
 *
 * @param field - for the error: `'trigger.startAt'`
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function epochMs(field: string, input: Instant): number {
  if (typeof input === 'string') return parseIso(field, input);
  const at: unknown = input instanceof Date ? input.getTime() : input;
  if (!isInstant(at)) throw invalidArgument(field, input, REMEDY);
  return at;
}

/** Whether a value is an instant as the model holds it: a whole number of epoch milliseconds. */
export function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= LAST_INSTANT;
}

/**
 * Checks an instant of the model.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkInstant(field: string, value: unknown): number {
  if (!isInstant(value)) throw invalidArgument(field, value, 'whole epoch milliseconds');
  // Minus zero would not survive a store.
  return value + 0;
}

function parseIso(field: string, text: string): number {
  const match = ISO_TEXT.exec(text);
  if (match === null) throw invalidArgument(field, text, REMEDY);
  const [, year, month, day] = match;
  const at = Date.parse(text);
  // Date.parse lets 30 February run on into March.
  const lastDay = daysInMonth(Number(year), Number(month));
  if (Number.isNaN(at) || Number(month) > 12 || Number(day) > lastDay) {
    throw invalidArgument(field, text, 'a date and time that exist');
  }
  return at;
}
