/**
 * Calendars as they are stored.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import { CALENDAR_STAND_IN, decodeCalendar } from '@ametrine/core/spi';
import { unreadable } from './damage.js';

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
    if (anyway) return CALENDAR_STAND_IN;
    throw unreadable('calendar', name, error);
  }
}
