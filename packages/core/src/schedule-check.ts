/**
 * The check of schedules.
 *
 * @module
 */
import { invalidArgument } from './errors.js';
import {
  checkExpression,
  checkFlag,
  checkInteger,
  checkOneOf,
  checkTimeZone,
  MAX_INT32,
} from './field-checks.js';
import { WEEKDAYS } from './schedules/daily-time-interval.js';
import type {
  CalendarIntervalSchedule,
  CronSchedule,
  DailyTimeIntervalSchedule,
  IntervalUnit,
  MisfireInstruction,
  Schedule,
  SimpleSchedule,
  Weekday,
} from './trigger.js';
import { checkKnownKeys } from './unknown-key.js';

const TYPES = ['simple', 'cron', 'calendarInterval', 'dailyTimeInterval'] as const;
const INTERVAL_UNITS: readonly IntervalUnit[] = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'];
const DAILY_UNITS = ['second', 'minute', 'hour'] as const;
const SECONDS_OF_UNIT = { second: 1, minute: 60, hour: 3600 };
const SECONDS_PER_DAY = 86_400;
/** The longest interval of a simple schedule: ten thousand years. */
export const MAX_INTERVAL_MS = 315_576_000_000_000;

const WALL_CLOCK_MISFIRES: readonly MisfireInstruction[] = ['smart', 'ignore', 'fireOnceNow', 'doNothing'];
const SIMPLE_MISFIRES: readonly MisfireInstruction[] = [
  'smart',
  'ignore',
  'fireNow',
  'nowWithExistingCount',
  'nowWithRemainingCount',
  'nextWithRemainingCount',
  'nextWithExistingCount',
];

/** Schedules that came out of {@link checkSchedule}: immutable, so that they are right for ever. */
const checked = new WeakSet<Schedule>();

/**
 * Checks a schedule and gives a frozen copy of it; one that was checked before comes back as it is. The days of a
 * daily schedule are put in order.
 *
 * @param field - where the schedule stands, for the error: `'trigger.schedule'`
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_CRON`
 */
export function checkSchedule(field: string, schedule: Schedule): Schedule {
  if (typeof schedule !== 'object' || schedule === null) {
    throw invalidArgument(field, schedule, `a schedule of the type ${TYPES.join(', ')}`);
  }
  if (checked.has(schedule)) return schedule;
  const own = Object.freeze(copyOf(field, schedule));
  checked.add(own);
  return own;
}

/**
 * Checks that a misfire instruction is one that the schedule knows.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkMisfire(field: string, instruction: unknown, { type }: Schedule): MisfireInstruction {
  return checkOneOf(field, instruction, type === 'simple' ? SIMPLE_MISFIRES : WALL_CLOCK_MISFIRES);
}

function copyOf(field: string, schedule: Schedule): Schedule {
  switch (checkOneOf(`${field}.type`, schedule.type, TYPES)) {
    case 'simple':
      return checkSimple(field, schedule as SimpleSchedule);
    case 'cron':
      return checkCron(field, schedule as CronSchedule);
    case 'calendarInterval':
      return checkCalendarInterval(field, schedule as CalendarIntervalSchedule);
    case 'dailyTimeInterval':
      return checkDaily(field, schedule as DailyTimeIntervalSchedule);
  }
}

function checkSimple(field: string, schedule: SimpleSchedule): SimpleSchedule {
  checkKnownKeys(field, schedule, ['type', 'repeatCount', 'repeatIntervalMs']);
  const repeatCount = checkInteger(`${field}.repeatCount`, schedule.repeatCount, -1, MAX_INT32);
  const least = repeatCount === 0 ? 0 : 1;
  return {
    type: 'simple',
    repeatCount,
    repeatIntervalMs: checkInteger(
      `${field}.repeatIntervalMs`,
      schedule.repeatIntervalMs,
      least,
      MAX_INTERVAL_MS,
    ),
  };
}

function checkCron(field: string, schedule: CronSchedule): CronSchedule {
  checkKnownKeys(field, schedule, ['type', 'expression', 'timeZone', 'dialect']);
  const dialect = checkOneOf(`${field}.dialect`, schedule.dialect, ['quartz', 'unix']);
  const timeZone = checkTimeZone(`${field}.timeZone`, schedule.timeZone);
  const expression = checkExpression(`${field}.expression`, schedule.expression, timeZone, dialect);
  return { type: 'cron', expression, timeZone, dialect };
}

function checkCalendarInterval(field: string, schedule: CalendarIntervalSchedule): CalendarIntervalSchedule {
  checkKnownKeys(field, schedule, [
    'type',
    'interval',
    'unit',
    'timeZone',
    'preserveHourOfDay',
    'skipDayIfHourDoesNotExist',
  ]);
  return {
    type: 'calendarInterval',
    interval: checkInteger(`${field}.interval`, schedule.interval, 1, MAX_INT32),
    unit: checkOneOf(`${field}.unit`, schedule.unit, INTERVAL_UNITS),
    timeZone: checkTimeZone(`${field}.timeZone`, schedule.timeZone),
    preserveHourOfDay: checkFlag(`${field}.preserveHourOfDay`, schedule.preserveHourOfDay),
    skipDayIfHourDoesNotExist: checkFlag(
      `${field}.skipDayIfHourDoesNotExist`,
      schedule.skipDayIfHourDoesNotExist,
    ),
  };
}

function checkDaily(field: string, schedule: DailyTimeIntervalSchedule): DailyTimeIntervalSchedule {
  checkKnownKeys(field, schedule, [
    'type',
    'interval',
    'unit',
    'startSecondOfDay',
    'endSecondOfDay',
    'daysOfWeek',
    'repeatCount',
    'timeZone',
  ]);
  const unit = checkOneOf(`${field}.unit`, schedule.unit, DAILY_UNITS);
  const interval = checkInteger(
    `${field}.interval`,
    schedule.interval,
    1,
    SECONDS_PER_DAY / SECONDS_OF_UNIT[unit],
  );
  const start = checkInteger(`${field}.startSecondOfDay`, schedule.startSecondOfDay, 0, SECONDS_PER_DAY - 1);
  return {
    type: 'dailyTimeInterval',
    interval,
    unit,
    startSecondOfDay: start,
    endSecondOfDay: checkInteger(
      `${field}.endSecondOfDay`,
      schedule.endSecondOfDay,
      start,
      SECONDS_PER_DAY - 1,
    ),
    daysOfWeek: checkWeekdays(`${field}.daysOfWeek`, schedule.daysOfWeek, 1),
    repeatCount: checkInteger(`${field}.repeatCount`, schedule.repeatCount, -1, MAX_INT32),
    timeZone: checkTimeZone(`${field}.timeZone`, schedule.timeZone),
  };
}

/**
 * Checks a list of week days and gives a frozen copy in week order, without doubles.
 *
 * @param least - how many it must hold
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkWeekdays(field: string, days: readonly Weekday[], least: number): readonly Weekday[] {
  if (!Array.isArray(days)) throw invalidArgument(field, days, `an array of ${WEEKDAYS.join(', ')}`);
  days.forEach((day, index) => {
    checkOneOf(`${field}[${index}]`, day, WEEKDAYS);
  });
  if (days.length < least) throw invalidArgument(field, days, 'at least one day');
  return Object.freeze(WEEKDAYS.filter((day) => days.includes(day)));
}
