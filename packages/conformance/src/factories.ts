/**
 * Jobs, triggers and calendars for cases, as plain literals: the kit computes no fire time with the code it judges,
 * so every case states the times it expects.
 *
 * @module
 */
import {
  type Calendar,
  DEFAULT_GROUP,
  type HolidayCalendar,
  type IntervalUnit,
  type JobData,
  type JobDetail,
  type JobKey,
  type Key,
  type Schedule,
  type Trigger,
  type WeeklyCalendar,
} from '@ametrine/core';

/** The instant at which every case begins: Monday 2026-03-02, 10:00:00 UTC. */
export const T0: number = Date.UTC(2026, 2, 2, 10);
export const SECOND: number = 1000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
/** The misfire threshold of every node that a case opens without naming another. */
export const THRESHOLD: number = 60_000;

/** A key, in the DEFAULT group unless one is named. */
export function key(name: string, group: string = DEFAULT_GROUP): Key {
  return { group, name };
}

/** What differs from an ordinary job; `group` is its key's. */
export type JobOverrides = Partial<Omit<JobDetail, 'key'>> & { readonly group?: string };

/** A durable job of class `Work`, all flags off and without data, unless said otherwise. */
export function job(name: string, overrides: JobOverrides = {}): JobDetail {
  const { group, ...rest } = overrides;
  return {
    key: key(name, group),
    jobClass: 'Work',
    description: null,
    durable: true,
    requestsRecovery: false,
    nonConcurrent: false,
    persistDataAfterExecution: false,
    data: {},
    ...rest,
  };
}

/** What differs from an ordinary trigger; `group` is its key's, `at` its start and its next fire. */
export type TriggerOverrides = Partial<Omit<Trigger, 'key' | 'jobKey' | 'schedule'>> & {
  readonly group?: string;
  /** Epoch ms. @defaultValue {@link T0} */
  readonly at?: number;
};

/** A job, or its key. */
export type JobOrKey = JobDetail | JobKey;

/** A trigger that fires once. */
export function once(name: string, of: JobOrKey, overrides: TriggerOverrides = {}): Trigger {
  return trigger(name, of, { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }, overrides);
}

/** A simple trigger: every so many ms, `repeat` times after the first; for ever unless said otherwise. */
export function every(
  name: string,
  of: JobOrKey,
  repeatIntervalMs: number,
  { repeat = -1, ...overrides }: TriggerOverrides & { readonly repeat?: number } = {},
): Trigger {
  return trigger(name, of, { type: 'simple', repeatCount: repeat, repeatIntervalMs }, overrides);
}

/** A cron trigger of the Quartz dialect in UTC; `at` must match the expression. */
export function cronAt(
  name: string,
  of: JobOrKey,
  expression: string,
  overrides: TriggerOverrides = {},
): Trigger {
  return trigger(name, of, { type: 'cron', expression, timeZone: 'UTC', dialect: 'quartz' }, overrides);
}

/** A calendar-interval trigger in UTC. */
export function everyUnit(
  name: string,
  of: JobOrKey,
  interval: number,
  unit: IntervalUnit,
  overrides: TriggerOverrides = {},
): Trigger {
  const flags = { preserveHourOfDay: false, skipDayIfHourDoesNotExist: false };
  return trigger(
    name,
    of,
    { type: 'calendarInterval', interval, unit, timeZone: 'UTC', ...flags },
    overrides,
  );
}

/** A trigger of any schedule. */
export function trigger(
  name: string,
  of: JobOrKey,
  schedule: Schedule,
  overrides: TriggerOverrides = {},
): Trigger {
  const { group, at = T0, ...rest } = overrides;
  return {
    key: key(name, group),
    jobKey: 'key' in of ? of.key : of,
    description: null,
    calendarName: null,
    misfireInstruction: 'smart',
    priority: 5,
    startAt: at,
    endAt: null,
    data: {},
    schedule,
    nextFireAt: at,
    previousFireAt: null,
    timesTriggered: 0,
    recovers: null,
    ...rest,
  };
}

/** One trigger of each of the four schedule types, all due at {@link T0} and again one day later. */
export function oneOfEachType(of: JobOrKey, overrides: TriggerOverrides = {}): readonly Trigger[] {
  return [
    every('simple', of, DAY, overrides),
    cronAt('cron', of, '0 0 10 * * ?', overrides),
    everyUnit('interval', of, 1, 'day', overrides),
    trigger(
      'daily',
      of,
      {
        type: 'dailyTimeInterval',
        interval: 1,
        unit: 'hour',
        startSecondOfDay: 10 * 3600,
        endSecondOfDay: 10 * 3600,
        daysOfWeek: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
        repeatCount: -1,
        timeZone: 'UTC',
      },
      overrides,
    ),
  ];
}

/** A calendar that excludes whole dates in UTC (`'2026-03-03'`). */
export function holidays(...excludedDates: readonly string[]): HolidayCalendar {
  return { type: 'holiday', excludedDates, timeZone: 'UTC', description: null, base: null };
}

/** A calendar that excludes days of the week in UTC. */
export function weekly(...excludedDays: WeeklyCalendar['excludedDays']): WeeklyCalendar {
  return { type: 'weekly', excludedDays, timeZone: 'UTC', description: null, base: null };
}

/** A calendar that excludes every instant. */
export function never(): Calendar {
  return weekly('SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT');
}

/** Data with a value of every kind that stores keep, nested. */
export function dataOfEveryKind(): JobData {
  return {
    text: 'x',
    empty: '',
    unicode: 'ß € 𝔘 \u2028 \'"\\',
    int: 42,
    fraction: -0.125,
    large: Number.MAX_SAFE_INTEGER,
    yes: true,
    no: false,
    nothing: null,
    big: 12345678901234567890n,
    date: new Date(T0 + 123),
    bytes: new Uint8Array([0, 1, 127, 128, 255]),
    list: [1, 'two', null, [3n], { four: new Date(0) }],
    nested: { deeper: { bytes: new Uint8Array(0), list: [] }, empty: {} },
  };
}
