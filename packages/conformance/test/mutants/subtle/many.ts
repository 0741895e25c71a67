/**
 * Subtle defects that show only when there is much of something: whatever a store does in portions.
 *
 * @module
 */
import type { StoreTransaction, TriggerSelection } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type Mutant } from '../mutant.js';

/** How large a portion is. */
const PORTION = 100;

/** Of much, one portion. */
export const portionMutants: readonly Mutant[] = [
  brokenHotPath('JS-ACQ-03/portion', 'of many due triggers one portion is claimed', (sound) => ({
    claim: (request, effects) =>
      sound.claim({ ...request, maxCount: Math.min(request.maxCount, PORTION) }, effects),
  })),
  brokenHotPath('JS-ACQ-05/portion', 'behind the first portion the order is another', (sound) => ({
    claim: async (request, effects) => {
      const { acquired, fired } = await sound.claim(request, effects);
      return { acquired: restReversed(acquired), fired: restReversed(fired) };
    },
  })),
  brokenHotPath('JS-FIR-01/portion', 'of a large batch one portion fires', (sound) => ({
    fire: async (acquired, now, effects) => [
      ...(await sound.fire(acquired.slice(0, PORTION), now, effects)),
      ...acquired
        .slice(PORTION)
        .map(({ fireInstanceId }) => ({ kind: 'notFired', fireInstanceId, reason: 'claimLost' }) as const),
    ],
  })),
  brokenHotPath('JS-CMP-01/portion', 'of a large batch one portion is completed', (sound) => ({
    complete: async (completions, now, effects) => [
      ...(await sound.complete(completions.slice(0, PORTION), now, effects)),
      ...completions.slice(PORTION).map(() => 'completed' as const),
    ],
  })),
  brokenHotPath('JS-REL-01/portion', 'of many claims one portion is given back', (sound) => ({
    release: (acquired, effects) => sound.release(acquired.slice(0, PORTION), effects),
  })),
  brokenCalls('JS-STO-07/portion', 'of a large bulk one portion is stored', (store) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(entries.slice(0, PORTION), options),
  })),
  selecting('JS-REM-01/portion', 'a removed job leaves all its triggers but one portion', 'job'),
  selecting('JS-CAL-03/portion', 'of the triggers of a calendar one portion moves', 'calendar'),
  moving('JS-PAU-03/portion', 'of a large group one portion is paused', 'paused'),
  moving('JS-PAU-09/portion', 'of many paused triggers one portion is resumed', 'waiting'),
  moving('JS-PAU-07/portion', 'of a large group one portion is resumed', 'waiting'),
  moving('JS-PAU-08/portion', 'of many triggers pause-all pauses one portion', 'paused'),
  brokenPrimitives('JS-REM-06/portion', 'clearing removes one portion', (tx) => ({
    clear: async () => {
      const left = (await tx.selectTriggers({ by: 'all' })).slice(PORTION);
      const jobs = await tx.getJobs(left.map(({ trigger }) => trigger.jobKey));
      await tx.clear();
      await tx.putJobs(jobs);
      await tx.putTriggers(left);
    },
  })),
  losing('JS-LIF-04/portion', 'shutdown gives back one portion of its claims', 'instance'),
  losing('JS-REC-02/portion', 'of many lost claims one portion is given back', 'all'),
];

function restReversed<T>(items: readonly T[]): readonly T[] {
  return [...items.slice(0, PORTION), ...items.slice(PORTION).reverse()];
}

/** Of triggers chosen so, one portion is found. */
function selecting(id: string, what: string, by: TriggerSelection['by']): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      return selection.by === by ? found.slice(0, PORTION) : found;
    },
  }));
}

/** One portion comes into that state. */
function moving(id: string, what: string, state: 'paused' | 'waiting'): Mutant {
  const keysOf = async (tx: StoreTransaction, selection: TriggerSelection): Promise<TriggerSelection> => {
    const found = await tx.selectTriggers(selection, PORTION);
    return { by: 'keys', keys: found.map(({ trigger }) => trigger.key) };
  };
  return brokenPrimitives(id, what, (tx) => ({
    transitionTriggers: async (selection, from, to) =>
      tx.transitionTriggers(to === state ? await keysOf(tx, selection) : selection, from, to),
  }));
}

/** Of executions chosen so, one portion is found. */
function losing(id: string, what: string, by: 'instance' | 'all'): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      return selection.by === by ? found.slice(0, PORTION) : found;
    },
  }));
}
