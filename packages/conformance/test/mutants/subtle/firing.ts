/**
 * Subtle defects in firing.
 *
 * @module
 */
import { type JobDetail, keyText, type Trigger } from '@ametrine/core';
import { Effects } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type HotPath, type Mutant } from '../mutant.js';
import { showsBundlesAs } from './defects.js';

type Bundle = Extract<Awaited<ReturnType<HotPath['fire']>>[number], { kind: 'fired' }>['bundle'];

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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
