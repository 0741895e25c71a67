/**
 * Calendars: spans of time in which triggers do not fire, as values.
 *
 * @module
 */
import type { Weekday } from '../trigger.js';

interface CalendarBase {
  readonly description: string | null;
  /** A second calendar that must include the time too; calendars chain to any depth. */
  readonly base: Calendar | null;
}

/** Excludes days of the year, every year. */
export interface AnnualCalendar extends CalendarBase {
  readonly type: 'annual';
  /** Months 1 to 12, days 1 to 31; in order, without doubles. */
  readonly excludedDays: readonly { readonly month: number; readonly day: number }[];
  readonly timeZone: string;
}

/** Excludes every second that matches a cron expression of the Quartz dialect. */
export interface CronCalendar extends CalendarBase {
  readonly type: 'cron';
  readonly expression: string;
  readonly timeZone: string;
}

/** Excludes a span of every day, both ends included; inverted, it excludes all the rest. */
export interface DailyCalendar extends CalendarBase {
  readonly type: 'daily';
  /** Millisecond of the day, 0 to 86 399 999. */
  readonly startMsOfDay: number;
  /** Millisecond of the day, not before the start. */
  readonly endMsOfDay: number;
  readonly inverted: boolean;
  readonly timeZone: string;
}

/** Excludes whole dates. */
export interface HolidayCalendar extends CalendarBase {
  readonly type: 'holiday';
  /** ISO dates (`'2026-12-25'`), in order, without doubles. */
  readonly excludedDates: readonly string[];
  readonly timeZone: string;
}

/** Excludes days of the month. */
export interface MonthlyCalendar extends CalendarBase {
  readonly type: 'monthly';
  /** 1 to 31, in order, without doubles. */
  readonly excludedDays: readonly number[];
  readonly timeZone: string;
}

/** Excludes days of the week. */
export interface WeeklyCalendar extends CalendarBase {
  readonly type: 'weekly';
  /** In week order, without doubles. */
  readonly excludedDays: readonly Weekday[];
  readonly timeZone: string;
}

/** A stored calendar: a deeply frozen value. */
export type Calendar =
  | AnnualCalendar
  | CronCalendar
  | DailyCalendar
  | HolidayCalendar
  | MonthlyCalendar
  | WeeklyCalendar;
