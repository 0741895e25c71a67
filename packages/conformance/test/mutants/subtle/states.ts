/**
 * Subtle defects in states and executions.
 *
 * @module
 */
import { type JobDetail, keyText, type Trigger } from '@ametrine/core';
import { brokenCalls, brokenHotPath, type Mutant } from '../mutant.js';

type StoreOf = Parameters<Parameters<typeof brokenCalls>[2]>[0];

type State = Awaited<ReturnType<StoreOf['getTriggerState']>>;

/** STA, EXE. */
export const subtleStateMutants: readonly Mutant[] = [
  reported(
    'JS-STA-02/blocked-by-claims',
    'a claim of a sibling blocks',
    async (state, { trigger, job, store }) => {
      if (state !== 'normal' || !job.nonConcurrent) return state;
      const siblings = await store.listTriggersOfJob(job.key);
      const upcoming = await store.listUpcomingTriggers(1000);
      const due = new Set(upcoming.map(({ key }) => keyText(key)));
      return siblings.some(({ key, nextFireAt }) => nextFireAt !== null && !due.has(keyText(key))) &&
        trigger.nextFireAt !== null
        ? 'blocked'
        : state;
    },
  ),
  brokenHotPath(
    'JS-STA-02/plain-jobs',
    'the run of a concurrent job blocks its triggers',
    (sound, facts) => ({
      fire: async (acquired, now, effects) => {
        const outcomes = await sound.fire(acquired, now, effects);
        await facts.transact(effects, async (tx) => {
          const all = await tx.selectExecutions({ by: 'all' });
          await tx.putExecutions(
            all.map((e) => (e.state === 'executing' ? { ...e, nonConcurrent: true } : e)),
          );
        });
        return outcomes;
      },
    }),
  ),
  brokenCalls('JS-STA-02/blocked-over-paused', 'a paused trigger is blocked while its job runs', (store) => {
    const running = new Map<string, string>();
    return {
      ...watchingRuns(store, running),
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        const jobKey = (await store.getTrigger(key))?.jobKey;
        const job = jobKey === undefined ? null : await store.getJob(jobKey);
        const runs = job?.nonConcurrent === true && [...running.values()].includes(keyText(job.key));
        return state === 'paused' && runs ? 'blocked' : state;
      },
    };
  }),
  brokenCalls(
    'JS-STA-02/spent-and-blocked',
    'a trigger without a next fire is blocked while its job runs',
    (store) => {
      const running = new Map<string, string>();
      return {
        ...watchingRuns(store, running),
        getTriggerState: async (key) => {
          const state = await store.getTriggerState(key);
          const trigger = await store.getTrigger(key);
          const job = trigger === null ? null : await store.getJob(trigger.jobKey);
          const runs = job?.nonConcurrent === true && [...running.values()].includes(keyText(job.key));
          return state === 'normal' && runs ? 'blocked' : state;
        },
      };
    },
  ),
  brokenCalls(
    'JS-STA-03/reports-complete',
    'a trigger whose last fire is running reports complete',
    (store) => ({
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        return state === 'normal' && (await store.getTrigger(key))?.nextFireAt === null ? 'complete' : state;
      },
    }),
  ),
  brokenHotPath('JS-EXE-01/recycles', 'the token of a claim that was given back is used again', (sound) => {
    const free: string[] = [];
    return {
      claim: (request, effects) =>
        sound.claim(
          { ...request, newFireInstanceId: () => free.pop() ?? request.newFireInstanceId() },
          effects,
        ),
      release: async (acquired, effects) => {
        await sound.release(acquired, effects);
        free.push(...acquired.map(({ fireInstanceId }) => fireInstanceId));
      },
    };
  }),
  brokenHotPath('JS-EXE-01/recycles-ends', 'the token of a run that ended is used again', (sound) => {
    const free: string[] = [];
    return {
      claim: (request, effects) =>
        sound.claim(
          { ...request, newFireInstanceId: () => free.pop() ?? request.newFireInstanceId() },
          effects,
        ),
      complete: async (completions, now, effects) => {
        const outcomes = await sound.complete(completions, now, effects);
        free.push(...completions.map(({ fireInstanceId }) => fireInstanceId));
        return outcomes;
      },
    };
  }),
];

/** States are reported other than they are. */
function reported(
  id: string,
  what: string,
  change: (state: State, of: { trigger: Trigger; job: JobDetail; store: StoreOf }) => Promise<State>,
): Mutant {
  return brokenCalls(id, what, (store) => ({
    getTriggerState: async (key) => {
      const state = await store.getTriggerState(key);
      const trigger = await store.getTrigger(key);
      const job = trigger === null ? null : await store.getJob(trigger.jobKey);
      return trigger === null || job === null ? state : change(state, { trigger, job, store });
    },
  }));
}

/** Keeps the job of every run under way. */
function watchingRuns(store: StoreOf, running: Map<string, string>): Partial<StoreOf> {
  const see = (results: Awaited<ReturnType<StoreOf['triggersFired']>>): void => {
    for (const r of results)
      if (r.kind === 'fired') running.set(r.bundle.fireInstanceId, keyText(r.bundle.job.key));
  };
  return {
    acquireNextTriggers: async (request) => {
      const result = await store.acquireNextTriggers(request);
      see(result.fired);
      return result;
    },
    triggersFired: async (claims, at) => {
      const results = await store.triggersFired(claims, at);
      see(results);
      return results;
    },
    triggeredJobsComplete: async (completions, at) => {
      for (const { fireInstanceId } of completions) running.delete(fireInstanceId);
      return store.triggeredJobsComplete(completions, at);
    },
  };
}
