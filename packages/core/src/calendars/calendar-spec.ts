/**
 * Calendars as users write them, and as stores keep them.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import { checkExpression, checkFlag, checkTimeZone } from '../field-checks.js';
import { decodeRecord } from '../record-text.js';
import { checkWeekdays } from '../schedule-check.js';
import { timeOfDayMs } from '../time-of-day.js';
import { systemTimeZone } from '../time-zone.js';
import type { Weekday } from '../trigger.js';
import { checkKnownKeys } from '../unknown-key.js';
import type { Calendar, DailyCalendar } from './calendar.js';
import {
  checkCalendar,
  checkEach,
  checkIsoDate,
  checkMonthDay,
  checkYearDay,
  MAX_CHAIN,
  type YearDay,
} from './calendar-check.js';

export { checkCalendar } from './calendar-check.js';

/** What every calendar may say. */
export interface CalendarCommon {
  /** @defaultValue that of the calendar whose base it is, else the system's */
  readonly timeZone?: string | undefined;
  /** @defaultValue none */
  readonly description?: string | undefined;
  /** A second calendar that must include a time too. @defaultValue none */
  readonly base?: CalendarSpec | Calendar | undefined;
}

/** A span of the day, both ends included. */
export interface DailySpan {
  /** `'HH:mm'`, `'HH:mm:ss'` or `'HH:mm:ss.SSS'`. @defaultValue `'00:00'` */
  readonly from?: string | undefined;
  /** `'HH:mm'`, `'HH:mm:ss'` or `'HH:mm:ss.SSS'`; not before `from`. @defaultValue `'23:59:59.999'` */
  readonly to?: string | undefined;
  /** Exclude all the rest instead. @defaultValue false */
  readonly inverted?: boolean | undefined;
}

interface CalendarKinds {
  /** Excludes days of every year: `'12-25'` or `{ month: 12, day: 25 }`. */
  readonly annual: readonly (string | { readonly month: number; readonly day: number })[];
  /** Excludes every second that matches an expression of the Quartz dialect. */
  readonly cron: string;
  /** Excludes a span of every day. */
  readonly daily: DailySpan;
  /** Excludes dates: `'2026-12-25'`. */
  readonly holidays: readonly string[];
  /** Excludes days of the month, 1 to 31. */
  readonly monthly: readonly number[];
  /** Excludes days of the week. */
  readonly weekly: readonly Weekday[];
}

type KindKey = keyof CalendarKinds;
type Only<Key extends KindKey> = Pick<CalendarKinds, Key> & {
  readonly [Other in Exclude<KindKey, Key>]?: never;
};

/**
 * A calendar to be stored: exactly one of the keys `annual`, `cron`, `daily`, `holidays`, `monthly` and `weekly` says
 * what it excludes.
 *
 * @example
 * ```ts
 * { weekly: ['SAT', 'SUN'], timeZone: 'Europe/Berlin', base: { holidays: ['2026-12-25'] } }
 * ```
 */
export type CalendarSpec = CalendarCommon & { readonly [Key in KindKey]: Only<Key> }[KindKey];

const KIND_KEYS: readonly KindKey[] = ['annual', 'cron', 'daily', 'holidays', 'monthly', 'weekly'];
const SPEC_KEYS = [...KIND_KEYS, 'timeZone', 'description', 'base'];
const MONTH_AND_DAY = /^(\d\d)-(\d\d)$/;

type WithoutCommon<Kind> = Kind extends Calendar ? Omit<Kind, 'timeZone' | 'description' | 'base'> : never;
type Exclusion = WithoutCommon<Calendar>;

/**
 * Makes the calendar that a user described; a calendar that is already built is checked.
 *
 * @param field - where the spec stands, for the error
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_CRON`, naming the field (`'calendar.daily.from'`)
 */
export function defineCalendar(spec: CalendarSpec | Calendar, field: string = 'calendar'): Calendar {
  return define(spec, field, systemTimeZone(), 1);
}

function define(spec: CalendarSpec | Calendar, field: string, defaultZone: string, depth: number): Calendar {
  if (typeof spec === 'object' && spec !== null && 'type' in spec) return checkCalendar(spec, field);
  checkKnownKeys(field, spec, SPEC_KEYS);
  if (depth > MAX_CHAIN) throw invalidArgument(field, spec, `a chain of at most ${MAX_CHAIN} calendars`);
  const timeZone = checkTimeZone(`${field}.timeZone`, spec.timeZone ?? defaultZone);
  return checkCalendar(
    {
      ...exclusionOf(spec, field, timeZone),
      timeZone,
      description: spec.description ?? null,
      base: spec.base === undefined ? null : define(spec.base, `${field}.base`, timeZone, depth + 1),
    },
    field,
  );
}

/**
 * Writes a calendar, with its bases, as text that {@link decodeCalendar} reads back equal.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` when the calendar is none
 */
export function encodeCalendar(calendar: Calendar): string {
  return JSON.stringify(checkCalendar(calendar));
}

/**
 * Reads what {@link encodeCalendar} wrote.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE`
 */
export function decodeCalendar(text: string): Calendar {
  return decodeRecord('calendar', text, (value) => checkCalendar(value as Calendar));
}

/** The type, and the fields that tell what is excluded; errors name them as the user wrote them. */
function exclusionOf(spec: CalendarSpec, field: string, zone: string): Exclusion {
  const present = KIND_KEYS.filter((key) => spec[key] !== undefined);
  const [kind] = present;
  if (kind === undefined || present.length > 1) {
    throw invalidArgument(field, spec, `exactly one of the keys ${KIND_KEYS.join(', ')}`);
  }
  const where = `${field}.${kind}`;
  const value: unknown = spec[kind];
  switch (kind) {
    case 'annual':
      return { type: 'annual', excludedDays: checkEach(where, value, yearDayOf) };
    case 'cron':
      return { type: 'cron', expression: checkExpression(where, value, zone, 'quartz') };
    case 'daily':
      return { type: 'daily', ...spanOf(where, value as DailySpan) };
    case 'holidays':
      return { type: 'holiday', excludedDates: checkEach(where, value, checkIsoDate) };
    case 'monthly':
      return { type: 'monthly', excludedDays: checkEach(where, value, checkMonthDay) };
    case 'weekly':
      return { type: 'weekly', excludedDays: checkWeekdays(where, value as readonly Weekday[], 0) };
  }
}

function yearDayOf(field: string, day: unknown): YearDay {
  if (typeof day !== 'string') return checkYearDay(field, day);
  const match = MONTH_AND_DAY.exec(day);
  if (match === null) throw invalidArgument(field, day, "a day of the year such as '12-25'");
  return checkYearDay(field, { month: Number(match[1]), day: Number(match[2]) });
}

function spanOf(
  field: string,
  span: DailySpan,
): Pick<DailyCalendar, 'startMsOfDay' | 'endMsOfDay' | 'inverted'> {
  checkKnownKeys(field, span, ['from', 'to', 'inverted']);
  const startMsOfDay = timeOfDayMs(`${field}.from`, span.from ?? '00:00');
  const endMsOfDay = timeOfDayMs(`${field}.to`, span.to ?? '23:59:59.999');
  if (endMsOfDay < startMsOfDay) throw invalidArgument(`${field}.to`, span.to, "no time before 'from'");
  return { startMsOfDay, endMsOfDay, inverted: checkFlag(`${field}.inverted`, span.inverted ?? false) };
}
