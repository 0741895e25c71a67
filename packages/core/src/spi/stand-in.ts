/**
 * Records that cannot be read, in steps that work on others as well.
 *
 * A read of one record says what is wrong with it. But a start that recovers, a resume or a completion must not fail for
 * good because one record among many is damaged: there a stand-in takes its place. It has the key, is in error and never
 * fires, so that it can be replaced and removed; a store never writes it.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import { EMPTY_DATA } from '../data-map.js';
import { isSchedulerError, type SchedulerError } from '../errors.js';
import type { JobKey, TriggerKey } from '../key.js';
import type { Trigger } from '../trigger.js';
import type { TriggerRecord } from './records.js';

const standIns = new WeakSet<Trigger>();

/** Stands for a trigger that cannot be read. */
export function standInFor(key: TriggerKey, jobKey: JobKey): TriggerRecord {
  const trigger: Trigger = Object.freeze({
    key: Object.freeze(key),
    jobKey: Object.freeze(jobKey),
    description: null,
    calendarName: null,
    misfireInstruction: 'smart',
    priority: 0,
    startAt: 0,
    endAt: null,
    data: EMPTY_DATA,
    schedule: Object.freeze({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }),
    nextFireAt: null,
    previousFireAt: null,
    timesTriggered: 0,
    recovers: null,
  });
  standIns.add(trigger);
  return Object.freeze({ trigger, state: 'error', fireInstanceId: null });
}

/** Whether a record stands for one that cannot be read. */
export function isStandIn({ trigger }: TriggerRecord): boolean {
  return standIns.has(trigger);
}

/** Stands for a calendar that cannot be read, so that it can be replaced and removed. It excludes nothing. */
export const CALENDAR_STAND_IN: Calendar = Object.freeze({
  type: 'holiday',
  description: null,
  base: null,
  excludedDates: Object.freeze([]),
  timeZone: 'UTC',
});

/** Calendars by name; in the place of one that cannot be read, the reason. */
export type CalendarsByName = ReadonlyMap<string, Calendar | SchedulerError>;

/** The calendar of that name; null when the name is, or when it is missing or cannot be read. */
export function calendarNamed(calendars: CalendarsByName, name: string | null): Calendar | null {
  const found = name === null ? undefined : calendars.get(name);
  return found === undefined || isSchedulerError(found) ? null : found;
}

/** What `read` reads, or the reason why it cannot be read. */
export function readOrFault<T>(read: () => T): T | SchedulerError {
  try {
    return read();
  } catch (error) {
    if (isSchedulerError(error)) return error;
    throw error;
  }
}
