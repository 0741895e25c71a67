/**
 * Which wall-clock times each kind of calendar excludes. No time zones here: local milliseconds encode a wall clock
 * as if it were UTC (see `civil-date.ts`).
 *
 * @module
 */
import { civilFromDays, dayOfWeek, daysFromCivil, MS_PER_DAY } from '../civil-date.js';
import { type CronExpression, parseCron } from '../cron/index.js';
import { nextWallTime } from '../cron/next-time.js';
import { WEEKDAYS } from '../schedules/daily-time-interval.js';
import type { AnnualCalendar, Calendar, CronCalendar, DailyCalendar, HolidayCalendar } from './calendar.js';

/**
 * Gives the least included local time not before another. Rules look a bounded way ahead: a hundred years, beyond
 * which the answer is infinity.
 */
export type WallRule = (localMs: number) => number;

const MS_PER_SECOND = 1000;
const SEARCH_DAYS = 36_600;

/** Makes the rule of one calendar; its base is not looked at. */
export function wallRule(calendar: Calendar): WallRule {
  switch (calendar.type) {
    case 'annual':
      return annualRule(calendar);
    case 'cron':
      return cronRule(calendar);
    case 'daily':
      return dailyRule(calendar);
    case 'holiday':
      return holidayRule(calendar);
    case 'monthly': {
      const excluded = new Set(calendar.excludedDays);
      return byDay((day) => excluded.has(civilFromDays(day).day), excluded.size === 31);
    }
    case 'weekly': {
      const excluded = new Set(calendar.excludedDays.map((day) => WEEKDAYS.indexOf(day) + 1));
      return byDay((day) => excluded.has(dayOfWeek(day)), excluded.size === 7);
    }
  }
}

/** Walks over excluded days: at most a leap year of them unless all are, so that the search needs no other end. */
function byDay(isExcluded: (day: number) => boolean, excludesAll: boolean): WallRule {
  return (localMs) => {
    let day = Math.floor(localMs / MS_PER_DAY);
    if (!isExcluded(day)) return localMs;
    if (excludesAll) return Number.POSITIVE_INFINITY;
    do day++;
    while (isExcluded(day));
    return day * MS_PER_DAY;
  };
}

function annualRule({ excludedDays }: AnnualCalendar): WallRule {
  const excluded = new Set(excludedDays.map(({ month, day }) => month * 100 + day));
  return byDay((day) => {
    const date = civilFromDays(day);
    return excluded.has(date.month * 100 + date.day);
  }, excluded.size === 366);
}

function holidayRule({ excludedDates }: HolidayCalendar): WallRule {
  const excluded = new Set(excludedDates.map(dayOfIsoDate));
  return byDay((day) => excluded.has(day), false);
}

function dayOfIsoDate(date: string): number {
  return daysFromCivil(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

function dailyRule({ startMsOfDay, endMsOfDay, inverted }: DailyCalendar): WallRule {
  const coversDay = startMsOfDay === 0 && endMsOfDay === MS_PER_DAY - 1;
  return (localMs) => {
    const midnight = Math.floor(localMs / MS_PER_DAY) * MS_PER_DAY;
    const msOfDay = localMs - midnight;
    const isInSpan = msOfDay >= startMsOfDay && msOfDay <= endMsOfDay;
    if (isInSpan === inverted) return localMs;
    if (inverted)
      return msOfDay < startMsOfDay ? midnight + startMsOfDay : midnight + MS_PER_DAY + startMsOfDay;
    if (coversDay) return Number.POSITIVE_INFINITY;
    // A span up to the day's end may be followed by nothing: then the next day's morning is free.
    return midnight + endMsOfDay + 1;
  };
}

function cronRule(calendar: CronCalendar): WallRule {
  const expression = parseCron(calendar.expression);
  return (localMs) => {
    const second = Math.floor(localMs / MS_PER_SECOND) * MS_PER_SECOND;
    if (!matches(expression, second)) return localMs;
    return nextUnmatched(expression, second);
  };
}

function matches(expression: CronExpression, second: number): boolean {
  return nextWallTime(expression, second - 1) === second;
}

/**
 * Gives the first second after a matching one that does not match. A field that allows everything lets the search
 * leap over the whole minute, hour or day, so that even "all of Monday to Friday" takes a few steps.
 */
function nextUnmatched(expression: CronExpression, matching: number): number {
  const { seconds, minutes, hours } = expression;
  const leap = seconds.size < 60 ? 1 : minutes.size < 60 ? 60 : hours.size < 24 ? 3600 : 86_400;
  const leapMs = leap * MS_PER_SECOND;
  const last = matching + SEARCH_DAYS * MS_PER_DAY;
  let at = matching;
  do {
    at = (Math.floor(at / leapMs) + 1) * leapMs;
    if (at > last) return Number.POSITIVE_INFINITY;
  } while (matches(expression, at));
  return at;
}
