/**
 * Which triggers are due, as a filter that the index answers in fire order.
 *
 * @module
 */

import type { Trigger } from '@ametrine/core';
import { DEFAULT_GROUP, type DueQuery } from '@ametrine/core/spi';
import type { Filter } from 'mongodb';
import type { TriggerDocument } from './documents/trigger-document.js';

/** What a filter is made of. */
export type DueRange = Pick<DueQuery, 'noLaterThan' | 'misfiredBefore' | 'after'>;

/** Whether there can be triggers that are due although they have misfired, because they ignore it. */
export function isLate({ misfiredBefore, after }: DueRange): boolean {
  if (misfiredBefore === Number.MIN_SAFE_INTEGER) return false;
  return after === null || (after.trigger.nextFireAt ?? 0) < misfiredBefore;
}

/**
 * @param exceptJobs - the ids of jobs whose triggers are left out
 * @param part - `late`: those that have misfired and ignore it; `timely`: those that have not
 */
export function dueFilter(
  scheduler: string,
  { noLaterThan, misfiredBefore, after }: DueRange,
  exceptJobs: readonly string[],
  part: 'late' | 'timely',
): Filter<TriggerDocument> {
  const range =
    part === 'late'
      ? { $exists: true, $lte: Math.min(noLaterThan, misfiredBefore - 1) }
      : { $exists: true, $lte: noLaterThan, $gte: misfiredBefore };
  const filter: Filter<TriggerDocument> = {
    scheduler,
    state: 'waiting',
    nextFireAt: range,
    ...(part === 'late' ? { misfireInstruction: 'ignore' } : {}),
    ...(exceptJobs.length === 0 ? {} : { job: { $nin: [...exceptJobs] } }),
  };
  return after === null ? filter : { $and: [filter, behind(after.trigger)] };
}

/** Behind a trigger in fire order. */
function behind({ nextFireAt, priority, key }: Trigger): Filter<TriggerDocument> {
  const at = nextFireAt ?? 0;
  const precedence = 0 - priority;
  const groupRank = key.group === DEFAULT_GROUP ? 0 : 1;
  const { group, name } = key;
  return {
    nextFireAt: { $gte: at },
    $or: [
      { nextFireAt: { $gt: at } },
      { precedence: { $gt: precedence } },
      { precedence, groupRank: { $gt: groupRank } },
      { precedence, groupRank, group: { $gt: group } },
      { precedence, groupRank, group, name: { $gt: name } },
    ],
  };
}
