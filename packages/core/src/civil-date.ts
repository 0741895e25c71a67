/**
 * Calendar arithmetic on plain integers: the proleptic Gregorian calendar, no time zone, no `Date`.
 *
 * A *day number* counts days from 1970-01-01 (day 0). *Local milliseconds* encode a wall clock as if it
 * were UTC: they are what `Date.UTC` would give for the fields shown on the clock.
 *
 * @module
 */

/** Milliseconds in a civil day, that is one without a time-zone transition. */
export const MS_PER_DAY: number = 86_400_000;

/** A date of the calendar. */
export interface CivilDate {
  readonly year: number;
  /** 1 (January) to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** What a clock on the wall and the calendar beside it show. */
export interface WallClock extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** 1 (Sunday) to 7 (Saturday), as Quartz counts them. */
  readonly dayOfWeek: number;
}

/** The fields from which {@link localMsOf} builds a local time; a missing time of day is midnight. */
export interface WallClockFields extends CivilDate {
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly millisecond?: number;
}

const DAYS_PER_ERA = 146_097;
const DAYS_PER_CENTURY = 36_524;
const DAYS_PER_FOUR_YEARS = 1_461;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

/** Tells whether a year has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * Gives the length of a month in days.
 *
 * @param month - 1 to 12
 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Gives the day number of a date. A day beyond the month's end runs on into the next month.
 *
 * @param month - 1 to 12
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Counting years from March puts the leap day at the very end, so that no month needs to know of it.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return (
    era * DAYS_PER_ERA +
    yearOfEra * 365 +
    leapDays +
    daysBeforeMarchMonth(marchMonth) +
    day -
    1 -
    DAYS_TO_1970
  );
}

/** Gives the date of a day number; the inverse of {@link daysFromCivil}. */
export function civilFromDays(dayNumber: number): CivilDate {
  const sinceEpoch = dayNumber + DAYS_TO_1970;
  const era = Math.floor(sinceEpoch / DAYS_PER_ERA);
  let rest = sinceEpoch - era * DAYS_PER_ERA;
  // The last day of an era and of a four-year cycle is a leap day: it belongs to the year before it.
  const century = Math.min(3, Math.floor(rest / DAYS_PER_CENTURY));
  rest -= century * DAYS_PER_CENTURY;
  const cycle = Math.floor(rest / DAYS_PER_FOUR_YEARS);
  rest -= cycle * DAYS_PER_FOUR_YEARS;
  const yearOfCycle = Math.min(3, Math.floor(rest / 365));
  rest -= yearOfCycle * 365;

  const marchYear = era * 400 + century * 100 + cycle * 4 + yearOfCycle;
  const marchMonth = Math.floor((5 * rest + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: month > 2 ? marchYear : marchYear + 1,
    month,
    day: rest - daysBeforeMarchMonth(marchMonth) + 1,
  };
}

/** From March on, months run 31, 30, 31, 30, 31 over and over: 153 days for five. */
function daysBeforeMarchMonth(marchMonth: number): number {
  return Math.floor((153 * marchMonth + 2) / 5);
}

/** Gives the day of the week of a day number: 1 (Sunday) to 7 (Saturday). */
export function dayOfWeek(dayNumber: number): number {
  // 1970-01-01 was a Thursday. The second modulo brings days before it above zero.
  return ((((dayNumber + 4) % 7) + 7) % 7) + 1;
}

/** Encodes wall-clock fields as local milliseconds. Fields beyond their range run on into the next one. */
export function localMsOf(fields: WallClockFields): number {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = fields;
  const seconds = (daysFromCivil(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
  return seconds * 1000 + millisecond;
}

/** Decodes local milliseconds into wall-clock fields; the inverse of {@link localMsOf}. */
export function wallClockOf(localMs: number): WallClock {
  const dayNumber = Math.floor(localMs / MS_PER_DAY);
  const msOfDay = localMs - dayNumber * MS_PER_DAY;
  const { year, month, day } = civilFromDays(dayNumber);
  return {
    year,
    month,
    day,
    hour: Math.floor(msOfDay / 3_600_000),
    minute: Math.floor(msOfDay / 60_000) % 60,
    second: Math.floor(msOfDay / 1000) % 60,
    millisecond: msOfDay % 1000,
    dayOfWeek: dayOfWeek(dayNumber),
  };
}
