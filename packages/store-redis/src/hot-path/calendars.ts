/**
 * Calendars of a batch.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import { isSchedulerError } from '@ametrine/core/spi';
import { encodeName } from '../ids.js';
import { readCalendar } from '../records/calendar-text.js';
import type { Host } from './host.js';

/** The texts of the named calendars that exist, by name. */
export async function calendarTextsOf(
  host: Host,
  names: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(names)].filter((name) => name !== null);
  if (wanted.length === 0) return new Map();
  const texts = (await host.session.read('calendars', 'HMGET', 'calendars', ...wanted.map(encodeName))) as (
    | string
    | null
  )[];
  return new Map(
    wanted.flatMap((name, index) =>
      typeof texts[index] === 'string' ? [[name, texts[index]] as const] : [],
    ),
  );
}

/** The named calendars that exist and can be read, by name. */
export async function calendarsOf(
  host: Host,
  names: readonly (string | null)[],
): Promise<ReadonlyMap<string, Calendar>> {
  const found = new Map<string, Calendar>();
  for (const [name, text] of await calendarTextsOf(host, names)) {
    try {
      found.set(name, readCalendar(name, text, false));
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
    }
  }
  return found;
}
