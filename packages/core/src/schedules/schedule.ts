/**
 * Fire times of any schedule, without regard to calendars and repeat counts of daily schedules.
 *
 * @module
 */
import type { Schedule, Trigger } from '../trigger.js';
import { nextCalendarIntervalFire } from './calendar-interval.js';
import { nextCronFire } from './cron.js';
import { nextDailyFire } from './daily-time-interval.js';
import { nextSimpleFire } from './simple.js';

/** The part of a trigger that its schedule's fire times follow from. */
export type Scheduled = Pick<Trigger, 'schedule' | 'startAt' | 'endAt'>;

/**
 * Gives the first fire time after an instant (exclusive), null when there is none. The fire times are a fixed set of
 * instants: the answer depends on nothing else, and its cost hardly on how far `afterMs` is from the start.
 */
export function nextScheduledFire({ schedule, startAt, endAt }: Scheduled, afterMs: number): number | null {
  switch (schedule.type) {
    case 'simple':
      return nextSimpleFire(schedule, startAt, endAt, afterMs);
    case 'cron':
      return nextCronFire(schedule, startAt, endAt, afterMs);
    case 'calendarInterval':
      return nextCalendarIntervalFire(schedule, startAt, endAt, afterMs);
    case 'dailyTimeInterval':
      return nextDailyFire(schedule, startAt, endAt, afterMs);
  }
}

/** Gives the last fire time up to the trigger's end; null when there is none. The trigger must have an end. */
export function lastScheduledFire(scheduled: Scheduled): number | null {
  // From the start on there is a next fire, until there is none: halving finds the last instant that has one.
  let low = scheduled.startAt - 1;
  let last = nextScheduledFire(scheduled, low);
  if (last === null) return null;
  let high = scheduled.endAt as number;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const next = nextScheduledFire(scheduled, middle);
    if (next === null) high = middle;
    else {
      low = middle;
      last = next;
    }
  }
  return last;
}

/** Whether a fire at an instant would be past a trigger's end (its schedule's type decides about the end itself). */
export function isPastEnd(schedule: Schedule, endAt: number | null, at: number): boolean {
  if (endAt === null) return false;
  return schedule.type === 'simple' || schedule.type === 'calendarInterval' ? at >= endAt : at > endAt;
}
