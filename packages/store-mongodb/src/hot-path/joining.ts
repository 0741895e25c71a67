/**
 * Storing one new trigger of an existing job without the lock: three round trips.
 *
 * The trigger is written first where nobody sees it, then what decides about it is read (its job, what is paused, and
 * that nobody changes several documents), then it is let in by one more write. A change that begins after that read
 * sweeps away what is not let in, before it reads anything: then the last write finds nothing.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Trigger } from '@ametrine/core';
import { bornState, type Effects } from '@ametrine/core/spi';
import type { Document } from 'mongodb';
import { keyId } from '../documents/document-id.js';
import { pausedGroupsOf } from '../documents/scheduler-document.js';
import { type TriggerDocument, triggerDocument } from '../documents/trigger-document.js';
import { networkFault } from '../errors.js';
import { isDuplicate } from '../transactions/conflict.js';
import { fateUnknown } from '../transactions/session-transactor.js';
import type { HotPath } from './hot-path.js';

/**
 * Answers false when nothing was stored, because the simple way is not open: the key exists, the job does not, or a
 * change over several documents is under way. The careful way then finds out which, and says so.
 *
 * @rule JS-STO-03, JS-STO-04
 */
export async function storeNewTrigger(hot: HotPath, effects: Effects, trigger: Trigger): Promise<boolean> {
  const { triggers, schedulers } = hot.collections;
  const document = triggerDocument(hot.scheduler, { trigger, state: 'waiting', fireInstanceId: null });
  const { _id } = document;
  const hold = `joining:${randomUUID()}`;
  const joining = {
    _id,
    scheduler: hot.scheduler,
    state: 'joining',
    hold,
    runs: [],
    version: 0,
    joining: document,
  };
  try {
    await triggers.insertOne(joining as unknown as TriggerDocument, { writeConcern: { w: 1 } });
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
  const [scheduler, isOpen] = await Promise.all([
    schedulers.findOne({ _id: hot.scheduler }),
    hot.hasTransactions ? touchJob(hot, trigger) : seeJob(hot, trigger),
  ]);
  if (!isOpen || scheduler === null || scheduler.owner !== null || scheduler.pausedAll) {
    await triggers.deleteOne({ _id, hold });
    return false;
  }
  const state = bornState(trigger, pausedGroupsOf(scheduler));
  const letIn: Document[] = [{ $replaceWith: { $mergeObjects: ['$joining', { state }] } }];
  if (!(await isLetIn(hot, { _id, hold }, letIn))) return false;
  if (state === 'waiting') effects.schedulingChanged(trigger.nextFireAt);
  return true;
}

/** Whether the job is there, and no change is about to remove or replace it. */
async function seeJob({ collections: { jobs }, scheduler }: HotPath, { jobKey }: Trigger): Promise<boolean> {
  const found = await jobs.findOne({ _id: keyId(scheduler, jobKey) }, { projection: { hold: 1 } });
  return found !== null && found.hold === undefined;
}

/**
 * Where there are transactions, those of users may be about to remove the job or to replace it, and are not to be seen:
 * writing to the job waits for them, or turns them back.
 */
async function touchJob(
  { collections: { jobs }, scheduler }: HotPath,
  { jobKey }: Trigger,
): Promise<boolean> {
  const touch = { $inc: { touched: 1 } };
  const options = { writeConcern: { w: 1 } };
  return (await jobs.updateOne({ _id: keyId(scheduler, jobKey) }, touch, options)).matchedCount === 1;
}

/** The last write; when its answer is lost, the document says whether it was made. */
async function isLetIn(
  { collections: { triggers } }: HotPath,
  filter: { readonly _id: string; readonly hold: string },
  letIn: Document[],
): Promise<boolean> {
  try {
    return (await triggers.updateOne(filter, letIn)).matchedCount === 1;
  } catch (error) {
    if (networkFault(error) === null) throw error;
    try {
      const { deletedCount } = await triggers.deleteOne(filter);
      if (deletedCount === 1) throw error;
      const found = await triggers.findOne({ _id: filter._id }, { projection: { state: 1 } });
      if (found !== null) return true;
    } catch (again) {
      if (again === error) throw error;
    }
    throw fateUnknown(error);
  }
}
