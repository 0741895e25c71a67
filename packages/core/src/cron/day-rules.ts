/**
 * The day fields of the Quartz dialect: everything that `?`, `L`, `W` and `#` can say,
 * compiled to the days of each shape of month.
 *
 * @module
 */
import { forEachMonthShape } from './expression.js';
import { type FieldReader, valuesOf } from './field-reader.js';

/** The largest `n` in `L-n`: even the longest month has no day further from its last. */
const MAX_DAYS_FROM_LAST = 30;
const SUNDAY = 1;
const SATURDAY = 7;

/** A day-of-month item: the day it means in a month of this length (0 or less where it has none), moved by `W` or not. */
interface MonthDayRule {
  readonly day: (length: number) => number;
  readonly nearestWeekday: boolean;
}

/**
 * Compiles the items of a day-of-month field, other than `?`.
 *
 * @returns days by shape of month, as in `CronExpression.daysByShape`
 * @throws CronParseError
 */
export function compileDaysOfMonth(items: readonly FieldReader[]): readonly number[] {
  const rules = items.flatMap(readMonthDays);
  return forEachMonthShape((length, firstWeekday) => {
    let days = 0;
    for (const rule of rules) {
      const day = rule.day(length);
      if (day < 1 || day > length) continue;
      days |= 1 << (rule.nearestWeekday ? nearestWeekday(day, length, firstWeekday) : day);
    }
    return days;
  });
}

function readMonthDays(item: FieldReader): MonthDayRule[] {
  if (item.take('L')) {
    const back = item.take('-') ? item.takeNumber(0, MAX_DAYS_FROM_LAST, 'days before the last') : 0;
    const nearestWeekday = item.take('W');
    item.expectEnd();
    return [{ day: (length) => length - back, nearestWeekday }];
  }
  const range = item.takeRange();
  // A quirk of Quartz, kept because stored expressions depend on it: W after a range has no effect.
  const nearestWeekday = range.form !== 'stepped' && item.take('W') && range.form === 'single';
  item.expectEnd();
  return Array.from(valuesOf(range, item.spec), (day) => ({ day: () => day, nearestWeekday }));
}

/** Moves a day to the nearest of Monday to Friday, without leaving the month. */
function nearestWeekday(day: number, length: number, firstWeekday: number): number {
  const weekday = weekdayOf(day, firstWeekday);
  if (weekday === SATURDAY) return day === 1 ? 3 : day - 1;
  if (weekday === SUNDAY) return day === length ? day - 2 : day + 1;
  return day;
}

/**
 * Compiles the items of a day-of-week field, other than `?`.
 *
 * @returns days by shape of month, as in `CronExpression.daysByShape`
 * @throws CronParseError
 */
export function compileDaysOfWeek(items: readonly FieldReader[]): readonly number[] {
  const weekdays = new Set<number>();
  /** The `k` of `n#k`, or 'last' of `nL`; null for all. */
  let only: number | 'last' | null = null;

  for (const item of items) {
    if (item.peek() === 'L') {
      rejectLastInList(item, items);
      item.take('L');
      weekdays.add(SATURDAY);
    } else {
      const range = item.takeRange();
      if (range.form === 'single' && item.peek() === 'L') {
        rejectLastInList(item, items);
        item.take('L');
        only = 'last';
      } else if (range.form === 'single' && item.peek() === '#') {
        if (only !== null) item.fail(`only one item may have a '#'`);
        item.take('#');
        only = item.takeNumber(1, 5, `the number after '#'`);
      }
      for (const weekday of valuesOf(range, item.spec)) weekdays.add(weekday);
    }
    item.expectEnd();
  }

  // A quirk of Quartz, kept because stored expressions depend on it: with '#' anywhere in a list,
  // only the smallest weekday of the list counts, and the '#' applies to it.
  const wanted = only === null ? weekdays : new Set([Math.min(...weekdays)]);
  return forEachMonthShape((length, firstWeekday) => {
    let days = 0;
    for (let day = 1; day <= length; day++) {
      if (wanted.has(weekdayOf(day, firstWeekday)) && isOccurrence(only, day, length)) days |= 1 << day;
    }
    return days;
  });
}

function rejectLastInList(item: FieldReader, items: readonly FieldReader[]): void {
  if (items.length > 1) item.fail(`'L' cannot be part of a list of weekdays`);
}

function isOccurrence(only: number | 'last' | null, day: number, length: number): boolean {
  if (only === null) return true;
  return only === 'last' ? day > length - 7 : Math.ceil(day / 7) === only;
}

function weekdayOf(day: number, firstWeekday: number): number {
  return ((firstWeekday - 1 + day - 1) % 7) + 1;
}
