/**
 * Fire times of daily schedules: on each chosen day from the span's start, every interval, until the span's end; the
 * trigger's own start and end are both included, and checked for every fire.
 *
 * Each day's span begins and ends on the wall clock of the schedule's zone, and within it time is elapsed time. A
 * span's start or end that the clock jumps over means the end of the gap; one that happens twice, its first pass. So
 * hourly from 01:00 to 04:00 fires at 01, 03 and 04 on the day that has no 02:00, and hourly from 00:00 to 03:00
 * fires five times on the day that has 01:00 twice.
 *
 * @module
 */
import { dayOfWeek, MS_PER_DAY } from '../civil-date.js';
import { LAST_INSTANT } from '../instant.js';
import { instantOf, type TimeZone, timeZone } from '../time-zone.js';
import type { DailyTimeIntervalSchedule, Weekday } from '../trigger.js';

/** In week order; the index is the day's number in Quartz less one. */
export const WEEKDAYS: readonly Weekday[] = Object.freeze(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']);

const UNIT_MS = { second: 1000, minute: 60_000, hour: 3_600_000 };
/** Where a gap covers midnight, yesterday's span may reach into today. */
const DAYS_BACK = 1;
const DAYS_AHEAD = 7;
const LONGEST_SEARCH_DAYS = 36_525;

/**
 * Gives the first fire time after an instant (exclusive), null when there is none. The repeat count is not looked
 * at: it counts fires, which only the trigger knows of.
 */
export function nextDailyFire(
  schedule: DailyTimeIntervalSchedule,
  startAt: number,
  endAt: number | null,
  afterMs: number,
): number | null {
  const from = afterMs < startAt ? startAt - 1 : afterMs;
  const zone = timeZone(schedule.timeZone);
  const today = Math.floor((from + zone.offsetAt(from)) / MS_PER_DAY);
  for (let day = today - DAYS_BACK; day <= today + DAYS_AHEAD; day++) {
    if (!schedule.daysOfWeek.includes(weekdayOf(day))) continue;
    const at = nextWithinDay(schedule, zone, day, from);
    if (at === null) continue;
    return at > LAST_INSTANT || (endAt !== null && at > endAt) ? null : at;
  }
  return null;
}

function weekdayOf(day: number): Weekday {
  return WEEKDAYS[dayOfWeek(day) - 1] as Weekday;
}

function nextWithinDay(
  schedule: DailyTimeIntervalSchedule,
  zone: TimeZone,
  day: number,
  afterMs: number,
): number | null {
  const last = instantOf(zone, day * MS_PER_DAY + schedule.endSecondOfDay * 1000);
  if (last <= afterMs) return null;
  const first = instantOf(zone, day * MS_PER_DAY + schedule.startSecondOfDay * 1000);
  if (first > afterMs) return first;
  const intervalMs = schedule.interval * UNIT_MS[schedule.unit];
  const at = first + (Math.floor((afterMs - first) / intervalMs) + 1) * intervalMs;
  return at <= last ? at : null;
}

/**
 * Gives the n-th fire time after an instant (exclusive), null when there are fewer within a hundred years. It looks
 * at each day once, however many fires the day holds.
 *
 * @param count - at least 1
 */
export function nthDailyFire(
  schedule: DailyTimeIntervalSchedule,
  startAt: number,
  endAt: number | null,
  afterMs: number,
  count: number,
): number | null {
  const zone = timeZone(schedule.timeZone);
  const intervalMs = schedule.interval * UNIT_MS[schedule.unit];
  let left = count;
  let at = nextDailyFire(schedule, startAt, endAt, afterMs);
  for (let days = 0; at !== null && days <= LONGEST_SEARCH_DAYS; days++) {
    const last = lastOfSpan(schedule, zone, at);
    const inSpan = Math.floor((last - at) / intervalMs) + 1;
    if (left <= inSpan) {
      const nth = at + (left - 1) * intervalMs;
      return endAt !== null && nth > endAt ? null : nth;
    }
    left -= inSpan;
    at = nextDailyFire(schedule, startAt, endAt, last);
  }
  return null;
}

/** The end of the span that a fire lies in. */
function lastOfSpan({ endSecondOfDay }: DailyTimeIntervalSchedule, zone: TimeZone, at: number): number {
  const day = Math.floor((at + zone.offsetAt(at)) / MS_PER_DAY);
  const yesterdays = instantOf(zone, (day - DAYS_BACK) * MS_PER_DAY + endSecondOfDay * 1000);
  return yesterdays >= at ? yesterdays : instantOf(zone, day * MS_PER_DAY + endSecondOfDay * 1000);
}
