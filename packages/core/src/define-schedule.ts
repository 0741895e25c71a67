/**
 * From a schedule as a user writes it to the schedule that is stored.
 *
 * @module
 */
import { durationMs } from './duration.js';
import { invalidArgument } from './errors.js';
import {
  checkExpression,
  checkFlag,
  checkInteger,
  checkOneOf,
  checkTimeZone,
  MAX_INT32,
} from './field-checks.js';
import { checkSchedule, checkWeekdays, MAX_INTERVAL_MS } from './schedule-check.js';
import type {
  CronSpec,
  DailyInput,
  DailySpec,
  EverySpec,
  FullScheduleSpec,
  IntervalInput,
  IntervalSpec,
  KindKey,
  Repeat,
  ScheduleKey,
  ScheduleSpec,
} from './schedule-spec.js';
import { WEEKDAYS } from './schedules/daily-time-interval.js';
import { timeOfDayMs } from './time-of-day.js';
import { systemTimeZone } from './time-zone.js';
import type {
  CalendarIntervalSchedule,
  CronSchedule,
  DailyTimeIntervalSchedule,
  IntervalUnit,
  Schedule,
  SimpleSchedule,
  Weekday,
} from './trigger.js';
import { checkKnownKeys } from './unknown-key.js';

/** The keys of each kind; `misfire` and the keys that every trigger has are not among them. */
export const KEYS_OF_KIND: Readonly<Record<KindKey, readonly ScheduleKey[]>> = Object.freeze({
  at: ['at'],
  every: ['every', 'repeat'],
  cron: ['cron', 'timeZone', 'dialect'],
  interval: ['interval', 'timeZone', 'preserveHourOfDay', 'skipDayIfHourDoesNotExist'],
  daily: ['daily', 'timeZone'],
  schedule: ['schedule'],
});

const KIND_KEYS = Object.keys(KEYS_OF_KIND) as KindKey[];
const ALL_KEYS: readonly ScheduleKey[] = [...new Set(Object.values(KEYS_OF_KIND).flat())];
const UNIT_OF_KEY: Readonly<Record<keyof IntervalInput, IntervalUnit>> = {
  seconds: 'second',
  minutes: 'minute',
  hours: 'hour',
  days: 'day',
  weeks: 'week',
  months: 'month',
  years: 'year',
};
const SECONDS_OF_UNIT = { second: 1, minute: 60, hour: 3600 };
const WEEKEND: readonly Weekday[] = ['SUN', 'SAT'];

/**
 * Makes the schedule that a user described.
 *
 * @param field - where the spec stands, for the error: `'trigger'`
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_CRON`
 */
export function defineSchedule(field: string, spec: ScheduleSpec): Schedule {
  const kind = kindOf(field, spec);
  switch (kind) {
    case 'at':
      return checkSchedule(field, { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 });
    case 'every':
      return checkSchedule(field, everySchedule(field, spec as EverySpec));
    case 'cron':
      return checkSchedule(field, cronSchedule(field, spec as CronSpec));
    case 'interval':
      return checkSchedule(field, intervalSchedule(field, spec as IntervalSpec));
    case 'daily':
      return checkSchedule(field, dailySchedule(field, spec as DailySpec));
    case 'schedule':
      return checkSchedule(`${field}.schedule`, (spec as FullScheduleSpec).schedule);
  }
}

function kindOf(field: string, spec: ScheduleSpec): KindKey {
  const values = spec as object as Readonly<Record<string, unknown>>;
  let kind: KindKey | undefined;
  let isOnly = true;
  for (const key of KIND_KEYS) {
    if (values[key] === undefined) continue;
    isOnly = kind === undefined;
    kind ??= key;
  }
  if (kind === undefined || !isOnly) {
    throw invalidArgument(field, spec, `exactly one of the keys ${KIND_KEYS.join(', ')}`);
  }
  for (const key of ALL_KEYS) {
    if (values[key] === undefined || KEYS_OF_KIND[kind].includes(key)) continue;
    throw invalidArgument(`${field}.${key}`, values[key], `no '${key}' beside '${kind}'`);
  }
  return kind;
}

function everySchedule(field: string, { every, repeat }: EverySpec): SimpleSchedule {
  const repeatCount = repeatCountOf(`${field}.repeat`, repeat);
  const repeatIntervalMs = durationMs(`${field}.every`, every);
  if (repeatIntervalMs === 0 && repeatCount !== 0)
    throw invalidArgument(`${field}.every`, every, 'at least 1 ms');
  if (repeatIntervalMs > MAX_INTERVAL_MS)
    throw invalidArgument(`${field}.every`, every, 'at most ten thousand years');
  return { type: 'simple', repeatCount, repeatIntervalMs };
}

