/**
 * Records that cannot be read, in steps that work on others as well.
 *
 * A read of one record says what is wrong with it. But a start that recovers, a resume or a completion must not fail
 * for good because one document among many is damaged: there a stand-in takes the record's place. It has the key, is in
 * error and never fires, so that it can be replaced and removed; it is never written back.
 *
 * @module
 */
import type { Calendar, Trigger } from '@ametrine/core';
import { EMPTY_DATA, isSchedulerError, type SchedulerError, type TriggerRecord } from '@ametrine/core/spi';
import { type CalendarDocument, readCalendar } from './calendar-document.js';
import type { TriggerDocument } from './trigger-document.js';

const standIns = new WeakSet<Trigger>();

/** Whether a trigger stands for one that cannot be read. */
export function isStandIn({ trigger }: TriggerRecord): boolean {
  return standIns.has(trigger);
}

/** Stands for a trigger that cannot be read. */
export function standInFor(document: TriggerDocument): TriggerRecord {
  const trigger: Trigger = Object.freeze({
    key: Object.freeze({ group: String(document.group), name: String(document.name) }),
    jobKey: Object.freeze({ group: String(document.jobGroup), name: String(document.jobName) }),
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

/** The calendars of documents. */
export function calendarsByName(documents: readonly CalendarDocument[]): CalendarsByName {
  return new Map(documents.map((document) => [String(document.name), readOrFault(document)]));
}

function readOrFault(document: CalendarDocument): Calendar | SchedulerError {
  try {
    return readCalendar(document);
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
