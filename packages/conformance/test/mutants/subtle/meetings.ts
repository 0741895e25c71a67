/**
 * Subtle defects that show only when several calls, nodes, jobs or scheduler names meet.
 *
 * @module
 */
import { keyText, SchedulerError } from '@ametrine/core';
import type { ExecutionRecord, StoreTransaction } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type HotPath, type Mutant } from '../mutant.js';

type Outcome = Awaited<ReturnType<HotPath['fire']>>[number];

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const held = (tx: StoreTransaction, claims: readonly { readonly fireInstanceId: string }[]) =>
  tx.selectExecutions({ by: 'ids', fireInstanceIds: claims.map(({ fireInstanceId }) => fireInstanceId) });

/** What looks first and acts afterwards, and what sees too little or too much of the others. */
export const meetingMutants: readonly Mutant[] = [
  brokenCalls(
    'JS-STO-01/looks-first',
    'whether a job is there is looked up before it is stored',
    (store) => ({
      storeJob: async (job, options) => {
        if (options?.replace !== true && (await store.getJob(job.key)) !== null)
          throw new SchedulerError('ERR_ALREADY_EXISTS', 'it is there');
        await later();
        await store.storeJob(job, { ...options, replace: true });
      },
    }),
  ),
  brokenCalls(
    'JS-STO-03/lists-the-group',
    'a trigger that is refused after pause-all lists its group',
    (store) => ({
      storeTrigger: (trigger, options) =>
        store.storeTrigger(trigger, options).catch(async (error: { code?: unknown }) => {
          const paused = await store.listPausedTriggerGroups();
          if (
            error.code === 'ERR_JOB_NOT_FOUND' &&
            everything.has(store) &&
            !paused.includes(trigger.key.group)
          )
            await store.pauseTriggers({ equals: trigger.key.group });
          throw error;
        }),
      pauseAll: async () => {
        everything.add(store);
        await store.pauseAll();
      },
    }),
  ),
  brokenCalls('JS-CAL-01/looks-first', 'whether a calendar is there is looked up before', (store) => ({
    storeCalendar: async (name, calendar, options) => {
      if (options.replace !== true && (await store.getCalendar(name)) !== null)
        throw new SchedulerError('ERR_ALREADY_EXISTS', 'it is there');
      await later();
      await store.storeCalendar(name, calendar, { ...options, replace: true });
    },
  })),
  brokenHotPath(
    'JS-CMP-02/looks-first',
    'whether a run is under way is looked up before it is ended',
    (sound, facts) => ({
      complete: async (completions, now, effects) => {
        const running = await facts.transact(effects, (tx) => held(tx, completions));
        await later();
        const outcomes = await sound.complete(completions, now, effects);
        return outcomes.map((outcome, index) =>
          running.some(
            (e) => e.fireInstanceId === completions[index]?.fireInstanceId && e.state === 'executing',
          )
            ? 'completed'
            : outcome,
        );
      },
    }),
  ),
  brokenHotPath(
    'JS-FIR-02/looks-first',
    'whether a claim holds is looked up before it fires',
    (sound, facts) => ({
      fire: async (acquired, now, effects) => {
        const claims = await facts.transact(effects, (tx) => held(tx, acquired));
        await later();
        const outcomes = await sound.fire(acquired, now, effects);
        return outcomes.map((outcome): Outcome => {
          if (outcome.kind === 'fired') bundles.set(outcome.bundle.fireInstanceId, outcome);
          const before = bundles.get('fireInstanceId' in outcome ? outcome.fireInstanceId : '');
          const held = claims.find(
            (e) => 'fireInstanceId' in outcome && e.fireInstanceId === outcome.fireInstanceId,
          );
          return held?.state === 'acquired' && before !== undefined ? before : outcome;
        });
      },
    }),
  ),
  brokenHotPath(
    'JS-ACQ-08/adjacent',
    'of a job’s triggers that are not neighbours all are claimed',
    (sound, facts) => ({
      claim: async (request, effects) => {
        const first = await sound.claim({ ...request, maxCount: Math.min(request.maxCount, 2) }, effects);
        const left = request.maxCount - first.acquired.length - first.fired.length;
        if (request.maxCount < 3 || left < 1) return first;
        const tokens = [...first.acquired, ...first.fired].map(({ fireInstanceId }) => fireInstanceId);
        const more = await hidden(facts, effects, tokens, () =>
          sound.claim({ ...request, maxCount: left }, effects),
        );
        return { acquired: [...first.acquired, ...more.acquired], fired: [...first.fired, ...more.fired] };
      },
    }),
  ),
  brokenPrimitives('JS-ACQ-09/one-page', 'triggers that cannot be claimed use up the batch', (tx) => ({
    selectDue: async (query) => (query.after === null ? tx.selectDue(query) : []),
  })),
  brokenCalls('JS-STA-02/own-runs', 'only a run on this node blocks the job’s triggers', (store) => {
    const own = new Set<string>();
    return {
      acquireNextTriggers: async (request) => {
        const result = await store.acquireNextTriggers(request);
        for (const r of result.fired) if (r.kind === 'fired') own.add(keyText(r.bundle.job.key));
        return result;
      },
      triggersFired: async (claims, at) => {
        const results = await store.triggersFired(claims, at);
        for (const r of results) if (r.kind === 'fired') own.add(keyText(r.bundle.job.key));
        return results;
      },
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        const trigger = await store.getTrigger(key);
        return state === 'blocked' && trigger !== null && !own.has(keyText(trigger.jobKey))
          ? 'normal'
          : state;
      },
    };
  }),
  brokenPrimitives(
    'JS-LIF-06/recovers-all',
    'a start gives back the claims of every name',
    (tx, { shared }) => {
      const all = (shared.get('claims') ?? new Map()) as Map<string, () => Promise<void>>;
      shared.set('claims', all);
      return {
        putExecutions: async (records) => {
          for (const { fireInstanceId } of records)
            all.set(fireInstanceId, () => tx.removeExecutions([fireInstanceId]));
          await tx.putExecutions(records);
        },
        selectExecutions: async (selection) => {
          if (selection.by === 'all') for (const remove of all.values()) await remove();
          return tx.selectExecutions(selection);
        },
      };
    },
  ),
  brokenPrimitives('JS-REC-03/trigger-gone', 'a lost run whose trigger is gone is not repeated', (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      if (selection.by !== 'all' && selection.by !== 'instance') return found;
      const there = await tx.getTriggers(found.map(({ triggerKey }) => triggerKey));
      const keys = new Set(there.map(({ trigger }) => keyText(trigger.key)));
      return found.map(
        (e): ExecutionRecord => (keys.has(keyText(e.triggerKey)) ? e : { ...e, requestsRecovery: false }),
      );
    },
  })),
  brokenCalls('JS-LIF-04/at-once', 'a second shutdown does not wait for the first', (store) => {
    let closing = false;
    return {
      shutdown: async () => {
        if (closing) return;
        closing = true;
        await later();
        await store.shutdown();
      },
    };
  }),
];

/** Stores in which everything is paused. */
const everything = new WeakSet<object>();

/** Of every run that fired while somebody looked, how it fired. */
const bundles = new Map<string, Outcome>();

/** Does something while executions are not to be seen. */
async function hidden<T>(
  facts: Parameters<Parameters<typeof brokenHotPath>[2]>[1],
  effects: Parameters<HotPath['claim']>[1],
  tokens: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const records = await facts.transact(effects, async (tx) => {
    const found = await tx.selectExecutions({ by: 'ids', fireInstanceIds: tokens });
    await tx.removeExecutions(tokens);
    return found;
  });
  const result = await work();
  await facts.transact(effects, (tx) => tx.putExecutions(records));
  return result;
}
