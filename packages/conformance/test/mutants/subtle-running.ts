/**
 * Subtle defects in acquiring, firing and completing.
 *
 * @module
 */
import { type JobDetail, keyText, type Trigger } from '@ametrine/core';
import {
  afterFire,
  type Completion,
  type DueQuery,
  Effects,
  type JobStore,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type HotPath, type Mutant } from './mutant.js';
import { afterwards, completesAs, showsBundlesAs } from './subtle.js';

type Bundle = Extract<Awaited<ReturnType<HotPath['fire']>>[number], { kind: 'fired' }>['bundle'];
const EVERYTHING = 1_000_000;

/** ACQ, REL. */
export const subtleAcquiringMutants: readonly Mutant[] = [
  brokenHotPath(
    'JS-ACQ-01/doubled-when-fired',
    'fired at once, one more than asked for is claimed',
    (sound) => ({
      claim: (request, effects) =>
        sound.claim(
          request.fireableClasses.size > 0 ? { ...request, maxCount: request.maxCount + 1 } : request,
          effects,
        ),
    }),
  ),
  brokenHotPath('JS-ACQ-02/only-what-is-due', 'nothing is claimed ahead of its time', (sound) => ({
    claim: (request, effects) =>
      sound.claim({ ...request, noLaterThan: Math.min(request.noLaterThan, request.now) }, effects),
  })),
  brokenHotPath(
    'JS-ACQ-02/due-anyway',
    'what is due is claimed though noLaterThan lies before it',
    (sound) => ({
      claim: (request, effects) =>
        sound.claim({ ...request, noLaterThan: Math.max(request.noLaterThan, request.now) }, effects),
    }),
  ),
  ending('JS-ACQ-03/exclusive', 'what is due at the very end of the window is left', (end) => end - 1),
  ending('JS-ACQ-03/one-more', 'what is due just behind the window joins', (end) => end + 1),
  brokenHotPath('JS-ACQ-03/sliding', 'the window counts from the last of the batch', (sound) => ({
    claim: async (request, effects) => {
      const first = await sound.claim(request, effects);
      const last = first.acquired.at(-1)?.trigger.nextFireAt ?? null;
      const left = request.maxCount - first.acquired.length - first.fired.length;
      if (last === null || left < 1 || request.timeWindowMs === 0) return first;
      const noLaterThan = last + request.timeWindowMs;
      const more = await sound.claim({ ...request, noLaterThan, maxCount: left }, effects);
      return { acquired: [...first.acquired, ...more.acquired], fired: [...first.fired, ...more.fired] };
    },
  })),
  brokenHotPath('JS-ACQ-03/from-the-bound', 'the window counts from noLaterThan', (sound) => ({
    claim: async (request, effects) => {
      const first = await sound.claim(request, effects);
      const left = request.maxCount - first.acquired.length - first.fired.length;
      if (first.acquired.length + first.fired.length === 0 || left < 1) return first;
      const noLaterThan = request.noLaterThan + request.timeWindowMs;
      const more = await sound.claim({ ...request, noLaterThan, maxCount: left, timeWindowMs: 0 }, effects);
      return { acquired: [...first.acquired, ...more.acquired], fired: [...first.fired, ...more.fired] };
    },
  })),
  brokenPrimitives('JS-ACQ-04/complete-too', 'complete triggers that have a time are claimed', (tx) => ({
    selectDue: async (query) => {
      const due = await tx.selectDue(query);
      if (query.after !== null) return due;
      const complete = await tx.selectTriggers({ by: 'state', state: 'complete' });
      return [
        ...due,
        ...complete.filter(
          ({ trigger: { nextFireAt } }) => nextFireAt !== null && nextFireAt <= query.noLaterThan,
        ),
      ];
    },
  })),
  ordered(
    'JS-ACQ-05/priority-first',
    'a higher priority fires before an earlier time',
    (a, b) => b.priority - a.priority,
  ),
  orderedTies('JS-ACQ-05/newest', 'of triggers alike the last stored fires first', () => 0),
  orderedTies('JS-ACQ-05/name-first', 'names come before groups', (a, b) => compare(a.key.name, b.key.name)),
  orderedTies('JS-ACQ-05/numbers', 'names are ordered by the numbers in them', (a, b) =>
    a.key.name.localeCompare(b.key.name, 'en', { numeric: true }),
  ),
  orderedTies('JS-ACQ-05/case', 'upper and lower case are ordered as one', (a, b) =>
    compare(a.key.name.toLowerCase(), b.key.name.toLowerCase()),
  ),
  orderedTies('JS-ACQ-05/points', 'names are ordered by code point', (a, b) =>
    Buffer.compare(Buffer.from(a.key.name), Buffer.from(b.key.name)),
  ),
  brokenHotPath('JS-ACQ-05/fired-unordered', 'what is fired at once comes in no order', (sound) => ({
    claim: async (request, effects) => {
      const result = await sound.claim(request, effects);
      return { ...result, fired: [...result.fired].reverse() };
    },
  })),
  brokenHotPath(
    'JS-ACQ-06/beyond-the-pass',
    'misfires beyond the limit of a pass are claimed as they are',
    (sound) => ({
      claim: async (request, effects) => {
        const result = await sound.claim(request, effects);
        const left = request.maxCount - result.acquired.length - result.fired.length;
        if (left < 1) return result;
        const more = await sound.claim(
          { ...request, maxCount: left, misfiredBefore: Number.MIN_SAFE_INTEGER },
          effects,
        );
        return { acquired: [...result.acquired, ...more.acquired], fired: [...result.fired, ...more.fired] };
      },
    }),
  ),
  brokenHotPath('JS-ACQ-06/when-fired', 'fired at once, a misfired trigger is fired as it is', (sound) => ({
    claim: (request, effects) =>
      sound.claim(
        request.fireableClasses.size > 0 ? { ...request, misfiredBefore: Number.MIN_SAFE_INTEGER } : request,
        effects,
      ),
  })),
  brokenCalls('JS-ACQ-07/negative-count', 'a negative count is taken for none', (store) => ({
    acquireNextTriggers: (request) =>
      store.acquireNextTriggers(request.maxCount < 0 ? { ...request, maxCount: 0 } : request),
  })),
  brokenPrimitives('JS-ACQ-08/by-name', 'a job is held back by a run of its name in another group', (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      if (selection.by !== 'nonConcurrent') return found;
      const jobs = await tx.listJobs({ anything: true });
      const names = new Set(found.map(({ jobKey }) => jobKey.name));
      return jobs
        .filter(({ key, nonConcurrent }) => nonConcurrent && names.has(key.name))
        .flatMap(({ key }) => found.slice(0, 1).map((e) => ({ ...e, jobKey: key })));
    },
  })),
  brokenHotPath(
    'JS-ACQ-08/twice-when-fired',
    'fired at once, two triggers of one job run',
    (sound, facts) => ({
      claim: async (request, effects) => {
        const result = await sound.claim(request, effects);
        if (result.fired.length === 0) return result;
        await facts.transact(effects, async (tx) => {
          const all = await tx.selectExecutions({ by: 'all' });
          const tokens = new Set(result.fired.map(({ fireInstanceId }) => fireInstanceId));
          const own = all.filter(({ fireInstanceId }) => tokens.has(fireInstanceId));
          await tx.putExecutions(own.map((e) => ({ ...e, nonConcurrent: false })));
        });
        return result;
      },
    }),
  ),
  brokenPrimitives('JS-ACQ-08/until-fired', 'a claim holds siblings back only until it fires', (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      return selection.by === 'nonConcurrent' ? found.filter(({ state }) => state === 'acquired') : found;
    },
  })),
  brokenPrimitives(
    'JS-ACQ-08/per-node',
    'a run on another node does not hold its job back',
    (tx, { instanceId }) => ({
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        return selection.by === 'nonConcurrent' ? found.filter((e) => e.instanceId === instanceId) : found;
      },
    }),
  ),
  brokenPrimitives('JS-ACQ-08/flag-of-the-fire', 'the job as it was fired decides', (tx) => ({
    putJobs: async (jobs) => {
      const of = await tx.selectExecutions({ by: 'jobs', jobKeys: jobs.map(({ key }) => key) });
      await tx.putJobs(jobs);
      kept.set(tx, of);
    },
    putExecutions: (records) => {
      const flags = new Map((kept.get(tx) ?? []).map((e) => [e.fireInstanceId, e.nonConcurrent]));
      return tx.putExecutions(
        records.map((e) => ({ ...e, nonConcurrent: flags.get(e.fireInstanceId) ?? e.nonConcurrent })),
      );
    },
  })),
  fires('JS-ACQ-10/uncounted', 'what is fired at once is not counted', (trigger, before) => ({
    ...trigger,
    timesTriggered: before.timesTriggered,
  })),
  fires('JS-ACQ-10/no-past', 'what is fired at once does not remember when', (trigger) => ({
    ...trigger,
    previousFireAt: null,
  })),
  fires('JS-ACQ-10/no-calendar', 'what is fired at once does not ask its calendar', (trigger, before) => ({
    ...afterFire(before, null),
    timesTriggered: trigger.timesTriggered,
  })),
  firedBundles('JS-ACQ-10/no-calendar-shown', 'what is fired at once does not show its calendar', (b) => ({
    ...b,
    calendar: null,
  })),
  firedBundles('JS-ACQ-10/past-shown', 'what is fired at once shows this fire as the one before', (b) => ({
    ...b,
    previousFireAt: b.scheduledFireAt,
  })),
  firedBundles('JS-ACQ-10/no-recovers', 'what is fired at once does not tell what it recovers', (b) => ({
    ...b,
    recovers: null,
  })),
  firedBundles('JS-ACQ-10/fired-when-due', 'what is fired at once is said to be on time', (b) => ({
    ...b,
    firedAt: b.scheduledFireAt,
  })),
  brokenHotPath(
    'JS-ACQ-10/calendar-missing',
    'fired at once, a missing calendar is taken for none',
    (sound, facts) => ({
      claim: async (request, effects) => {
        const result = await sound.claim(request, effects);
        if (request.fireableClasses.size === 0) return result;
        const bundles: Bundle[] = [];
        for (const claimed of result.acquired) {
          const { calendarName, nextFireAt } = claimed.trigger;
          if (calendarName === null || nextFireAt === null || nextFireAt > request.now) continue;
          await facts.transact(effects, async (tx) => {
            if ((await tx.getCalendar(calendarName)) !== null) return;
            const [job] = await tx.getJobs([claimed.trigger.jobKey]);
            const [execution] = await tx.selectExecutions({
              by: 'ids',
              fireInstanceIds: [claimed.fireInstanceId],
            });
            if (job === undefined || execution === undefined) return;
            const trigger = afterFire(claimed.trigger, null);
            await tx.putTriggers([{ trigger, state: 'waiting', fireInstanceId: null }]);
            await tx.putExecutions([{ ...execution, state: 'executing', firedAt: request.now }]);
            bundles.push({
              fireInstanceId: claimed.fireInstanceId,
              job,
              trigger,
              calendar: null,
              recovers: null,
              firedAt: request.now,
              scheduledFireAt: nextFireAt,
              previousFireAt: claimed.trigger.previousFireAt,
            });
          });
        }
        const tokens = new Set(bundles.map(({ fireInstanceId }) => fireInstanceId));
        return {
          acquired: result.acquired.filter(({ fireInstanceId }) => !tokens.has(fireInstanceId)),
          fired: [...result.fired, ...bundles],
        };
      },
    }),
  ),
  brokenHotPath('JS-REL-01/first-only', 'of several claims one is given back', (sound) => ({
    release: (acquired, effects) => sound.release(acquired.slice(0, 1), effects),
  })),
  brokenHotPath('JS-REL-01/delays', 'a trigger that is given back waits a second longer', (sound, facts) => ({
    release: async (acquired, effects) => {
      await sound.release(acquired, effects);
      await facts.transact(effects, async (tx) => {
        const found = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
        await tx.putTriggers(
          found.map((r) =>
            r.state === 'waiting' && r.trigger.nextFireAt !== null
              ? { ...r, trigger: { ...r.trigger, nextFireAt: r.trigger.nextFireAt + 1000 } }
              : r,
          ),
        );
      });
    },
  })),
  brokenHotPath(
    'JS-REL-02/writes-the-claimed',
    'a released trigger is written as it was claimed',
    (sound, facts) => ({
      release: async (acquired, effects) => {
        await sound.release(acquired, effects);
        await facts.transact(effects, async (tx) => {
          for (const { trigger } of acquired) {
            const [found] = await tx.getTriggers([trigger.key]);
            if (found?.state === 'waiting') await tx.putTriggers([{ ...found, trigger }]);
          }
        });
      },
    }),
  ),
  brokenHotPath('JS-REL-02/ends-the-fired', 'a release of what has fired ends the run', (sound, facts) => ({
    release: async (acquired, effects) => {
      await sound.release(acquired, effects);
      await facts.transact(effects, (tx) =>
        tx.removeExecutions(acquired.map(({ fireInstanceId }) => fireInstanceId)),
      );
    },
  })),
  brokenCalls('JS-REL-02/lost-is-error', 'giving back what was lost is an error', (store) => ({
    releaseAcquiredTriggers: async (claims) => {
      for (const { trigger } of claims)
        if ((await store.getTrigger(trigger.key)) === null) throw new Error('the claim is not held');
      await store.releaseAcquiredTriggers(claims);
    },
  })),
];

