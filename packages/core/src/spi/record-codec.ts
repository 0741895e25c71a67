/**
 * Schedules as text, for stores that keep them in one column.
 *
 * @module
 */
import { LruCache } from '../cron/lru-cache.js';
import { decodeRecord } from '../record-text.js';
import { checkSchedule } from '../schedule-check.js';
import type { Schedule } from '../trigger.js';

/** Many triggers share a schedule: reading its text once also lets them share its parsed cron expression. */
const MAX_DECODED = 4096;

const decoded = new LruCache<string, Schedule>(MAX_DECODED);
const encoded = new WeakMap<Schedule, string>();

/** Writes a checked schedule as text that {@link decodeSchedule} reads back equal. Equal schedules give equal texts. */
export function encodeSchedule(schedule: Schedule): string {
  let text = encoded.get(schedule);
  if (text === undefined) {
    text = JSON.stringify(checkSchedule('schedule', schedule));
    encoded.set(schedule, text);
  }
  return text;
}

/**
 * Reads what {@link encodeSchedule} wrote. The schedule is frozen; equal texts mostly give the same one.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE`
 */
export function decodeSchedule(text: string): Schedule {
  let schedule = decoded.get(text);
  if (schedule === undefined) {
    schedule = decodeRecord('schedule', text, (value) => checkSchedule('schedule', value as Schedule));
    decoded.set(text, schedule);
  }
  return schedule;
}
