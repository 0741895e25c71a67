/**
 * Calendars as documents.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import { decodeCalendar, encodeCalendar } from '@ametrine/core/spi';
import { nameId } from './document-id.js';
import { type Fields, textIn, unreadable } from './field-reading.js';
import type { Held } from './held.js';

/** A stored calendar. */
export interface CalendarDocument extends Held {
  readonly _id: string;
  readonly scheduler: string;
  readonly name: string;
  /** As `encodeCalendar` writes it. */
  readonly calendar: string;
}

/** The document of a calendar. */
export function calendarDocument(scheduler: string, name: string, calendar: Calendar): CalendarDocument {
  return { _id: nameId(scheduler, name), scheduler, name, calendar: encodeCalendar(calendar) };
}

/**
 * Reads a calendar.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the calendar
 */
export function readCalendar(document: CalendarDocument): Calendar {
  try {
    return decodeCalendar(textIn(document as unknown as Fields, 'calendar'));
  } catch (error) {
    throw unreadable('calendar', String(document.name), error);
  }
}
