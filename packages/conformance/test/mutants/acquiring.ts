/**
 * Defects in acquiring and releasing.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import {
  type ClaimRequest,
  Effects,
  type ExecutionRecord,
  keyText,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type HotPath, type Mutant } from './mutant.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const EVERYTHING = 1_000_000;

/** ACQ, REL. */
export const acquiringMutants: readonly Mutant[] = [
  brokenHotPath(
    'JS-ACQ-01/looks-then-takes',
    'what was looked at is taken in a second step',
    (sound, facts) => ({
      claim: async (request, effects) => {
        const seen = await facts.transact(new Effects(), (tx) => tx.selectTriggers({ by: 'all' }));
        await later();
        await facts.transact(new Effects(), async (tx) => {
          // What has changed since is overwritten by what was seen, as by a write that checks nothing.
          const waited = seen.filter((record) => record.state === 'waiting');
          const present = await tx.getTriggers(waited.map(({ trigger }) => trigger.key));
          const keys = new Set(present.map(({ trigger }) => keyText(trigger.key)));
          await tx.putTriggers(waited.filter(({ trigger }) => keys.has(keyText(trigger.key))));
        });
        return sound.claim(request, effects);
      },
    }),
  ),
  brokenPrimitives(
    'JS-ACQ-01/own-claims-only',
    'a node does not see what another has claimed',
    (tx, facts) => {
      const foreign = async (records: readonly TriggerRecord[]): Promise<readonly TriggerRecord[]> => {
        const executions = await tx.selectExecutions({ by: 'all' });
        const own = new Set(
          executions.filter(({ instanceId }) => instanceId === facts.instanceId).map(tokenOf),
        );
        return records.filter(({ fireInstanceId }) => !own.has(fireInstanceId ?? ''));
      };
      return {
        selectDue: async (query) => {
          const due = await tx.selectDue(query);
          if (query.after !== null) return due;
          const claimed = await foreign(await tx.selectTriggers({ by: 'state', state: 'acquired' }));
          return [...due, ...claimed.filter(({ trigger }) => (trigger.nextFireAt ?? 0) <= query.noLaterThan)];
        },
      };
    },
  ),
  brokenHotPath('JS-ACQ-01/one-too-many', 'one more than asked for is claimed', (sound) => ({
    claim: (request, effects) => sound.claim({ ...request, maxCount: request.maxCount + 1 }, effects),
  })),
  brokenHotPath('JS-ACQ-02/window-on-the-first', 'the window applies to the first trigger', (sound) => ({
    claim: (request, effects) =>
      sound.claim({ ...request, noLaterThan: request.noLaterThan + request.timeWindowMs }, effects),
  })),
  brokenHotPath('JS-ACQ-02/exclusive', 'a trigger due at the very instant is left', (sound) => ({
    claim: (request, effects) => sound.claim({ ...request, noLaterThan: request.noLaterThan - 1 }, effects),
  })),
  brokenHotPath('JS-ACQ-03/never-beyond', 'no trigger of a batch is due after noLaterThan', (sound) =>
    givingBack(sound, ({ noLaterThan }) => noLaterThan),
  ),
  brokenHotPath(
    'JS-ACQ-03/from-the-first',
    'behind an overdue trigger the window counts from its time',
    (sound) => givingBack(sound, ({ timeWindowMs }, first) => first + timeWindowMs),
  ),
  brokenHotPath('JS-ACQ-03/no-window', 'the window is not used', (sound) => ({
    claim: (request, effects) => sound.claim({ ...request, timeWindowMs: 0 }, effects),
  })),
  brokenPrimitives('JS-ACQ-04/paused-too', 'paused triggers are claimed', (tx) => ({
    selectDue: async (query) => {
      const due = await tx.selectDue(query);
      if (query.after !== null) return due;
      const paused = await tx.selectTriggers({ by: 'state', state: 'paused' });
      return [...due, ...paused.filter(({ trigger }) => (trigger.nextFireAt ?? 0) <= query.noLaterThan)];
    },
  })),
  brokenPrimitives('JS-ACQ-04/errors-too', 'triggers in error are claimed', (tx) => ({
    selectDue: async (query) => {
      const due = await tx.selectDue(query);
      if (query.after !== null) return due;
      const errors = await tx.selectTriggers({ by: 'state', state: 'error' });
      return [...due, ...errors.filter(({ trigger }) => (trigger.nextFireAt ?? 0) <= query.noLaterThan)];
    },
  })),
  inAnotherOrder(
    'JS-ACQ-05/low-priority-first',
    'the lower priority fires first',
    (a, b) => a.priority - b.priority,
  ),
  inAnotherOrder('JS-ACQ-05/by-locale', 'names are ordered as in a dictionary', (a, b) =>
    a.key.name.localeCompare(b.key.name, 'en'),
  ),
  inAnotherOrder('JS-ACQ-05/plain-groups', 'the DEFAULT group has no precedence', (a, b) =>
    a.key.group < b.key.group ? -1 : a.key.group > b.key.group ? 1 : 0,
  ),
  brokenHotPath('JS-ACQ-06/unhandled', 'a misfired trigger is claimed as it is', (sound) => ({
    claim: (request, effects) =>
      sound.claim({ ...request, misfiredBefore: Number.MIN_SAFE_INTEGER }, effects),
  })),
  brokenPrimitives(
    'JS-ACQ-06/skips-ignore',
    'a late trigger that ignores misfires is never claimed',
    (tx) => ({
      selectDue: async (query) =>
        (await tx.selectDue(query)).filter(
          ({ trigger }) => (trigger.nextFireAt ?? 0) >= query.misfiredBefore,
        ),
    }),
  ),
  brokenCalls('JS-ACQ-07/at-least-one', 'asked for none, one is claimed', (store) => ({
    acquireNextTriggers: (request) =>
      store.acquireNextTriggers(request.maxCount === 0 ? { ...request, maxCount: 1 } : request),
  })),
  brokenCalls('JS-ACQ-07/negative-window', 'a negative window is taken for none', (store) => ({
    acquireNextTriggers: (request) =>
      store.acquireNextTriggers(request.timeWindowMs < 0 ? { ...request, timeWindowMs: 0 } : request),
  })),
  brokenPrimitives(
    'JS-ACQ-08/acquired-siblings',
    'a claim of the job does not hold its siblings back',
    (tx) => ({
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        return selection.by === 'nonConcurrent' ? found.filter(({ state }) => state === 'executing') : found;
      },
    }),
  ),
  brokenPrimitives('JS-ACQ-08/starves', 'the limit is applied before the siblings are left out', (tx) => ({
    selectDue: async (query) => (query.after === null ? tx.selectDue(query) : []),
  })),
  brokenPrimitives('JS-ACQ-08/forgets-the-flag', 'every job may run twice', (tx) => ({
    getJobs: async (keys) => (await tx.getJobs(keys)).map((job) => ({ ...job, nonConcurrent: false })),
  })),
  brokenHotPath('JS-ACQ-12/silent', 'what is not due yet is left, and nobody told', (sound) => ({
    claim: (request, effects) => sound.claim(onlyDue(request), effects),
  })),
  brokenHotPath('JS-ACQ-12/too-late', 'of what is left nothing is said to be due', (sound) => ({
    claim: async (request, effects) => ({
      ...(await sound.claim(onlyDue(request), effects)),
      ...(request.mayLeave ? { nextDueAt: null } : {}),
    }),
  })),
  brokenPrimitives('JS-ACQ-09/fails', 'one unreadable trigger fails the batch', (tx, { effects }) => ({
    selectDue: (query) => {
      effects.storeError = (_message, error) => {
        throw error;
      };
      return tx.selectDue(query);
    },
  })),
  brokenPrimitives('JS-ACQ-09/starves', 'one unreadable trigger hides the others', (tx, { effects }) => ({
    selectDue: async (query) => {
      let damaged = false;
      effects.storeError = () => {
        damaged = true;
      };
      const found = await tx.selectDue(query);
      return damaged ? [] : found;
    },
  })),
  brokenHotPath('JS-ACQ-10/ahead', 'what is ahead is fired with what is due', (sound) => ({
    claim: (request, effects) =>
      sound.claim({ ...request, now: Math.max(request.now, request.noLaterThan) }, effects),
  })),
  brokenHotPath('JS-ACQ-10/no-execution', 'what is fired at once has no execution', (sound, facts) => ({
    claim: async (request, effects) => {
      const result = await sound.claim(request, effects);
      await facts.transact(effects, (tx) => tx.removeExecutions(result.fired.map((b) => b.fireInstanceId)));
      return result;
    },
  })),
  brokenHotPath(
    'JS-ACQ-10/unmoved-bundle',
    'what is fired at once shows the trigger before the fire',
    (sound) => ({
      claim: async (request, effects) => {
        const result = await sound.claim(request, effects);
        const before = (trigger: Trigger, nextFireAt: number): Trigger => ({ ...trigger, nextFireAt });
        return {
          ...result,
          fired: result.fired.map((b) => ({ ...b, trigger: before(b.trigger, b.scheduledFireAt) })),
        };
      },
    }),
  ),
  brokenHotPath('JS-REL-01/ignored', 'a release does nothing', () => ({ release: async () => {} })),
  brokenHotPath('JS-REL-01/moves-on', 'a released trigger counts as fired', (sound, facts) => ({
    release: async (acquired, effects) => {
      await sound.release(acquired, effects);
      await facts.transact(effects, async (tx) => {
        const records = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
        await tx.putTriggers(
          records.map((r) => ({
            ...r,
            trigger: { ...r.trigger, timesTriggered: r.trigger.timesTriggered + 1 },
          })),
        );
      });
    },
  })),
  brokenHotPath('JS-REL-02/by-key', 'a claim is given back by the trigger’s key', (sound, facts) => ({
    release: async (acquired, effects) => {
      const keys = new Set(acquired.map(({ trigger }) => keyText(trigger.key)));
      const all = await facts.transact(new Effects(), (tx) => tx.selectExecutions({ by: 'all' }));
      const held = all.filter(({ triggerKey }) => keys.has(keyText(triggerKey))).map(tokenOf);
      await sound.release(
        acquired.flatMap((a) => held.map((fireInstanceId) => ({ ...a, fireInstanceId }))),
        effects,
      );
    },
  })),
  brokenHotPath('JS-REL-02/unblocks', 'a release ends the job’s other runs', (sound, facts) => ({
    release: async (acquired, effects) => {
      await sound.release(acquired, effects);
      const jobKeys = acquired.map(({ trigger }) => trigger.jobKey);
      await facts.transact(effects, async (tx) =>
        tx.removeExecutions((await tx.selectExecutions({ by: 'jobs', jobKeys })).map(tokenOf)),
      );
    },
  })),
  brokenHotPath('JS-REL-02/resumes', 'a release makes a paused trigger wait', (sound, facts) => ({
    release: async (acquired, effects) => {
      await sound.release(acquired, effects);
      const keys = acquired.map(({ trigger }) => trigger.key);
      await facts.transact(effects, (tx) =>
        tx.transitionTriggers({ by: 'keys', keys }, ['paused'], 'waiting'),
      );
    },
  })),
];

