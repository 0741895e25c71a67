/**
 * Lets a store find the class `Work` once, before a case begins.
 *
 * @module
 */
import type { JobStore } from '@ametrine/core/spi';
import { job, once } from './factories.js';

/** Before everything that a case stores, and everything else that is due. */
const LONG_AGO = 1;

/**
 * Runs one trigger of the class `Work` and leaves nothing of it. A store may fire what is due in the step that claims it
 * only when it knows that the class is there; most learn that from the first run. Without, a case that fires once by
 * that route would show the other one.
 */
export async function acquaint(store: JobStore, instanceId: string): Promise<void> {
  const of = job(`acquaints ${instanceId}`, { durable: false });
  await store.storeJobAndTrigger(
    of,
    once(`acquaints ${instanceId}`, of, { at: LONG_AGO, misfireInstruction: 'ignore' }),
  );
  const at = { now: LONG_AGO };
  const { acquired, fired } = await store.acquireNextTriggers({
    ...at,
    noLaterThan: LONG_AGO,
    maxCount: 1,
    timeWindowMs: 0,
    fireDue: false,
  });
  const results = [...fired, ...(await store.triggersFired(acquired, at))];
  await store.triggeredJobsComplete(
    results.flatMap((result) => {
      if (result.kind !== 'fired') return [];
      const { fireInstanceId, trigger, job: ran } = result.bundle;
      return [
        {
          fireInstanceId,
          trigger,
          jobKey: ran.key,
          instruction: 'deleteTrigger',
          changedData: null,
        } as const,
      ];
    }),
    at,
  );
  // Held back by pause-all, for instance.
  await store.removeJob(of.key);
}
