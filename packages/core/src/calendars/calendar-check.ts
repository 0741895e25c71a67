/**
 * The check of calendars.
 *
 * @module
 */
import { daysInMonth, MS_PER_DAY } from '../civil-date.js';
import { invalidArgument } from '../errors.js';
import {
  checkDescription,
  checkExpression,
  checkFlag,
  checkInteger,
  checkOneOf,
  checkTimeZone,
} from '../field-checks.js';
import { checkWeekdays } from '../schedule-check.js';
import { checkKnownKeys } from '../unknown-key.js';
import type { AnnualCalendar, Calendar, DailyCalendar } from './calendar.js';

const KEYS: Readonly<Record<Calendar['type'], readonly string[]>> = {
  annual: ['excludedDays'],
  cron: ['expression'],
  daily: ['startMsOfDay', 'endMsOfDay', 'inverted'],
  holiday: ['excludedDates'],
  monthly: ['excludedDays'],
  weekly: ['excludedDays'],
};
const TYPES = Object.keys(KEYS) as Calendar['type'][];
/** A chain of bases longer than this is taken for a circle. */
export const MAX_CHAIN = 1000;
const LEAP_YEAR = 2000;
const ISO_DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** A day of any year. */
export interface YearDay {
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Calendars that came out of {@link checkCalendar}: immutable, so that they are right for ever. */
const checked = new WeakSet<Calendar>();

/**
 * Checks a calendar, with its bases, and gives a frozen copy of it; one that was checked before comes back as it is.
 * Lists of days are put in order and lose their doubles.
 *
 * @param field - where the calendar stands, for the error
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_CRON`, naming the field (`'calendar.timeZone'`)
 */
export function checkCalendar(calendar: Calendar, field: string = 'calendar'): Calendar {
  return checkLink(calendar, field, 1);
}

function checkLink(calendar: Calendar, field: string, depth: number): Calendar {
  if (typeof calendar !== 'object' || calendar === null) {
    throw invalidArgument(field, calendar, `a calendar of the type ${TYPES.join(', ')}`);
  }
  if (checked.has(calendar)) return calendar;
  if (depth > MAX_CHAIN) throw invalidArgument(field, calendar, `a chain of at most ${MAX_CHAIN} calendars`);
  const link = copyOf(calendar, field);
  const base = calendar.base === null ? null : checkLink(calendar.base, `${field}.base`, depth + 1);
  const own = Object.freeze({ ...link, base });
  checked.add(own);
  return own;
}

/** All but the base. */
function copyOf(calendar: Calendar, field: string): Calendar {
  checkOneOf(`${field}.type`, calendar.type, TYPES);
  checkKnownKeys(field, calendar, ['type', 'description', 'base', 'timeZone', ...KEYS[calendar.type]]);
  const timeZone = checkTimeZone(`${field}.timeZone`, calendar.timeZone);
  const common = {
    description: checkDescription(`${field}.description`, calendar.description),
    base: null,
    timeZone,
  };
  const days = `${field}.excludedDays`;
  switch (calendar.type) {
    case 'annual':
      return { type: 'annual', ...common, excludedDays: checkYearDays(days, calendar.excludedDays) };
    case 'cron': {
      const expression = checkExpression(`${field}.expression`, calendar.expression, timeZone, 'quartz');
      return { type: 'cron', ...common, expression };
    }
    case 'daily':
      return { type: 'daily', ...common, ...checkSpan(field, calendar) };
    case 'holiday': {
      const dates = checkEach(`${field}.excludedDates`, calendar.excludedDates, checkIsoDate);
      return { type: 'holiday', ...common, excludedDates: inOrder(dates) };
    }
    case 'monthly': {
      const numbers = checkEach(days, calendar.excludedDays, checkMonthDay);
      return { type: 'monthly', ...common, excludedDays: inOrder(numbers, (a, b) => a - b) };
    }
    case 'weekly':
      return { type: 'weekly', ...common, excludedDays: checkWeekdays(days, calendar.excludedDays, 0) };
  }
}

/** Checks a list, item by item. */
export function checkEach<Item>(
  field: string,
  list: unknown,
  check: (field: string, item: unknown) => Item,
): Item[] {
  if (!Array.isArray(list)) throw invalidArgument(field, list, 'an array');
  return list.map((item: unknown, index) => check(`${field}[${index}]`, item));
}

function checkSpan(
  field: string,
  calendar: DailyCalendar,
): Pick<DailyCalendar, 'startMsOfDay' | 'endMsOfDay' | 'inverted'> {
  const startMsOfDay = checkInteger(`${field}.startMsOfDay`, calendar.startMsOfDay, 0, MS_PER_DAY - 1);
  return {
    startMsOfDay,
    endMsOfDay: checkInteger(`${field}.endMsOfDay`, calendar.endMsOfDay, startMsOfDay, MS_PER_DAY - 1),
    inverted: checkFlag(`${field}.inverted`, calendar.inverted),
  };
}

function checkYearDays(field: string, days: unknown): AnnualCalendar['excludedDays'] {
  const numbers = checkEach(field, days, checkYearDay).map(({ month, day }) => month * 100 + day);
  const sorted = inOrder(numbers, (a, b) => a - b);
  return Object.freeze(sorted.map((at) => Object.freeze({ month: Math.floor(at / 100), day: at % 100 })));
}

/** Checks a day of the year; 29 February is one. */
export function checkYearDay(field: string, item: unknown): YearDay {
  checkKnownKeys(field, item, ['month', 'day']);
  const { month, day } = item as Record<string, unknown>;
  const ownMonth = checkInteger(`${field}.month`, month, 1, 12);
  return { month: ownMonth, day: checkInteger(`${field}.day`, day, 1, daysInMonth(LEAP_YEAR, ownMonth)) };
}

/** Checks a day of the month. */
export function checkMonthDay(field: string, day: unknown): number {
  return checkInteger(field, day, 1, 31);
}

/** Checks an ISO date of the years 0000 to 9999. */
export function checkIsoDate(field: string, text: unknown): string {
  const match = typeof text === 'string' ? ISO_DATE.exec(text) : null;
  const [year, month, day] = (match ?? []).slice(1).map(Number);
  const exists =
    year !== undefined &&
    month !== undefined &&
    day !== undefined &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month);
  if (!exists) throw invalidArgument(field, text, "a date such as '2026-12-25'");
  return text as string;
}

function inOrder<Item>(items: readonly Item[], compare?: (a: Item, b: Item) => number): readonly Item[] {
  return Object.freeze([...new Set(items)].sort(compare));
}