/** FIR. */
export const subtleFiringMutants: readonly Mutant[] = [
  brokenCalls('JS-FIR-01/by-trigger', 'results come in the order of the triggers', (store) => ({
    triggersFired: async (claims, at) => {
      const sorted = [...claims].sort((a, b) => compare(keyText(a.trigger.key), keyText(b.trigger.key)));
      return store.triggersFired(sorted, at);
    },
  })),
  brokenCalls('JS-FIR-01/once-each', 'a claim that is named twice has one result', (store) => ({
    triggersFired: (claims, at) =>
      store.triggersFired([...new Map(claims.map((c) => [c.fireInstanceId, c])).values()], at),
  })),
  brokenHotPath('JS-FIR-02/twice', 'a claim fires again while its run lasts', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      await facts.transact(effects, async (tx) => {
        const all = await tx.selectExecutions({
          by: 'ids',
          fireInstanceIds: acquired.map(({ fireInstanceId }) => fireInstanceId),
        });
        for (const e of all.filter(({ state }) => state === 'executing')) {
          const [found] = await tx.getTriggers([e.triggerKey]);
          if (found?.state !== 'waiting') continue;
          await tx.putTriggers([{ ...found, state: 'acquired', fireInstanceId: e.fireInstanceId }]);
          await tx.putExecutions([{ ...e, state: 'acquired' }]);
        }
      });
      return sound.fire(acquired, now, effects);
    },
  })),
  brokenHotPath('JS-FIR-02/released-too', 'a claim that was given back may fire', (sound, facts) => {
    const released = new Map<string, string>();
    return {
      release: async (acquired, effects) => {
        await sound.release(acquired, effects);
        for (const { fireInstanceId, trigger } of acquired)
          released.set(fireInstanceId, keyText(trigger.key));
      },
      fire: async (acquired, now, effects) => {
        const again = acquired.filter(({ fireInstanceId }) => released.has(fireInstanceId));
        await facts.transact(effects, async (tx) => {
          for (const { fireInstanceId, trigger } of again) {
            const [found] = await tx.getTriggers([trigger.key]);
            if (found?.state !== 'waiting') continue;
            await tx.putTriggers([{ ...found, state: 'acquired', fireInstanceId }]);
            await tx.putExecutions([
              {
                fireInstanceId,
                instanceId: facts.instanceId,
                state: 'acquired',
                triggerKey: trigger.key,
                jobKey: trigger.jobKey,
                priority: trigger.priority,
                nonConcurrent: false,
                requestsRecovery: false,
                scheduledFireAt: trigger.nextFireAt ?? now,
                firedAt: null,
              },
            ]);
          }
        });
        return sound.fire(acquired, now, effects);
      },
    };
  }),
  shows('JS-FIR-03/before', 'the bundle shows the trigger before the fire', (b) => ({
    ...b,
    trigger: { ...b.trigger, nextFireAt: b.scheduledFireAt },
  })),
  shows('JS-FIR-03/no-calendar', 'the bundle lacks the calendar', (b) => ({ ...b, calendar: null })),
  shows('JS-FIR-03/on-time', 'a fire is said to have happened when it was due', (b) => ({
    ...b,
    firedAt: b.scheduledFireAt,
  })),
  shows('JS-FIR-03/no-recovers', 'the bundle does not tell what it recovers', (b) => ({
    ...b,
    recovers: null,
  })),
  shows('JS-FIR-03/this-fire', 'the fire before is this one', (b) => ({
    ...b,
    previousFireAt: b.scheduledFireAt,
  })),
  shows('JS-FIR-03/no-data', 'the bundle’s trigger has no data', (b) => ({
    ...b,
    trigger: { ...b.trigger, data: {} },
  })),
  shows('JS-FIR-03/no-job-data', 'the bundle’s job has no data', (b) => ({
    ...b,
    job: { ...b.job, data: {} },
  })),
  brokenHotPath('JS-FIR-04/all-of-them', 'one missing calendar refuses the whole batch', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const missing = await facts.transact(new Effects(), async (tx) => {
        for (const { trigger } of acquired)
          if (trigger.calendarName !== null && (await tx.getCalendar(trigger.calendarName)) === null)
            return true;
        return false;
      });
      if (!missing) return sound.fire(acquired, now, effects);
      return acquired.map(({ fireInstanceId }) => ({
        kind: 'notFired',
        fireInstanceId,
        reason: 'calendarMissing',
      }));
    },
  })),
  moves('JS-FIR-05/when-fired', 'the last fire is when it happened', (trigger, now) => ({
    ...trigger,
    previousFireAt: now,
  })),
  moves('JS-FIR-05/counts-twice', 'a fire counts twice', (trigger) => ({
    ...trigger,
    timesTriggered: trigger.timesTriggered + 1,
  })),
  brokenHotPath('JS-FIR-05/counted-where-shown', 'a fire is counted in the bundle only', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const outcomes = await sound.fire(acquired, now, effects);
      await facts.transact(effects, async (tx) => {
        const records = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
        await tx.putTriggers(
          records.map((r) => ({
            ...r,
            trigger: { ...r.trigger, timesTriggered: Math.min(1, r.trigger.timesTriggered) },
          })),
        );
      });
      return outcomes;
    },
  })),
  brokenPrimitives('JS-FIR-06/by-trigger', 'a fire looks for runs of its own trigger only', (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      if (selection.by !== 'jobs') return found;
      const held = await tx.selectTriggers({ by: 'state', state: 'acquired' });
      const keys = new Set(held.map(({ trigger }) => keyText(trigger.key)));
      return found.filter(({ triggerKey }) => keys.has(keyText(triggerKey)));
    },
  })),
  brokenHotPath('JS-FIR-06/loses-the-refused', 'a claim that a run refused is stuck', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const outcomes = await sound.fire(acquired, now, effects);
      const refused = outcomes.flatMap((o) =>
        o.kind === 'notFired' && o.reason === 'jobExecuting' ? [o.fireInstanceId] : [],
      );
      await facts.transact(effects, (tx) => tx.removeExecutions(refused));
      return outcomes;
    },
  })),
  brokenCalls('JS-FIR-08/job-of-the-run', 'what a run does to the data of its job is kept', (store) => {
    const jobs = new Map<string, JobDetail>();
    return {
      storeJob: async (job, options) => {
        await store.storeJob(job, options);
        jobs.set(keyText(job.key), { ...job, data: structuredClone(job.data) });
      },
      triggersFired: async (claims, at) =>
        (await store.triggersFired(claims, at)).map((r) => {
          const own = r.kind === 'fired' ? jobs.get(keyText(r.bundle.job.key)) : undefined;
          return r.kind === 'fired' && own !== undefined
            ? { kind: 'fired', bundle: { ...r.bundle, job: { ...r.bundle.job, data: own.data } } }
            : r;
        }),
      getJob: async (key) => {
        const found = await store.getJob(key);
        const own = jobs.get(keyText(key));
        return found === null || own === undefined ? found : { ...found, data: structuredClone(own.data) };
      },
    };
  }),
];

