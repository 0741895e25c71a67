/**
 * Documents that cannot be read, in steps that work on others as well.
 *
 * @module
 */
import { type CalendarsByName, readOrFault, standInFor, type TriggerRecord } from '@ametrine/core/spi';
import { type CalendarDocument, readCalendar } from './calendar-document.js';
import type { TriggerDocument } from './trigger-document.js';

/** Stands for the trigger of a document that cannot be read. */
export function standInOf({ group, name, jobGroup, jobName }: TriggerDocument): TriggerRecord {
  return standInFor(
    { group: String(group), name: String(name) },
    { group: String(jobGroup), name: String(jobName) },
  );
}

/** The calendars of documents. */
export function calendarsByName(documents: readonly CalendarDocument[]): CalendarsByName {
  return new Map(
    documents.map((document) => [String(document.name), readOrFault(() => readCalendar(document))]),
  );
}
