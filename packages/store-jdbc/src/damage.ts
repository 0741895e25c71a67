/**
 * Records that cannot be read, in steps that work on others as well.
 *
 * A read of one record says what is wrong with it. But a start that recovers, a resume or a completion must not fail
 * for good because one row among many is damaged: there a stand-in takes the record's place. It has the key, is in
 * error and never fires, so that it can be replaced and removed; it is never written back.
 *
 * @module
 */
import type { Calendar, JobDetail, JobKey, Trigger } from '@ametrine/core';
import {
  EMPTY_DATA,
  encodeData,
  isSchedulerError,
  type SchedulerError,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { readCalendar, readJob, readTrigger, type TriggerRow } from './records.js';
import type { SqlRow, SqlValue } from './sql.js';

const standIns = new WeakSet<Trigger>();

/** Whether a trigger stands for one that cannot be read. */
export function isStandIn({ trigger }: TriggerRecord): boolean {
  return standIns.has(trigger);
}

/**
 * Reads a trigger, or makes its stand-in.
 *
 * @param damaged - told of the fault
 */
export function readTriggerOrStandIn(
  row: SqlRow,
  jobKey: JobKey,
  damaged: (row: SqlRow, error: unknown) => void,
): TriggerRow {
  try {
    return readTrigger(row, jobKey);
  } catch (error) {
    damaged(row, error);
    return { id: row[0] as number, jobId: row[3] as number, runId: null, record: standIn(row, jobKey) };
  }
}

function standIn(row: SqlRow, jobKey: JobKey): TriggerRecord {
  const trigger: Trigger = Object.freeze({
    key: Object.freeze({ group: String(row[1]), name: String(row[2]) }),
    jobKey,
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
  return { trigger, state: 'error', fireInstanceId: null };
}

/** Reads a job; one whose data cannot be read has none. Claims do not use this: such a job does not run. */
export function readJobAnyway(row: SqlRow): JobDetail {
  try {
    return readJob(row).job;
  } catch {
    return readJob([...row.slice(0, -1), encodeData(EMPTY_DATA)]).job;
  }
}

/** Calendars by name; in the place of one that cannot be read, the reason. */
export type CalendarsByName = ReadonlyMap<string, Calendar | SchedulerError>;

/** Stands for a calendar that cannot be read, so that it can be replaced and removed. It excludes nothing. */
export const CALENDAR_STAND_IN: Calendar = Object.freeze({
  type: 'holiday',
  description: null,
  base: null,
  excludedDates: Object.freeze([]),
  timeZone: 'UTC',
});

/** Reads a calendar, or gives the reason why it cannot be read. */
export function readCalendarOrFault(name: string, text: SqlValue | undefined): Calendar | SchedulerError {
  try {
    return readCalendar(name, text);
  } catch (error) {
    if (isSchedulerError(error)) return error;
    throw error;
  }
}

/** The calendar of that name; null when the name is, or when it is missing or cannot be read. */
export function calendarNamed(calendars: CalendarsByName, name: string | null): Calendar | null {
  const found = name === null ? undefined : calendars.get(name);
  return found === undefined || isSchedulerError(found) ? null : found;
}
