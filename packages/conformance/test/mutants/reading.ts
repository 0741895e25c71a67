/**
 * Defects in reading and removing.
 *
 * @module
 */
import { type GroupMatcher, type JobDetail, keyText, SchedulerError } from '@ametrine/core';
import type { RemoveOutcome } from '@ametrine/core/spi';
import { OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

/** GET, REM. */
export const readingMutants: readonly Mutant[] = [
  brokenCalls('JS-GET-01/undefined', 'an absent job is undefined', (store) => ({
    getJob: async (key) => (await store.getJob(key)) ?? (undefined as never),
  })),
  brokenCalls('JS-GET-01/null-list', 'an empty list is null', (store) => ({
    listTriggersOfJob: async (key) => {
      const found = await store.listTriggersOfJob(key);
      return found.length === 0 ? (null as never) : found;
    },
  })),
  brokenPrimitives(
    'JS-GET-02/groups-for-ever',
    'a group that lost its members is still listed',
    (tx, { shared }) => ({
      listGroups: async (of) => {
        const groups = (shared.get(of) ?? new Set()) as Set<string>;
        for (const group of await tx.listGroups(of)) groups.add(group);
        shared.set(of, groups);
        return [...groups];
      },
    }),
  ),
  brokenCalls('JS-GET-03/hands-out-its-own', 'readers are given one and the same object', (store) => {
    const kept = new Map<string, JobDetail>();
    return {
      getJob: async (key) => {
        const job = kept.get(keyText(key)) ?? (await store.getJob(key));
        if (job !== null) kept.set(keyText(key), job);
        return job;
      },
    };
  }),
  brokenCalls('JS-GET-03/keeps-the-callers', 'the caller’s own object is kept', (store) => {
    const kept = new Map<string, JobDetail>();
    return {
      storeJob: async (job, options) => {
        await store.storeJob(job, options);
        kept.set(keyText(job.key), job);
      },
      getJob: async (key) => kept.get(keyText(key)) ?? store.getJob(key),
    };
  }),
  brokenPrimitives('JS-GET-04/wildcards', 'the underscore stands for any character', (tx) => ({
    listJobKeys: async (matcher) =>
      (await tx.listJobKeys({ anything: true })).filter(({ group }) => asLike(matcher).test(group)),
  })),
  brokenPrimitives('JS-GET-04/ignores-case', 'upper case matches lower case', (tx) => ({
    listTriggerKeys: async (matcher) =>
      (await tx.listTriggerKeys({ anything: true })).filter(({ group }) =>
        asLike(matcher, 'i', false).test(group),
      ),
  })),
  brokenCalls('JS-GET-05/whole-seconds', 'instants come back in whole seconds', (store) => ({
    getTrigger: async (key) => {
      const found = await store.getTrigger(key);
      if (found === null) return null;
      return { ...found, startAt: Math.floor(found.startAt / 1000) * 1000 };
    },
  })),
  brokenCalls('JS-GET-05/no-zone', 'the time zone of a schedule is lost', (store) => ({
    getTrigger: async (key) => {
      const found = await store.getTrigger(key);
      if (found?.schedule.type !== 'cron') return found;
      return { ...found, schedule: { ...found.schedule, timeZone: 'UTC' } };
    },
  })),
  brokenCalls('JS-GET-05/small-priority', 'a priority is one byte', (store) => ({
    getTrigger: async (key) => {
      const found = await store.getTrigger(key);
      return found === null ? null : { ...found, priority: found.priority & 127 };
    },
  })),
  brokenCalls('JS-GET-06/loads-the-class', 'a job is read with its class', (store, node) => ({
    listJobs: async (matcher) => {
      const jobs = await store.listJobs(matcher);
      for (const job of jobs) await mustResolve(node.context().jobClassResolver.resolve(job.jobClass));
      return jobs;
    },
  })),

  brokenStore('JS-REM-01/leaves-triggers', 'a removed job leaves its triggers', () => {
    return class extends OpenPortableStore {
      override removeJobs(keys: readonly JobDetail['key'][]): Promise<RemoveOutcome> {
        return this.change('removeJobs', async (tx) => {
          const found = await tx.getJobs(keys);
          await tx.removeJobs(keys);
          return found.length === keys.length ? 'removed' : 'absent';
        });
      }
    };
  }),
  brokenCalls('JS-REM-01/always-removed', 'an absent job is said to be removed', (store) => ({
    removeJob: async (key) => {
      await store.removeJob(key);
      return 'removed';
    },
  })),
  brokenCalls('JS-REM-02/all-or-nothing', 'one absent key keeps the others from being removed', (store) => ({
    removeJobs: async (keys) => {
      for (const key of keys) if ((await store.getJob(key)) === null) return 'absent';
      return store.removeJobs(keys);
    },
    removeTriggers: async (keys) => {
      for (const key of keys) if ((await store.getTrigger(key)) === null) return 'absent';
      return store.removeTriggers(keys);
    },
  })),
  brokenCalls('JS-REM-02/any-will-do', 'one key that was there counts for all', (store) => ({
    removeTriggers: async (keys) => {
      const outcomes = [];
      for (const key of keys) outcomes.push(await store.removeTrigger(key));
      return outcomes.includes('removed') ? 'removed' : 'absent';
    },
  })),
  brokenPrimitives('JS-REM-03/keeps-orphans', 'a job outlives its last trigger, durable or not', (tx) => ({
    jobsWithTriggers: async (keys) => {
      await tx.jobsWithTriggers(keys);
      return keys;
    },
  })),
  brokenPrimitives('JS-REM-03/takes-the-living', 'a non-durable job goes with any of its triggers', () => ({
    jobsWithTriggers: async () => [],
  })),
  brokenCalls('JS-REM-03/takes-the-durable', 'a durable job goes with its last trigger', (store) => ({
    removeTrigger: async (key) => {
      const jobKey = (await store.getTrigger(key))?.jobKey;
      const outcome = await store.removeTrigger(key);
      if (jobKey !== undefined && (await store.listTriggersOfJob(jobKey)).length === 0)
        await store.removeJob(jobKey);
      return outcome;
    },
  })),
  brokenPrimitives('JS-REM-04/silent', 'the end of a job is not told', (_tx, { effects }) => {
    effects.jobDeleted = () => {};
    return {};
  }),
  brokenPrimitives('JS-REM-04/twice', 'the end of a job is told twice', (_tx, { effects }) => {
    const tell = effects.jobDeleted.bind(effects);
    effects.jobDeleted = (key) => {
      tell(key);
      tell(key);
    };
    return {};
  }),
  brokenCalls(
    'JS-REM-05/loads-the-class',
    'a job is removed only when its class is there',
    (store, node) => ({
      removeJob: async (key) => {
        const job = await store.getJob(key);
        if (job !== null) await mustResolve(node.context().jobClassResolver.resolve(job.jobClass));
        return store.removeJob(key);
      },
    }),
  ),
  brokenPrimitives('JS-REM-06/keeps-pauses', 'clearing leaves the paused groups', (tx) => ({
    clear: async () => {
      const paused = await tx.getPausedGroups();
      await tx.clear();
      await tx.putPausedGroups(paused);
    },
  })),
  brokenPrimitives('JS-REM-06/keeps-calendars', 'clearing leaves the calendars', (tx) => ({
    clear: async () => {
      const names = await tx.listCalendarNames();
      const calendars = await Promise.all(names.map((name) => tx.getCalendar(name)));
      await tx.clear();
      for (const [n, calendar] of calendars.entries()) {
        if (calendar !== null) await tx.putCalendar(names[n] ?? '', calendar);
      }
    },
  })),
];

function asLike(matcher: GroupMatcher, flags = '', wild = true): RegExp {
  const literal = (text: string): string => {
    const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return wild ? escaped.replaceAll('_', '.').replaceAll('%', '.*') : escaped;
  };
  if ('equals' in matcher) return new RegExp(`^${literal(matcher.equals)}$`, flags);
  if ('startsWith' in matcher) return new RegExp(`^${literal(matcher.startsWith)}`, flags);
  if ('endsWith' in matcher) return new RegExp(`${literal(matcher.endsWith)}$`, flags);
  return new RegExp('contains' in matcher ? literal(matcher.contains) : '', flags);
}

async function mustResolve(answer: unknown): Promise<void> {
  if ((await answer) === null) throw new SchedulerError('ERR_JOB_CLASS_NOT_FOUND', 'the class is not there');
}
