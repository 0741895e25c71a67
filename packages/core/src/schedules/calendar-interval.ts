/**
 * Fire times of calendar-interval schedules: the start, and then `start + k × interval` units, the end excluded.
 *
 * Seconds, minutes and hours are elapsed time. Days and longer are counted on the wall clock, always from the start:
 * months from 31 January give 28 February and then 31 March, years from 29 February come back to it in leap years.
 * A wall-clock time that happens twice means its first pass. One that does not exist, because the clock jumps over
 * it, means:
 *
 * | preserveHourOfDay | skipDayIfHourDoesNotExist | fires |
 * |---|---|---|
 * | false | – | at the end of the gap (02:30 → 03:00) |
 * | true | false | as late as the gap is long (02:30 → 03:30) |
 * | true | true | not on that day |
 *
 * Whatever it means, the next time is not moved by it: Quartz's drift is not copied.
 *
 * @module
 */
import { civilFromDays, daysFromCivil, daysInMonth, MS_PER_DAY } from '../civil-date.js';
import { LAST_INSTANT } from '../instant.js';
import { type TimeZone, timeZone } from '../time-zone.js';
import type { CalendarIntervalSchedule, IntervalUnit } from '../trigger.js';

const ELAPSED_MS: Readonly<Partial<Record<IntervalUnit, number>>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
};
/** No occurrence is further from where arithmetic puts it than a zone's offset can change: a day, once. */
const SLACK_POSITIONS = 2;

/** Gives the first fire time after an instant (exclusive), null when there is none. */
export function nextCalendarIntervalFire(
  schedule: CalendarIntervalSchedule,
  startAt: number,
  endAt: number | null,
  afterMs: number,
): number | null {
  const at = afterMs < startAt ? startAt : nextOccurrence(schedule, startAt, afterMs);
  return at > LAST_INSTANT || (endAt !== null && at >= endAt) ? null : at;
}

function nextOccurrence(schedule: CalendarIntervalSchedule, startAt: number, afterMs: number): number {
  const unitMs = ELAPSED_MS[schedule.unit];
  if (unitMs !== undefined) {
    const intervalMs = unitMs * schedule.interval;
    return startAt + (Math.floor((afterMs - startAt) / intervalMs) + 1) * intervalMs;
  }
  const zone = timeZone(schedule.timeZone);
  const localStart = startAt + zone.offsetAt(startAt);
  const elapsed = unitsBetween(schedule.unit, localStart, afterMs + zone.offsetAt(afterMs));
  let position = Math.max(1, Math.floor(elapsed / schedule.interval) - SLACK_POSITIONS);
  for (;;) {
    const local = localOccurrence(schedule, localStart, position * schedule.interval);
    if (local > LAST_INSTANT) return Number.POSITIVE_INFINITY;
    const at = resolve(schedule, zone, local);
    if (at !== null && at > afterMs) return at;
    position++;
  }
}

/** Whole units between two wall-clock times, one too many at most. */
function unitsBetween(unit: IntervalUnit, fromLocal: number, toLocal: number): number {
  if (unit === 'day') return Math.floor((toLocal - fromLocal) / MS_PER_DAY);
  if (unit === 'week') return Math.floor((toLocal - fromLocal) / (7 * MS_PER_DAY));
  const from = civilFromDays(Math.floor(fromLocal / MS_PER_DAY));
  const to = civilFromDays(Math.floor(toLocal / MS_PER_DAY));
  return unit === 'year' ? to.year - from.year : (to.year - from.year) * 12 + to.month - from.month;
}

/** The wall-clock time so many units after the start. A day that its month lacks becomes the month's last. */
function localOccurrence({ unit }: CalendarIntervalSchedule, localStart: number, units: number): number {
  if (unit === 'day') return localStart + units * MS_PER_DAY;
  if (unit === 'week') return localStart + units * 7 * MS_PER_DAY;
  const startDay = Math.floor(localStart / MS_PER_DAY);
  const { year, month, day } = civilFromDays(startDay);
  const months = year * 12 + month - 1 + (unit === 'year' ? units * 12 : units);
  const toYear = Math.floor(months / 12);
  const toMonth = months - toYear * 12 + 1;
  const toDay = daysFromCivil(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
  return toDay * MS_PER_DAY + (localStart - startDay * MS_PER_DAY);
}

function resolve(schedule: CalendarIntervalSchedule, zone: TimeZone, local: number): number | null {
  const resolution = zone.resolve(local);
  if (resolution.kind === 'unique') return resolution.at;
  if (resolution.kind === 'overlap') return resolution.first;
  if (!schedule.preserveHourOfDay) return resolution.transition.at;
  return schedule.skipDayIfHourDoesNotExist ? null : local - resolution.transition.offsetBefore;
}
