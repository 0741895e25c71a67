/**
 * What time does to a trigger: pure functions from values to values, the same for every store.
 *
 * @module
 */
import type { Calendar } from './calendars/calendar.js';
import { nextIncludedTime } from './calendars/inclusion.js';
import { nthDailyFire } from './schedules/daily-time-interval.js';
import { isPastEnd, lastScheduledFire, nextScheduledFire } from './schedules/schedule.js';
import { finalSimpleFire, simpleFiresBetween } from './schedules/simple.js';
import type { MisfireInstruction, SimpleSchedule, Trigger } from './trigger.js';
import { triggerValue } from './trigger-value.js';

/** How far beyond `afterMs` a time that a calendar includes is sought. */
const SEARCH_MS = 100 * 366 * 86_400_000;
/** Give up when so many fire times in a row are excluded: nothing sensible is that unlucky. */
const MAX_EXCLUDED_FIRES = 100_000;

/**
 * Gives the first time after an instant (exclusive) at which a trigger fires: its schedule says so, its calendar
 * includes it, and its repeat count is not used up.
 *
 * @param calendar - the calendar that the trigger names, null when it names none
 * @returns epoch ms; null when there is none, or none within a hundred years that the calendar includes
 */
export function nextFireAfter(trigger: Trigger, afterMs: number, calendar: Calendar | null): number | null {
  return isUsedUp(trigger, trigger.timesTriggered) ? null : nextIncludedFire(trigger, afterMs, calendar);
}

/** Gives the first time at which a trigger fires, which is its start or later; null when it never does. */
export function firstFireAt(trigger: Trigger, calendar: Calendar | null): number | null {
  return nextFireAfter(trigger, trigger.startAt - 1, calendar);
}

/** Gives a trigger that waits for its first fire. Its `nextFireAt` is null when it will never fire. */
export function withFirstFire(trigger: Trigger, calendar: Calendar | null): Trigger {
  return withNextFire(trigger, firstFireAt(trigger, calendar));
}

/**
 * Gives the last time at which a trigger is to fire, calendars aside; null when it fires for ever, or never, or when
 * only the search for the next time could tell (a cron expression that names years).
 */
export function finalFireAt(trigger: Trigger): number | null {
  const { schedule, startAt, endAt, timesTriggered } = trigger;
  if (schedule.type === 'simple') return finalSimpleFire(schedule, startAt, endAt);
  if (schedule.type === 'dailyTimeInterval' && schedule.repeatCount >= 0) {
    if (isUsedUp(trigger, timesTriggered)) return trigger.previousFireAt;
    const next = trigger.nextFireAt ?? nextScheduledFire(trigger, startAt - 1);
    const left = schedule.repeatCount - timesTriggered;
    if (next === null || left === 0) return next;
    const last = nthDailyFire(schedule, startAt, endAt, next, left);
    if (last !== null) return last;
  }
  return endAt === null ? null : lastScheduledFire(trigger);
}

/**
 * Gives the trigger after it fired at its `nextFireAt` (contract §4.3): that time becomes the previous one, the next
 * is the one that follows it, even when that is overdue as well.
 */
export function afterFire(trigger: Trigger, calendar: Calendar | null): Trigger {
  const firedAt = trigger.nextFireAt;
  if (firedAt === null) return trigger;
  const timesTriggered = trigger.timesTriggered + 1;
  const next = isUsedUp(trigger, timesTriggered) ? null : nextIncludedFire(trigger, firedAt, calendar);
  return triggerValue(trigger, trigger.schedule, trigger.startAt, next, firedAt, timesTriggered);
}

/**
 * Gives the trigger after its misfire instruction was applied (contract §7.1). Instructions that fire now do so even
 * when the calendar excludes now, but never past the trigger's end: then nothing is left to fire.
 */
export function afterMisfire(trigger: Trigger, calendar: Calendar | null, now: number): Trigger {
  if (trigger.nextFireAt === null || trigger.misfireInstruction === 'ignore') return trigger;
  const { schedule } = trigger;
  if (schedule.type === 'simple') return afterSimpleMisfire(trigger, schedule, calendar, now);
  return trigger.misfireInstruction === 'doNothing'
    ? withNextFire(trigger, nextFireAfter(trigger, now, calendar))
    : withNextFire(trigger, nowUnlessPastEnd(trigger, now));
}

/**
 * Gives the trigger after its calendar was changed (contract §2.4): its next fire is the first after its previous one
 * that the calendar includes, or the first after now when that one is overdue by the misfire threshold or more.
 */
