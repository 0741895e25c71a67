/**
 * Cron expressions: two dialects, one face.
 *
 * @module
 */
import { timeZone } from '../time-zone.js';
import type { CronExpression } from './expression.js';
import { LruCache } from './lru-cache.js';
import { nextCronTime } from './next-time.js';
import { parseCron } from './parse.js';
import { parseUnixCron } from './unix.js';

export { CronParseError } from './cron-error.js';
export type { CronExpression } from './expression.js';
export { parseCron } from './parse.js';

/** How a cron expression is written: Quartz's six or seven fields, or unix's five. */
export type CronDialect = 'quartz' | 'unix';

/** The fire times of a cron expression in a time zone. Immutable; safe to share. */
export interface CronSource {
  /**
   * Gives the first fire time after an instant (exclusive), both in epoch milliseconds;
   * null when there is none within a hundred years. See `nextCronTime` for time-zone transitions.
   */
  nextAfter(afterMs: number): number | null;
}

/** A source weighs about a kilobyte. A million triggers share far fewer expressions than this. */
const MAX_SOURCES = 4096;

const PARSERS: Readonly<Record<CronDialect, (expression: string) => CronExpression>> = {
  quartz: parseCron,
  unix: parseUnixCron,
};

const sources = new LruCache<string, CronSource>(MAX_SOURCES);

/**
 * Gives the fire times of an expression. Recently used ones are kept, so asking again costs a lookup.
 *
 * @param zoneId - IANA identifier, such as `Europe/Berlin`
 * @throws CronParseError when the expression cannot be read
 * @throws RangeError when the time zone is unknown
 */
export function cron(expression: string, zoneId: string, dialect: CronDialect): CronSource {
  // The expression comes last: it is the only part that may hold a '|'.
  const key = `${dialect}|${zoneId}|${expression}`;
  let source = sources.get(key);
  if (source === undefined) {
    const parsed = PARSERS[dialect](expression);
    const zone = timeZone(zoneId);
    source = Object.freeze({ nextAfter: (afterMs: number) => nextCronTime(parsed, zone, afterMs) });
    sources.set(key, source);
  }
  return source;
}