/** CMP. */
export const subtleCompletingMutants: readonly Mutant[] = [
  brokenCalls('JS-CMP-01/once-each', 'a run that is named twice has one outcome', (store) => ({
    triggeredJobsComplete: (completions, at) =>
      store.triggeredJobsComplete([...new Map(completions.map((c) => [c.fireInstanceId, c])).values()], at),
  })),
  brokenCalls('JS-CMP-01/twice-completed', 'of one run named twice both are completed', (store) => ({
    triggeredJobsComplete: async (completions, at) => {
      const outcomes = await store.triggeredJobsComplete(completions, at);
      const done = new Set(
        completions.filter((_, n) => outcomes[n] === 'completed').map(({ fireInstanceId }) => fireInstanceId),
      );
      return completions.map(({ fireInstanceId }) => (done.has(fireInstanceId) ? 'completed' : 'stale'));
    },
  })),
  brokenCalls('JS-CMP-02/repeated-is-fine', 'a completion that is repeated is completed again', (store) => {
    const done = new Set<string>();
    return {
      triggeredJobsComplete: async (completions, at) => {
        const outcomes = await store.triggeredJobsComplete(completions, at);
        return completions.map(({ fireInstanceId }, n) => {
          if (outcomes[n] === 'completed') done.add(fireInstanceId);
          return done.has(fireInstanceId) ? 'completed' : 'stale';
        });
      },
    };
  }),
  staleBut(
    'JS-CMP-02/deletes',
    'a stale completion has deleted the trigger',
    async (store, { trigger, instruction }) => {
      if (instruction === 'deleteTrigger') await store.removeTrigger(trigger.key);
    },
  ),
  staleBut(
    'JS-CMP-02/sets-error',
    'a stale completion has paused the trigger',
    async (store, { trigger, instruction }) => {
      if (instruction === 'setTriggerError') await store.pauseTrigger(trigger.key);
    },
  ),
  brokenHotPath('JS-CMP-02/ends-claims', 'a completion ends a claim that has not fired', (sound, facts) => ({
    complete: async (completions, now, effects) => {
      await facts.transact(effects, async (tx) => {
        const all = await tx.selectExecutions({
          by: 'ids',
          fireInstanceIds: completions.map(({ fireInstanceId }) => fireInstanceId),
        });
        await tx.putExecutions(all.map((e) => ({ ...e, state: 'executing', firedAt: e.firedAt ?? now })));
      });
      return sound.complete(completions, now, effects);
    },
  })),
  brokenHotPath('JS-CMP-03/keeps-what-goes-on', 'a trigger that has a next fire is not deleted', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) =>
          c.instruction === 'deleteTrigger' ? { ...c, trigger: { ...c.trigger, nextFireAt: null } } : c,
        ),
        now,
        effects,
      ),
  })),
  deletesToo(
    'JS-CMP-03/siblings',
    'with the trigger all of its job’s are deleted',
    (other, ended) => keyText(other.jobKey) === keyText(ended.jobKey),
  ),
  deletesToo(
    'JS-CMP-03/namesakes',
    'with the trigger those of its name in any group are deleted',
    (other, ended) => other.key.name === ended.key.name,
  ),
  completesAs('JS-CMP-04/error-for-all', 'an error of one trigger is one of all', (c) =>
    c.instruction === 'setTriggerError' ? { ...c, instruction: 'setAllJobTriggersError' } : c,
  ),
  completesAs('JS-CMP-04/complete-for-all', 'the end of one trigger is the end of all', (c) =>
    c.instruction === 'setTriggerComplete' ? { ...c, instruction: 'setAllJobTriggersComplete' } : c,
  ),
  completesAs('JS-CMP-04/deletes', 'a trigger that is set complete is deleted', (c) =>
    c.instruction === 'setTriggerComplete' ? { ...c, instruction: 'deleteTrigger' } : c,
  ),
  endsWhere('JS-CMP-04/not-the-paused', 'a paused trigger is not set', ({ state }) => state !== 'paused'),
  endsAll(
    'JS-CMP-05/waiting-only',
    'paused triggers of the job are not set',
    ({ state }) => state === 'waiting',
  ),
  endsAll(
    'JS-CMP-05/not-the-acquired',
    'acquired triggers of the job are not set',
    ({ state }) => state !== 'acquired',
  ),
  completesAs('JS-CMP-05/error-as-complete', 'an error of all is the end of all', (c) =>
    c.instruction === 'setAllJobTriggersError' ? { ...c, instruction: 'setAllJobTriggersComplete' } : c,
  ),
  brokenHotPath(
    'JS-CMP-05/only-with-its-own',
    'nothing is set when the run’s own trigger is gone',
    (sound, facts) => ({
      complete: async (completions, now, effects) => {
        const keys = completions.map(({ trigger }) => trigger.key);
        const there = await facts.transact(new Effects(), (tx) => tx.getTriggers(keys));
        const known = new Set(there.map(({ trigger }) => keyText(trigger.key)));
        return sound.complete(
          completions.map((c) => (known.has(keyText(c.trigger.key)) ? c : { ...c, instruction: 'none' })),
          now,
          effects,
        );
      },
    }),
  ),
  brokenHotPath(
    'JS-CMP-06/over-rescheduled',
    'a trigger that its run rescheduled is complete',
    (sound, facts) => ({
      complete: async (completions, now, effects) => {
        const outcomes = await sound.complete(completions, now, effects);
        await facts.transact(effects, async (tx) => {
          for (const [n, c] of completions.entries()) {
            if (outcomes[n] !== 'completed' || c.instruction !== 'none' || c.trigger.nextFireAt !== null)
              continue;
            await tx.transitionTriggers({ by: 'keys', keys: [c.trigger.key] }, ['waiting'], 'complete');
          }
        });
        return outcomes;
      },
    }),
  ),
  brokenHotPath('JS-CMP-06/resumes', 'a run’s end makes its paused trigger wait', (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const outcomes = await sound.complete(completions, now, effects);
      await facts.transact(effects, (tx) =>
        tx.transitionTriggers(
          { by: 'keys', keys: completions.map((c) => c.trigger.key) },
          ['paused'],
          'waiting',
        ),
      );
      return outcomes;
    },
  })),
  brokenHotPath('JS-CMP-06/resets-errors', 'a run’s end makes its trigger in error wait', (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const outcomes = await sound.complete(completions, now, effects);
      const none = completions.filter(({ instruction }) => instruction === 'none').map((c) => c.trigger.key);
      await facts.transact(effects, (tx) =>
        tx.transitionTriggers({ by: 'keys', keys: none }, ['error'], 'waiting'),
      );
      return outcomes;
    },
  })),
  withData('JS-CMP-07/merges', 'changed data are added to those that are there', (job, changed) => ({
    ...job.data,
    ...changed,
  })),
  withData('JS-CMP-07/only-known-keys', 'only data that were there change', (job, changed) =>
    Object.fromEntries(Object.entries(changed).filter(([name]) => name in job.data)),
  ),
  brokenHotPath('JS-CMP-07/recreates', 'a job that is gone is there again with its data', (sound, facts) => {
    const fired = new Map<string, JobDetail>();
    return {
      fire: async (acquired, now, effects) => {
        const outcomes = await sound.fire(acquired, now, effects);
        for (const o of outcomes) if (o.kind === 'fired') fired.set(o.bundle.fireInstanceId, o.bundle.job);
        return outcomes;
      },
      complete: async (completions, now, effects) => {
        const outcomes = await sound.complete(completions, now, effects);
        await facts.transact(effects, async (tx) => {
          for (const { fireInstanceId, changedData } of completions) {
            const job = fired.get(fireInstanceId);
            if (job === undefined || changedData === null || (await tx.getJobs([job.key])).length > 0)
              continue;
            await tx.putJobs([{ ...job, data: changedData }]);
          }
        });
        return outcomes;
      },
    };
  }),
  brokenHotPath(
    'JS-CMP-07/flag-of-the-fire',
    'the job as it was fired decides whether data persist',
    (sound, facts) => {
      const fired = new Map<string, JobDetail>();
      return {
        fire: async (acquired, now, effects) => {
          const outcomes = await sound.fire(acquired, now, effects);
          for (const o of outcomes) if (o.kind === 'fired') fired.set(o.bundle.fireInstanceId, o.bundle.job);
          return outcomes;
        },
        complete: async (completions, now, effects) => {
          const outcomes = await sound.complete(completions, now, effects);
          await facts.transact(effects, async (tx) => {
            for (const [n, { fireInstanceId, changedData, jobKey }] of completions.entries()) {
              const [job] = await tx.getJobs([jobKey]);
              const persists = fired.get(fireInstanceId)?.persistDataAfterExecution === true;
              if (outcomes[n] !== 'completed' || changedData === null || job === undefined || !persists)
                continue;
              await tx.putJobs([{ ...job, data: changedData }]);
            }
          });
          return outcomes;
        },
      };
    },
  ),
  brokenHotPath(
    'JS-CMP-07/first-of-a-batch',
    'of several runs in one batch the first one’s data stay',
    (sound) => ({
      complete: (completions, now, effects) => {
        const seen = new Set<string>();
        return sound.complete(
          completions.map((c) => {
            const again = seen.has(keyText(c.jobKey)) && c.changedData !== null;
            if (c.changedData !== null) seen.add(keyText(c.jobKey));
            return again ? { ...c, changedData: null } : c;
          }),
          now,
          effects,
        );
      },
    }),
  ),
  afterwards(
    'JS-CMP-08/any-run',
    'the end of any run lets a non-concurrent job fire',
    ['triggeredJobsComplete'],
    async (tx, [list]) => {
      const jobKeys = (list as readonly Completion[]).map(({ jobKey }) => jobKey);
      const left = await tx.selectExecutions({ by: 'jobs', jobKeys });
      await tx.putExecutions(left.map((e) => ({ ...e, nonConcurrent: false })));
    },
  ),
  brokenHotPath(
    'JS-CMP-09/data-of-the-gone',
    'without its trigger a run’s data are lost',
    (sound, facts) => ({
      complete: async (completions, now, effects) => {
        const keys = completions.map(({ trigger }) => trigger.key);
        const there = await facts.transact(new Effects(), (tx) => tx.getTriggers(keys));
        const known = new Set(there.map(({ trigger }) => keyText(trigger.key)));
        return sound.complete(
          completions.map((c) => (known.has(keyText(c.trigger.key)) ? c : { ...c, changedData: null })),
          now,
          effects,
        );
      },
    }),
  ),
];

