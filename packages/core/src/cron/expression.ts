/**
 * A cron expression after parsing: what both dialects compile to and the time search reads.
 *
 * @module
 */
import type { FieldSet } from './field-set.js';

/** An arithmetic run of years; `last` inclusive. */
export interface YearRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** A compiled cron expression. Immutable, and without a time zone. */
export interface CronExpression {
  /** The text it was parsed from. */
  readonly source: string;
  readonly seconds: FieldSet;
  readonly minutes: FieldSet;
  readonly hours: FieldSet;
  /** 1 (January) to 12. */
  readonly months: FieldSet;
  readonly years: readonly YearRange[];
  /**
   * The days that fire, as bits 1 to 31, for each of the 28 shapes a month can have; see {@link monthShape}.
   * All of `L`, `W` and `#` is settled here, once, so that the time search only looks up a mask.
   */
  readonly daysByShape: readonly number[];
  /**
   * Whether the expression beats through the day (its hours are unrestricted) instead of naming times of it.
   * A rhythm goes on through a time-zone transition; a named time happens once a day. See `nextCronTime`.
   */
  readonly isRhythm: boolean;
}

/** The years an expression may name; an absent year field means all of them. */
export const FIRST_YEAR: number = 1970;
/** See {@link FIRST_YEAR}. */
export const LAST_YEAR: number = 9999;

const SHORTEST_MONTH = 28;
const LENGTHS = [28, 29, 30, 31];
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/**
 * Numbers the 28 shapes of a month, 0 to 27: all that day rules can depend on.
 *
 * @param length - days in the month
 * @param firstWeekday - day of the week of the 1st, 1 (Sunday) to 7
 */
export function monthShape(length: number, firstWeekday: number): number {
  return (length - SHORTEST_MONTH) * 7 + firstWeekday - 1;
}

/** Builds the table of {@link CronExpression.daysByShape} from a rule for one month. */
export function forEachMonthShape(days: (length: number, firstWeekday: number) => number): readonly number[] {
  return LENGTHS.flatMap((length) => WEEKDAYS.map((firstWeekday) => days(length, firstWeekday)));
}
