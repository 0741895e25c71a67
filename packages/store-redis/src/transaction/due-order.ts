/**
 * What is due, across what is stored and what a transaction has changed.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { compareDue, keyText, type TriggerRecord } from '@ametrine/core/spi';
import type { TriggerText } from '../records/trigger-text.js';
import type { Base, DueSet } from './base.js';

/** Which waiting triggers are looked for. */
export interface DueRange {
  readonly set: DueSet;
  /** The least score. */
  readonly from: number | '-inf';
  /** The greatest score, as the database writes it: `(` before it leaves it out. */
  readonly to: string;
}

const PAGE = 500;

/**
 * The first of a range, in fire order.
 *
 * @param read - reads one, or answers null for what is to be left out
 * @param limit - at most so many
 */
export async function firstOf(
  base: Base,
  { set, from, to }: DueRange,
  limit: number,
  read: (text: TriggerText) => TriggerRecord | null,
): Promise<readonly TriggerRecord[]> {
  const found: TriggerRecord[] = [];
  for (let behind = 0; found.length < limit; ) {
    const size = Math.min(Math.max(limit, 10), PAGE);
    const page = await base.due(set, from, to, behind, size);
    behind += page.length;
    for (const text of page) {
      const record = read(text);
      if (record !== null && found.length < limit) found.push(record);
    }
    if (page.length < size) break;
  }
  return found;
}

/** The first of several lists together. */
export function firstInOrder(
  records: readonly TriggerRecord[],
  after: Trigger | null,
  limit: number,
  exceptJobs: ReadonlySet<string>,
): readonly TriggerRecord[] {
  return records
    .filter(({ trigger }) => after === null || compareDue(trigger, after) > 0)
    .filter(({ trigger }) => exceptJobs.size === 0 || !exceptJobs.has(keyText(trigger.jobKey)))
    .sort((a, b) => compareDue(a.trigger, b.trigger))
    .slice(0, limit);
}