function tokenOf({ fireInstanceId }: Pick<ExecutionRecord, 'fireInstanceId'>): string {
  return fireInstanceId;
}

/** Claims, and gives back what is due after a wrong end of the batch. */
function givingBack(
  sound: HotPath,
  endOf: (request: Parameters<HotPath['claim']>[0], firstAt: number) => number,
): Partial<HotPath> {
  return {
    claim: async (request, effects) => {
      const result = await sound.claim(request, effects);
      const firstAt = result.acquired[0]?.trigger.nextFireAt;
      if (typeof firstAt !== 'number') return result;
      const end = endOf(request, firstAt);
      const isOut = ({ trigger }: { trigger: Trigger }): boolean => (trigger.nextFireAt ?? 0) > end;
      await sound.release(result.acquired.filter(isOut), effects);
      return { ...result, acquired: result.acquired.filter((claimed) => !isOut(claimed)) };
    },
  };
}

/** Due triggers of one instant in another order than the contract's. */
function inAnotherOrder(id: string, what: string, compare: (a: Trigger, b: Trigger) => number): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectDue: async (query) => {
      if (query.after !== null) return [];
      const due = [...(await tx.selectDue({ ...query, limit: EVERYTHING }))];
      due.sort(
        ({ trigger: a }, { trigger: b }) => (a.nextFireAt ?? 0) - (b.nextFireAt ?? 0) || compare(a, b),
      );
      return due.slice(0, query.limit);
    },
  }));
}

/** Asks for what is due alone, where what is not may be left. */
function onlyDue(request: ClaimRequest): ClaimRequest {
  return request.mayLeave ? { ...request, noLaterThan: Math.min(request.noLaterThan, request.now) } : request;
}
