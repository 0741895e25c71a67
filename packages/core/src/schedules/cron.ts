/**
 * Fire times of cron schedules; start and end are both included.
 *
 * @module
 */
import { type CronSource, cron } from '../cron/index.js';
import type { CronSchedule } from '../trigger.js';

/** Schedules are frozen and shared by a trigger's successive values, so that this saves nearly every look-up by text. */
const sources = new WeakMap<CronSchedule, CronSource>();

/** Gives the first fire time after an instant (exclusive), null when there is none within a hundred years. */
export function nextCronFire(
  schedule: CronSchedule,
  startAt: number,
  endAt: number | null,
  afterMs: number,
): number | null {
  let source = sources.get(schedule);
  if (source === undefined) {
    source = cron(schedule.expression, schedule.timeZone, schedule.dialect);
    sources.set(schedule, source);
  }
  const at = source.nextAfter(afterMs < startAt ? startAt - 1 : afterMs);
  return at === null || (endAt !== null && at > endAt) ? null : at;
}
