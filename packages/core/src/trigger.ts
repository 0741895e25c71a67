/**
 * What a trigger is, as a value: when a job is to run. The functions in `firing.ts` compute with it.
 *
 * @module
 */
import type { JobData } from './data.js';
import type { JobKey, TriggerKey } from './key.js';

/** The days of the week, in Quartz's order: 1 is Sunday. */
export type Weekday = 'SUN' | 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT';

/** Fires at the start, and then every so many elapsed milliseconds: neutral to daylight saving. */
export interface SimpleSchedule {
  readonly type: 'simple';
  /** How often it fires after the first time; -1 for ever, 0 for a one-shot. */
  readonly repeatCount: number;
  /** Elapsed ms between two fires; 0 only for a one-shot. */
  readonly repeatIntervalMs: number;
}

/** Fires at the wall-clock times that a cron expression describes. */
export interface CronSchedule {
  readonly type: 'cron';
  readonly expression: string;
  /** IANA name of the zone whose wall clock counts. */
  readonly timeZone: string;
  readonly dialect: 'quartz' | 'unix';
}

/** The unit of a {@link CalendarIntervalSchedule}. */
export type IntervalUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Fires every so many calendar units: seconds to hours are elapsed time, days and longer follow the wall clock. */
export interface CalendarIntervalSchedule {
  readonly type: 'calendarInterval';
  readonly interval: number;
  readonly unit: IntervalUnit;
  readonly timeZone: string;
  /** Days and longer: keep the start's hour of day through a change of daylight saving. */
  readonly preserveHourOfDay: boolean;
  /** With {@link preserveHourOfDay}: skip the day on which that hour does not exist. */
  readonly skipDayIfHourDoesNotExist: boolean;
}

/** Fires at a fixed rhythm within a span of each chosen day. */
export interface DailyTimeIntervalSchedule {
  readonly type: 'dailyTimeInterval';
  readonly interval: number;
  readonly unit: 'second' | 'minute' | 'hour';
  /** Second of the day (0 to 86 399) of the first fire. */
  readonly startSecondOfDay: number;
  /** Second of the day (0 to 86 399), inclusive, after which the day is over. */
  readonly endSecondOfDay: number;
  /** In week order, at least one, without doubles. */
  readonly daysOfWeek: readonly Weekday[];
  /** How often it fires after the first time, over all days; -1 for ever. */
  readonly repeatCount: number;
  readonly timeZone: string;
}

/** When a trigger fires. */
export type Schedule = SimpleSchedule | CronSchedule | CalendarIntervalSchedule | DailyTimeIntervalSchedule;

/**
 * What happens to a trigger whose time passed by more than the misfire threshold (contract §7.1).
 * `smart` chooses by the schedule; `ignore` fires every missed time, one after another; the two in the middle
 * are for cron, calendar-interval and daily schedules; the rest are for simple schedules.
 */
export type MisfireInstruction =
  | 'smart'
  | 'ignore'
  | 'fireOnceNow'
  | 'doNothing'
  | 'fireNow'
  | 'nowWithExistingCount'
  | 'nowWithRemainingCount'
  | 'nextWithRemainingCount'
  | 'nextWithExistingCount';

/** The lost run that a recovery trigger repeats. */
export interface RecoveredFire {
  readonly triggerKey: TriggerKey;
  /** When the lost run began (epoch ms). */
  readonly firedAt: number;
  /** When the lost run was due (epoch ms). */
  readonly scheduledFireAt: number;
}

/** A trigger with its place in its schedule. A deeply frozen value; all instants are epoch ms. */
export interface Trigger {
  readonly key: TriggerKey;
  readonly jobKey: JobKey;
  readonly description: string | null;
  readonly calendarName: string | null;
  readonly misfireInstruction: MisfireInstruction;
  /** Among triggers due at the same instant the higher fires first. The default is 5. */
  readonly priority: number;
  readonly startAt: number;
  /** No fire after this instant; simple and calendar-interval schedules not at it either. */
  readonly endAt: number | null;
  readonly data: JobData;
  readonly schedule: Schedule;
  /** The next fire; null when there is none. */
  readonly nextFireAt: number | null;
  /** The scheduled time of the last fire; null before the first. */
  readonly previousFireAt: number | null;
  readonly timesTriggered: number;
  /** Set on the triggers that recovery makes: which lost run this one repeats. */
  readonly recovers: RecoveredFire | null;
}

/** The priority of a trigger that names none. */
export const DEFAULT_PRIORITY = 5;

/** What users are told of a trigger's state. `blocked` is a waiting trigger whose non-concurrent job is running. */
export type TriggerState = 'none' | 'normal' | 'paused' | 'blocked' | 'complete' | 'error';
