/**
 * Calendars as they are stored.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import { decodeCalendar } from '@ametrine/core/spi';
import { unreadable } from './damage.js';

/** Stands for a calendar that cannot be read, so that it can be replaced and removed. It excludes nothing. */
const STAND_IN: Calendar = Object.freeze({
  type: 'holiday',
  description: null,
  base: null,
  excludedDates: Object.freeze([]),
  timeZone: 'UTC',
});

/**
 * Reads a calendar.
 *
 * @param anyway - answer one that excludes nothing for what cannot be read
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the calendar
 */
export function readCalendar(name: string, text: string, anyway: boolean): Calendar {
  try {
    return decodeCalendar(text);
  } catch (error) {
    if (anyway) return STAND_IN;
    throw unreadable('calendar', name, error);
  }
}
