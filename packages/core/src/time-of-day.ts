/**
 * Times of day as users write them.
 *
 * @module
 */
import { invalidArgument } from './errors.js';

const TEXT = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{3}))?)?$/;

/**
 * Turns `'HH:mm'`, `'HH:mm:ss'` or `'HH:mm:ss.SSS'` into the millisecond of the day, 0 to 86 399 999.
 *
 * @param field - for the error: `'trigger.daily.from'`
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function timeOfDayMs(field: string, text: string): number {
  const match = typeof text === 'string' ? TEXT.exec(text) : null;
  if (match === null)
    throw invalidArgument(field, text, "a time of day such as '08:30', '08:30:15' or '23:59:59.999'");
  const [, hours, minutes, seconds = '0', milliseconds = '0'] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
}