export function withCalendar(
  trigger: Trigger,
  calendar: Calendar | null,
  now: number,
  misfireThresholdMs: number,
): Trigger {
  if (trigger.nextFireAt === null) return trigger;
  let next = nextFireAfter(trigger, trigger.previousFireAt ?? trigger.startAt - 1, calendar);
  if (next !== null && now - next >= misfireThresholdMs) next = nextFireAfter(trigger, now, calendar);
  return withNextFire(trigger, next);
}

/** Only daily schedules count fires; simple ones count positions from the start. */
function isUsedUp({ schedule }: Trigger, timesTriggered: number): boolean {
  return (
    schedule.type === 'dailyTimeInterval' &&
    schedule.repeatCount >= 0 &&
    timesTriggered > schedule.repeatCount
  );
}

function nextIncludedFire(trigger: Trigger, afterMs: number, calendar: Calendar | null): number | null {
  let at = nextScheduledFire(trigger, afterMs);
  if (calendar === null) return at;
  const limit = afterMs + SEARCH_MS;
  for (let tries = 0; at !== null && at <= limit && tries < MAX_EXCLUDED_FIRES; tries++) {
    const included = nextIncludedTime(calendar, at);
    if (included === at || included === null) return included;
    at = nextScheduledFire(trigger, included - 1);
  }
  return null;
}

function withNextFire(trigger: Trigger, nextFireAt: number | null): Trigger {
  if (nextFireAt === trigger.nextFireAt) return trigger;
  const { schedule, startAt, previousFireAt, timesTriggered } = trigger;
  return triggerValue(trigger, schedule, startAt, nextFireAt, previousFireAt, timesTriggered);
}

function nowUnlessPastEnd(trigger: Trigger, now: number): number | null {
  return isPastEnd(trigger.schedule, trigger.endAt, now) ? null : now;
}

type SimpleInstruction = Exclude<MisfireInstruction, 'smart' | 'ignore' | 'fireOnceNow' | 'doNothing'>;

/** Decides what `smart` means, and turns `fireNow` of a repeating trigger into what it stands for. */
function simpleInstruction(trigger: Trigger, { repeatCount }: SimpleSchedule): SimpleInstruction {
  const instruction = trigger.misfireInstruction as SimpleInstruction | 'smart';
  if (instruction === 'smart') {
    if (repeatCount === 0) return 'fireNow';
    return repeatCount < 0 ? 'nextWithRemainingCount' : 'nowWithExistingCount';
  }
  return instruction === 'fireNow' && repeatCount !== 0 ? 'nowWithRemainingCount' : instruction;
}

function afterSimpleMisfire(
  trigger: Trigger,
  schedule: SimpleSchedule,
  calendar: Calendar | null,
  now: number,
): Trigger {
  const missedAt = trigger.nextFireAt as number;
  const { timesTriggered } = trigger;
  switch (simpleInstruction(trigger, schedule)) {
    case 'fireNow':
      return withNextFire(trigger, nowUnlessPastEnd(trigger, now));
    case 'nowWithExistingCount':
      return restartedNow(trigger, schedule, now, timesTriggered);
    case 'nowWithRemainingCount':
      return restartedNow(
        trigger,
        schedule,
        now,
        timesTriggered + simpleFiresBetween(schedule, missedAt, now),
      );
    case 'nextWithExistingCount':
      return withNextFire(trigger, nextFireAfter(trigger, now, calendar));
    case 'nextWithRemainingCount': {
      const next = nextFireAfter(trigger, now, calendar);
      const missed = next === null ? 0 : simpleFiresBetween(schedule, missedAt, next);
      return triggerValue(
        trigger,
        schedule,
        trigger.startAt,
        next,
        trigger.previousFireAt,
        timesTriggered + missed,
      );
    }
  }
}

/** The schedule begins anew now, with what is left of a finite count after so many fires. */
function restartedNow(trigger: Trigger, schedule: SimpleSchedule, now: number, firesDone: number): Trigger {
  if (nowUnlessPastEnd(trigger, now) === null) return withNextFire(trigger, null);
  if (schedule.repeatCount <= 0) {
    return triggerValue(trigger, schedule, now, now, trigger.previousFireAt, trigger.timesTriggered);
  }
  const repeatCount = Math.max(0, schedule.repeatCount - firesDone);
  const rest = Object.freeze({ ...schedule, repeatCount });
  return triggerValue(trigger, rest, now, now, trigger.previousFireAt, 0);
}
