/**
 * Subtle defects in acquiring and releasing.
 *
 * @module
 */
import { keyText, type Trigger } from '@ametrine/core';
import { afterFire, type DueQuery, Effects, type TriggerRecord } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type HotPath, type Mutant } from '../mutant.js';

type Bundle = Extract<Awaited<ReturnType<HotPath['fire']>>[number], { kind: 'fired' }>['bundle'];

const EVERYTHING = 1_000_000;

const kept = new WeakMap<object, Awaited<ReturnType<Tx['selectExecutions']>>>();

type Tx = Parameters<Parameters<typeof brokenPrimitives>[2]>[0];

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
