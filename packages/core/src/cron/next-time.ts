/**
 * When a cron expression fires next: first on the wall clock, by integers alone, then in a time zone.
 *
 * @module
 */
import { type CivilDate, civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from '../civil-date.js';
import { instantOf, type TimeZone } from '../time-zone.js';
import { type CronExpression, FIRST_YEAR, monthShape, type YearRange } from './expression.js';
import { lowestBit, NONE } from './field-set.js';

/** How far ahead a fire time is sought, in years. Nothing that recurs at all stays away longer than 40. */
const YEARS_AHEAD = 100;
const SECONDS_PER_DAY = 86_400;
const MS_PER_SECOND = 1000;

/**
 * Gives the first instant after another at which an expression fires in a time zone.
 *
 * Where the zone's clock jumps, the expression's *hours* decide:
 *
 * - **Times of day** (hours restricted: `0 30 2 * * ?`, `0 0/15 1-3 * * ?`). Every wall-clock time fires once.
 *   A time in a gap fires at the end of the gap, several of them together; a time in an overlap
 *   fires at its first pass.
 * - **Rhythms** (all 24 hours: `0 0 * * * ?`, `0 0/30 * * * ?`). Every instant fires at which the zone's
 *   clock shows a matching time: both passes of an overlap, nothing for a gap.
 *
 * Either way the fire times are a fixed set of instants, and the answer is its least element after `afterMs`:
 * it depends on nothing else, so that a search may start anywhere. `docs/time-zones.md` shows examples.
 *
 * @param afterMs - epoch milliseconds, exclusive
 * @returns a whole second as epoch milliseconds; null when there is none up to the end of the hundredth year after
 *   the year of `afterMs` (or after 1970)
 */
export function nextCronTime(expression: CronExpression, zone: TimeZone, afterMs: number): number | null {
  const period = zone.periodAt(afterMs);
  const localMs = afterMs + period.offset;
  return expression.isRhythm
    ? nextBeat(expression, zone, afterMs, localMs, period.end)
    : nextTimeOfDayFire(expression, zone, afterMs, localMs);
}

function nextTimeOfDayFire(
  expression: CronExpression,
  zone: TimeZone,
  afterMs: number,
  localMs: number,
): number | null {
  const here = zone.resolve(localMs);
  // In the second pass of an overlap everything up to its end has fired already, in the first.
  const isSecondPass = here.kind === 'overlap' && afterMs >= here.transition.at;
  const from = isSecondPass ? here.transition.at + here.transition.offsetBefore - 1 : localMs;
  const wallTime = nextWallTime(expression, from);
  return wallTime === NONE ? null : instantOf(zone, wallTime);
}

function nextBeat(
  expression: CronExpression,
  zone: TimeZone,
  afterMs: number,
  localMs: number,
  periodEnd: number,
): number | null {
  let wallTime = nextWallTime(expression, localMs);
  // The usual case: the next beat comes before the clock is changed.
  const beat = wallTime - localMs + afterMs;
  if (wallTime !== NONE && beat < periodEnd) return beat;

  const here = zone.resolve(localMs);
  if (here.kind === 'overlap' && afterMs < here.transition.at) {
    const { at, offsetBefore, offsetAfter } = here.transition;
    if (wallTime !== NONE && wallTime < at + offsetBefore) return beat;
    // The first pass is over: the second begins back at the overlap's start.
    wallTime = nextWallTime(expression, at + offsetAfter - 1);
  }
  while (wallTime !== NONE) {
    const resolution = zone.resolve(wallTime);
    switch (resolution.kind) {
      case 'unique':
        return resolution.at;
      case 'overlap':
        return resolution.first > afterMs ? resolution.first : resolution.second;
      case 'gap':
        wallTime = nextWallTime(expression, resolution.transition.at + resolution.transition.offsetAfter - 1);
    }
  }
  return null;
}

/**
 * Gives the first matching wall-clock time after another, or {@link NONE}. Both are local milliseconds.
 *
 * The cost is bounded: a day that does not match is never looked at by itself, only months are, 1200 at most.
 */
export function nextWallTime(expression: CronExpression, afterLocalMs: number): number {
  const second = Math.floor(afterLocalMs / MS_PER_SECOND) + 1;
  const today = Math.floor(second / SECONDS_PER_DAY);
  const date = civilFromDays(today);
  if (firesOn(expression, date)) {
    const secondOfDay = nextSecondOfDay(expression, second - today * SECONDS_PER_DAY);
    if (secondOfDay !== NONE) return (today * SECONDS_PER_DAY + secondOfDay) * MS_PER_SECOND;
  }
  const day = nextFiringDay(expression, date);
  return day === NONE ? NONE : (day * SECONDS_PER_DAY + nextSecondOfDay(expression, 0)) * MS_PER_SECOND;
}

function firesOn(expression: CronExpression, { year, month, day }: CivilDate): boolean {
  return (
    expression.months.atOrAfter(month) === month &&
    (firingDays(expression, year, month) & (1 << day)) !== 0 &&
    nextYear(expression.years, year) === year
  );
}

/** Gives the day number of the first firing day after a date, or {@link NONE}. */
function nextFiringDay(expression: CronExpression, date: CivilDate): number {
  const lastYear = Math.max(date.year, FIRST_YEAR) + YEARS_AHEAD;
  let year = nextYear(expression.years, date.year);
  while (year <= lastYear) {
    const isThisYear = year === date.year;
    let month = expression.months.atOrAfter(isThisYear ? date.month : 1);
    while (month !== NONE) {
      const isThisMonth = isThisYear && month === date.month;
      const days = firingDays(expression, year, month) & (isThisMonth ? -2 << date.day : -1);
      if (days !== 0) return daysFromCivil(year, month, lowestBit(days));
      month = expression.months.atOrAfter(month + 1);
    }
    year = nextYear(expression.years, year + 1);
  }
  return NONE;
}

/** Gives the days of a month that fire, as bits 1 to 31. */
function firingDays(expression: CronExpression, year: number, month: number): number {
  const firstWeekday = dayOfWeek(daysFromCivil(year, month, 1));
  return expression.daysByShape[monthShape(daysInMonth(year, month), firstWeekday)] ?? 0;
}

/** Gives the first matching second of a day not before another, or {@link NONE}. */
function nextSecondOfDay({ hours, minutes, seconds }: CronExpression, from: number): number {
  const fromHour = Math.floor(from / 3600);
  const fromMinute = Math.floor(from / 60) % 60;
  const firstSecond = seconds.atOrAfter(0);

  let hour = hours.atOrAfter(fromHour);
  if (hour === fromHour) {
    let minute = minutes.atOrAfter(fromMinute);
    if (minute === fromMinute) {
      const second = seconds.atOrAfter(from % 60);
      if (second !== NONE) return hour * 3600 + minute * 60 + second;
      minute = minutes.atOrAfter(fromMinute + 1);
    }
    if (minute !== NONE) return hour * 3600 + minute * 60 + firstSecond;
    hour = hours.atOrAfter(fromHour + 1);
  }
  return hour === NONE ? NONE : hour * 3600 + minutes.atOrAfter(0) * 60 + firstSecond;
}

/** Gives the first allowed year not before another, or Infinity. */
function nextYear(years: readonly YearRange[], from: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const { first, last, step } of years) {
    const year = from <= first ? first : first + Math.ceil((from - first) / step) * step;
    if (year <= last && year < nearest) nearest = year;
  }
  return nearest;
}