const kept = new WeakMap<object, Awaited<ReturnType<Tx['selectExecutions']>>>();

type Tx = Parameters<Parameters<typeof brokenPrimitives>[2]>[0];
type StoreOf = Pick<JobStore, 'removeTrigger' | 'pauseTrigger'>;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The end of a batch is another. */
function ending(id: string, what: string, change: (end: number) => number): Mutant {
  return brokenPrimitives(id, what, (tx) => {
    let pages = 0;
    return {
      selectDue: async (query: DueQuery) => {
        pages += 1;
        if (pages === 1) return tx.selectDue({ ...query, limit: 1 });
        return tx.selectDue({ ...query, noLaterThan: change(query.noLaterThan) });
      },
    };
  });
}

/** Everything that is due, in another order. */
function ordered(id: string, what: string, by: (a: Trigger, b: Trigger) => number): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectDue: async (query) => {
      if (query.after !== null) return [];
      const due = [...(await tx.selectDue({ ...query, limit: EVERYTHING }))];
      return due.sort(({ trigger: a }, { trigger: b }) => by(a, b)).slice(0, query.limit);
    },
  }));
}

/** What is due at one instant with one priority, in another order. */
function orderedTies(id: string, what: string, by: (a: Trigger, b: Trigger) => number): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectDue: async (query) => {
      if (query.after !== null) return [];
      const due = [...(await tx.selectDue({ ...query, limit: EVERYTHING }))].reverse();
      const same = ({ trigger: a }: TriggerRecord, { trigger: b }: TriggerRecord): number =>
        (a.nextFireAt ?? 0) - (b.nextFireAt ?? 0) || b.priority - a.priority || by(a, b);
      return due.sort(same).slice(0, query.limit);
    },
  }));
}

