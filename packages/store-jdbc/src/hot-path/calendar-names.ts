/**
 * The calendars that a batch needs.
 *
 * @module
 */
import type { TriggerRow } from '../records.js';

/** The names of the calendars that the triggers name, each once. */
export function calendarNames(rows: readonly TriggerRow[]): readonly string[] {
  let names: Set<string> | null = null;
  for (const { record } of rows) {
    const { calendarName } = record.trigger;
    if (calendarName !== null) names = (names ?? new Set()).add(calendarName);
  }
  return names === null ? [] : [...names];
}
