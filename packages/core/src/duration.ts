/**
 * Durations as users write them.
 *
 * @module
 */
import { invalidArgument } from './errors.js';

/** A duration: milliseconds, or text such as `'10s'`, `'1h30m'`, `'250ms'`, `'2d'`, `'1w'`; a day is 24 hours. */
export type DurationInput = number | string;

const UNITS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};
const PART = /(\d+(?:\.\d+)?)\s*(ms|[wdhms])\s*/gy;
const REMEDY = "milliseconds, or a text such as '10s', '1h30m', '250ms', '2d' or '1w'";

/**
 * Turns what a user wrote into milliseconds.
 *
 * @param field - for the error: `'trigger.every'`
 * @returns a whole number, 0 or more
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function durationMs(field: string, input: DurationInput): number {
  const ms = typeof input === 'string' ? parse(input.trim()) : input;
  if (!Number.isSafeInteger(ms) || ms < 0) throw invalidArgument(field, input, REMEDY);
  return ms + 0;
}

function parse(text: string): number {
  let total = 0;
  let reached = 0;
  let largest = Number.POSITIVE_INFINITY;
  for (const [part, count, unit] of text.matchAll(PART)) {
    const size = UNITS[unit ?? ''] ?? Number.NaN;
    // Units must fall: '30m1h' and '1h1h' are slips of the pen.
    if (size >= largest) return Number.NaN;
    largest = size;
    total += Number(count) * size;
    reached += part.length;
  }
  return text !== '' && reached === text.length ? roundedIfWhole(total) : Number.NaN;
}

/** 0.1 s is 100 ms although a tenth has no exact double. */
function roundedIfWhole(ms: number): number {
  const whole = Math.round(ms);
  return Math.abs(ms - whole) < 1e-6 ? whole : Number.NaN;
}