function cronSchedule(field: string, spec: CronSpec): CronSchedule {
  const dialect = checkOneOf(`${field}.dialect`, spec.dialect ?? 'quartz', ['quartz', 'unix']);
  const timeZone = checkTimeZone(`${field}.timeZone`, spec.timeZone ?? systemTimeZone());
  const expression = checkExpression(`${field}.cron`, spec.cron, timeZone, dialect);
  return { type: 'cron', expression, timeZone, dialect };
}

function intervalSchedule(field: string, spec: IntervalSpec): CalendarIntervalSchedule {
  const { timeZone = systemTimeZone(), preserveHourOfDay = false, skipDayIfHourDoesNotExist = false } = spec;
  const { interval, unit } = intervalOf(`${field}.interval`, spec.interval, Object.keys(UNIT_OF_KEY));
  if (checkFlag(`${field}.skipDayIfHourDoesNotExist`, skipDayIfHourDoesNotExist) && !preserveHourOfDay) {
    throw invalidArgument(`${field}.skipDayIfHourDoesNotExist`, true, 'preserveHourOfDay to be true as well');
  }
  return { type: 'calendarInterval', interval, unit, timeZone, preserveHourOfDay, skipDayIfHourDoesNotExist };
}

function dailySchedule(
  field: string,
  { daily, timeZone = systemTimeZone() }: DailySpec,
): DailyTimeIntervalSchedule {
  const where = `${field}.daily`;
  checkKnownKeys(where, daily, ['from', 'to', 'every', 'days', 'repeat']);
  const startSecondOfDay = secondOfDay(`${where}.from`, daily.from ?? '00:00');
  const endSecondOfDay = secondOfDay(`${where}.to`, daily.to ?? '23:59:59');
  if (endSecondOfDay < startSecondOfDay)
    throw invalidArgument(`${where}.to`, daily.to, `no time before 'from'`);
  return {
    type: 'dailyTimeInterval',
    ...dailyInterval(`${where}.every`, daily.every),
    startSecondOfDay,
    endSecondOfDay,
    daysOfWeek: daysOf(`${where}.days`, daily.days),
    repeatCount: repeatCountOf(`${where}.repeat`, daily.repeat),
    timeZone,
  };
}

function dailyInterval(
  field: string,
  every: DailyInput['every'],
): Pick<DailyTimeIntervalSchedule, 'interval' | 'unit'> {
  if (typeof every === 'object' && every !== null) {
    const { interval, unit } = intervalOf(field, every, ['seconds', 'minutes', 'hours']);
    const seconds = interval * SECONDS_OF_UNIT[unit as DailyTimeIntervalSchedule['unit']];
    if (seconds > 86_400) throw invalidArgument(field, every, 'at most 24 hours');
    return { interval, unit: unit as DailyTimeIntervalSchedule['unit'] };
  }
  const ms = durationMs(field, every);
  if (ms === 0 || ms % 1000 !== 0 || ms > 86_400_000) {
    throw invalidArgument(field, every, 'whole seconds, at least one and at most 24 hours');
  }
  if (ms % 3_600_000 === 0) return { interval: ms / 3_600_000, unit: 'hour' };
  return ms % 60_000 === 0
    ? { interval: ms / 60_000, unit: 'minute' }
    : { interval: ms / 1000, unit: 'second' };
}

function intervalOf(
  field: string,
  input: IntervalInput,
  keys: readonly string[],
): { interval: number; unit: IntervalUnit } {
  checkKnownKeys(field, input, keys);
  const present = Object.entries(input).filter(([, count]) => count !== undefined);
  const [entry] = present;
  if (entry === undefined || present.length > 1)
    throw invalidArgument(field, input, `exactly one of ${keys.join(', ')}`);
  const [key, count] = entry;
  return {
    interval: checkInteger(`${field}.${key}`, count, 1, MAX_INT32),
    unit: UNIT_OF_KEY[key as keyof IntervalInput],
  };
}

function daysOf(field: string, days: DailyInput['days']): readonly Weekday[] {
  if (days === undefined) return WEEKDAYS;
  if (days === 'weekends') return WEEKEND;
  if (days === 'weekdays') return WEEKDAYS.filter((day) => !WEEKEND.includes(day));
  if (typeof days === 'string') {
    throw invalidArgument(field, days, `'weekdays', 'weekends', or an array such as ['MON', 'FRI']`);
  }
  return checkWeekdays(field, days, 1);
}

function secondOfDay(field: string, text: string): number {
  const ms = timeOfDayMs(field, text);
  if (ms % 1000 !== 0) throw invalidArgument(field, text, 'whole seconds');
  return ms / 1000;
}

function repeatCountOf(field: string, repeat: Repeat | undefined): number {
  if (repeat === undefined || repeat === 'forever') return -1;
  if (typeof repeat !== 'number') throw invalidArgument(field, repeat, "a number of repeats, or 'forever'");
  return checkInteger(field, repeat, 0, MAX_INT32);
}
