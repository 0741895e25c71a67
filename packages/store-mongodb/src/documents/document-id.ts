/**
 * The `_id` of a record: the scheduler's name and the record's key in one text.
 *
 * Lengths stand in front of names, so that no choice of characters can make two records alike, and nothing in a name
 * means anything to the database.
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import { keyText } from '@ametrine/core/spi';

/** The id of a job or trigger. */
export function keyId(scheduler: string, key: JobKey): string {
  return `${scheduler.length}:${scheduler}${keyText(key)}`;
}

/** The id of what has a name only. */
export function nameId(scheduler: string, name: string): string {
  return `${scheduler.length}:${scheduler}${name}`;
}