/** What fires at once leaves another trigger in the store, and in the bundle. */
function fires(id: string, what: string, change: (after: Trigger, before: Trigger) => Trigger): Mutant {
  return brokenHotPath(id, what, (sound, facts) => ({
    claim: async (request, effects) => {
      const old = await facts.transact(new Effects(), (tx) => tx.selectTriggers({ by: 'all' }));
      const before = new Map(old.map(({ trigger }) => [keyText(trigger.key), trigger]));
      const result = await sound.claim(request, effects);
      const fired = result.fired.map((bundle) => {
        const was = before.get(keyText(bundle.trigger.key));
        return was === undefined ? bundle : { ...bundle, trigger: change(bundle.trigger, was) };
      });
      await facts.transact(effects, (tx) =>
        tx.putTriggers(fired.map(({ trigger }) => ({ trigger, state: 'waiting', fireInstanceId: null }))),
      );
      return { ...result, fired };
    },
  }));
}

/** What fires at once comes in another bundle. */
function firedBundles(id: string, what: string, change: (bundle: Bundle) => Bundle): Mutant {
  return brokenHotPath(id, what, (sound) => ({
    claim: async (request, effects) => {
      const result = await sound.claim(request, effects);
      return { ...result, fired: result.fired.map(change) };
    },
  }));
}

