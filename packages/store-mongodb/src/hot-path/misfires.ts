/**
 * Misfires, handled where claims meet them: each is a guarded change of one document.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import {
  afterMisfire,
  type ClaimRequest,
  calendarNamed,
  type Effects,
  encodeSchedule,
} from '@ametrine/core/spi';
import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import { FIRE_ORDER } from '../collections.js';
import type { TriggerDocument } from '../documents/trigger-document.js';
import { calendarsFor, inOneBatch, readScanned } from './candidates.js';
import { unchanged } from './guarded-writes.js';
import type { HotPath } from './hot-path.js';

/**
 * Applies misfire instructions, oldest first.
 *
 * @param busyJobs - the ids of jobs whose triggers keep their time until they are not blocked any more
 * @returns whether more are left than the limit
 * @rule JS-MIS-01 to JS-MIS-06
 */
export async function applyMisfires(
  hot: HotPath,
  effects: Effects,
  { now, misfiredBefore, maxMisfires, newFireInstanceId }: ClaimRequest,
  busyJobs: readonly string[],
): Promise<boolean> {
  const { triggers } = hot.collections;
  const filter: Filter<TriggerDocument> = {
    scheduler: hot.scheduler,
    state: 'waiting',
    nextFireAt: { $exists: true, $lt: misfiredBefore },
    misfireInstruction: { $ne: 'ignore' },
    ...(busyJobs.length === 0 ? {} : { job: { $nin: [...busyJobs] } }),
  };
  const found = await triggers
    .find(filter, {
      sort: FIRE_ORDER,
      limit: maxMisfires + 1,
      ...inOneBatch(maxMisfires + 1),
    })
    .toArray();
  if (found.length === 0) return false;
  const scanned = await readScanned(hot, effects, found.slice(0, maxMisfires));
  const calendars = await calendarsFor(hot, scanned);
  const pass = newFireInstanceId();
  const changes = scanned.map(({ document, trigger }) => {
    // A calendar that is missing or damaged counts as none here: the trigger must get a time again, and firing will say what is missing.
    const after = afterMisfire(trigger, calendarNamed(calendars, trigger.calendarName), now);
    return { document, before: trigger, after };
  });
  const operations = changes.map(
    ({ document, after }): AnyBulkWriteOperation<TriggerDocument> => ({
      updateOne: { filter: unchanged(document), update: rescheduled(after, pass) },
    }),
  );
  let made = changes;
  const { matchedCount } = await triggers.bulkWrite(operations, { ordered: false });
  if (matchedCount < changes.length) {
    // Other nodes handled some of them; whoever did it tells of it.
    const ids = changes.map(({ document }) => document._id);
    const ours = await triggers
      .find({ _id: { $in: ids }, pass } as Filter<TriggerDocument>, { projection: { _id: 1 } })
      .toArray();
    const own = new Set(ours.map(({ _id }) => _id));
    made = changes.filter(({ document }) => own.has(document._id));
  }
  for (const { before, after } of made) {
    effects.misfired(before);
    if (after.nextFireAt === null) effects.finalized(after);
    else effects.schedulingChanged(after.nextFireAt);
  }
  return found.length > maxMisfires;
}

function rescheduled(after: Trigger, pass: string): Document {
  const { nextFireAt, previousFireAt, timesTriggered, startAt, schedule } = after;
  const set = { timesTriggered, startAt, schedule: encodeSchedule(schedule), pass };
  const previous = previousFireAt === null ? {} : { previousFireAt };
  return nextFireAt === null
    ? {
        $set: { ...set, ...previous, state: 'complete' },
        $unset: { nextFireAt: '' },
        $inc: { version: 1 },
      }
    : { $set: { ...set, ...previous, nextFireAt }, $inc: { version: 1 } };
}
