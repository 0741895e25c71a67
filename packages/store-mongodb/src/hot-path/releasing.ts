/**
 * Giving claims back: one bulk write for a whole batch.
 *
 * @module
 */
import type { AcquiredTrigger, Effects } from '@ametrine/core/spi';
import type { AnyBulkWriteOperation } from 'mongodb';
import { keyId } from '../documents/document-id.js';
import type { TriggerDocument } from '../documents/trigger-document.js';
import { takeBack } from './doubts.js';
import type { HotPath } from './hot-path.js';
import { removingRun } from './run-removal.js';

const PATIENCE = 20;

/** @rule JS-REL-01, JS-REL-02 */
export async function release(
  hot: HotPath,
  effects: Effects,
  acquired: readonly AcquiredTrigger[],
): Promise<void> {
  const { triggers } = hot.collections;
  const doubts = acquired
    .map(({ fireInstanceId }) => hot.doubts.peekFire(fireInstanceId))
    .filter((doubt) => doubt !== null);
  if (doubts.length > 0) {
    await takeBack(hot.collections, doubts, 'nothing');
    for (const { token } of doubts) hot.doubts.takeFire(token);
    effects.schedulingChanged(null);
  }
  const ids = acquired.map(({ trigger }) => keyId(hot.scheduler, trigger.key));
  const operations = acquired.map(({ fireInstanceId }, index): AnyBulkWriteOperation<TriggerDocument> => {
    const unfired = { $elemMatch: { id: fireInstanceId, firedAt: { $exists: false } } };
    return {
      updateOne: {
        filter: { _id: ids[index] as string, hold: { $exists: false }, runs: unfired },
        update: [...removingRun(fireInstanceId)],
      },
    };
  });
  for (let attempt = 1; ; attempt++) {
    const { matchedCount } = await triggers.bulkWrite(
      [
        ...operations,
        { deleteMany: { filter: { _id: { $in: ids }, state: 'removed', runs: { $size: 0 } } } },
      ],
      { ordered: true },
    );
    if (matchedCount > 0) {
      for (const { trigger } of acquired) effects.schedulingChanged(trigger.nextFireAt);
      // Whatever became of a claimed trigger itself, its siblings may be claimed again (JS-SIG-02).
      effects.schedulingChanged(null);
    }
    if (matchedCount === acquired.length || attempt === PATIENCE) return;
    const tokens = acquired.map(({ fireInstanceId }) => fireInstanceId);
    const held = await triggers.findOne(
      { _id: { $in: ids }, hold: { $exists: true }, 'runs.id': { $in: tokens } },
      { projection: { _id: 1 } },
    );
    if (held === null) return;
    await hot.transactor.settle();
  }
}