/** Bundles show other things, by both routes. */
function shows(id: string, what: string, change: (bundle: Bundle) => Bundle): Mutant {
  return showsBundlesAs(id, what, (bundle) => change(bundle as Bundle));
}

/** A fire leaves another trigger, in the store and in the bundle. */
function moves(id: string, what: string, change: (trigger: Trigger, now: number) => Trigger): Mutant {
  return brokenHotPath(id, what, (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const outcomes = (await sound.fire(acquired, now, effects)).map((o) =>
        o.kind === 'fired' ? { ...o, bundle: { ...o.bundle, trigger: change(o.bundle.trigger, now) } } : o,
      );
      const moved = outcomes.flatMap((o) => (o.kind === 'fired' ? [o.bundle.trigger] : []));
      await facts.transact(effects, (tx) =>
        tx.putTriggers(moved.map((trigger) => ({ trigger, state: 'waiting', fireInstanceId: null }))),
      );
      return outcomes;
    },
  }));
}

/** A completion is reported as stale, and has done something. */
function staleBut(
  id: string,
  what: string,
  work: (store: StoreOf, completion: Completion) => Promise<void>,
): Mutant {
  return brokenCalls(id, what, (store) => ({
    triggeredJobsComplete: async (completions, at) => {
      const outcomes = await store.triggeredJobsComplete(completions, at);
      for (const [n, completion] of completions.entries())
        if (outcomes[n] === 'stale') await work(store, completion);
      return outcomes;
    },
  }));
}

/** With a trigger that a run deletes others go. */
function deletesToo(
  id: string,
  what: string,
  isToo: (other: Trigger, ended: Completion['trigger']) => boolean,
): Mutant {
  return afterwards(id, what, ['triggeredJobsComplete'], async (tx, [list]) => {
    const ended = (list as readonly Completion[]).filter(
      ({ instruction }) => instruction === 'deleteTrigger',
    );
    const all = await tx.selectTriggers({ by: 'all' });
    const gone = all.filter(({ trigger }) => ended.some((c) => isToo(trigger, c.trigger)));
    await tx.removeTriggers(gone.map(({ trigger }) => trigger.key));
  });
}

/** The state of a trigger is set by a completion only in some states. */
function endsWhere(id: string, what: string, applies: (before: TriggerRecord) => boolean): Mutant {
  return brokenHotPath(id, what, (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const keys = completions.map(({ trigger }) => trigger.key);
      const before = await facts.transact(new Effects(), (tx) => tx.getTriggers(keys));
      const out = new Set(before.filter((r) => !applies(r)).map(({ trigger }) => keyText(trigger.key)));
      return sound.complete(
        completions.map((c) =>
          c.instruction.startsWith('setTrigger') && out.has(keyText(c.trigger.key))
            ? { ...c, instruction: 'none' }
            : c,
        ),
        now,
        effects,
      );
    },
  }));
}

/** Of all triggers of the job only some are set. */
function endsAll(id: string, what: string, applies: (before: TriggerRecord) => boolean): Mutant {
  return brokenHotPath(id, what, (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const all = await facts.transact(new Effects(), (tx) => tx.selectTriggers({ by: 'all' }));
      const outcomes = await sound.complete(completions, now, effects);
      const kinds = new Set(
        completions.filter((c) => c.instruction.startsWith('setAll')).map((c) => keyText(c.jobKey)),
      );
      const untouched = all.filter((r) => kinds.has(keyText(r.trigger.jobKey)) && !applies(r));
      await facts.transact(effects, (tx) => tx.putTriggers(untouched));
      return outcomes;
    },
  }));
}

/** Changed data are written other than they are. */
function withData(
  id: string,
  what: string,
  change: (job: JobDetail, changed: JobDetail['data']) => JobDetail['data'],
): Mutant {
  return brokenHotPath(id, what, (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const jobs = await facts.transact(new Effects(), (tx) => tx.getJobs(completions.map((c) => c.jobKey)));
      const byKey = new Map(jobs.map((job) => [keyText(job.key), job]));
      return sound.complete(
        completions.map((c) => {
          const job = byKey.get(keyText(c.jobKey));
          return c.changedData === null || job === undefined
            ? c
            : { ...c, changedData: change(job, c.changedData) };
        }),
        now,
        effects,
      );
    },
  }));
}
