/**
 * Defects in storing, reading, removing, and in the data.
 *
 * @module
 */
import {
  type GroupMatcher,
  type JobData,
  type JobDetail,
  keyText,
  SchedulerError,
  type Trigger,
} from '@ametrine/core';
import type { RemoveOutcome, StoreTransaction } from '@ametrine/core/spi';
import { OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

/** STO, GET, REM, DAT. */
export const storingMutants: readonly Mutant[] = [
  brokenCalls('JS-STO-01/overwrites', 'a job is overwritten unasked', (store) => ({
    storeJob: (job) => store.storeJob(job, { replace: true }),
  })),
  brokenPrimitives('JS-STO-02/resumes', 'a replaced job’s paused triggers wait again', (tx) => ({
    putJobs: async (jobs) => {
      await tx.putJobs(jobs);
      for (const { key } of jobs)
        await tx.transitionTriggers({ by: 'job', jobKey: key }, ['paused'], 'waiting');
    },
  })),
  brokenCalls('JS-STO-02/drops-triggers', 'a job is replaced by removing it first', (store) => ({
    storeJob: async (job, options) => {
      if (options?.replace === true) await store.removeJob(job.key);
      await store.storeJob(job, options);
    },
  })),
  brokenCalls('JS-STO-03/overwrites', 'a trigger is overwritten unasked', (store) => ({
    storeTrigger: (trigger) => store.storeTrigger(trigger, { replace: true }),
  })),
  brokenPrimitives('JS-STO-03/no-job', 'a trigger is stored without its job', (tx) => ({
    getJobs: async (keys) => {
      const found = new Map((await tx.getJobs(keys)).map((job) => [keyText(job.key), job]));
      return keys.map((key) => found.get(keyText(key)) ?? { ...NOBODY, key });
    },
  })),
  brokenCalls('JS-STO-03/loses-the-old', 'a refused replacement has removed the old trigger', (store) => ({
    storeTrigger: async (trigger, options) => {
      const gone = options?.replace === true && (await store.getJob(trigger.jobKey)) === null;
      if (gone) await store.removeTrigger(trigger.key);
      await store.storeTrigger(trigger, options);
    },
  })),
  brokenPrimitives(
    'JS-STO-04/forgets-job-groups',
    'a trigger of a paused job group is born waiting',
    (tx) => ({
      getPausedGroups: async () => ({ ...(await tx.getPausedGroups()), jobGroups: [] }),
    }),
  ),
  brokenPrimitives('JS-STO-04/waits-for-nothing', 'a trigger without a next fire is born waiting', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) =>
          r.state === 'complete' && r.trigger.timesTriggered === 0 ? { ...r, state: 'waiting' } : r,
        ),
      ),
  })),
  brokenCalls('JS-STO-05/keeps-the-error', 'a trigger in error is not replaced', (store) => ({
    storeTrigger: async (trigger, options) => {
      const inError = (await store.getTriggerState(trigger.key)) === 'error';
      if (options?.replace !== true || !inError) await store.storeTrigger(trigger, options);
    },
  })),
  brokenPrimitives('JS-STO-05/keeps-the-claim', 'a replaced trigger stays claimed', (tx) => ({
    putTriggers: async (records) => {
      const old = new Map(
        (await tx.getTriggers(records.map((r) => r.trigger.key))).map((r) => [keyText(r.trigger.key), r]),
      );
      await tx.putTriggers(
        records.map((r) => {
          const before = old.get(keyText(r.trigger.key));
          const replaced = before?.state === 'acquired' && before.trigger.startAt !== r.trigger.startAt;
          return replaced ? { ...before, trigger: r.trigger } : r;
        }),
      );
    },
  })),
  brokenPrimitives('JS-STO-05/forgets-the-past', 'a replacement forgets the last fire', (tx) => ({
    getTriggers: async (keys) =>
      (await tx.getTriggers(keys)).map((r) => ({ ...r, trigger: { ...r.trigger, previousFireAt: null } })),
  })),
  brokenPrimitives('JS-STO-05/mixes-types', 'a replacement keeps fields of the old schedule', (tx) => ({
    putTriggers: async (records) => {
      const old = new Map(
        (await tx.getTriggers(records.map((r) => r.trigger.key))).map((r) => [keyText(r.trigger.key), r]),
      );
      await tx.putTriggers(
        records.map((r) => {
          const schedule = { ...old.get(keyText(r.trigger.key))?.trigger.schedule, ...r.trigger.schedule };
          return { ...r, trigger: { ...r.trigger, schedule: schedule as Trigger['schedule'] } };
        }),
      );
    },
  })),
  brokenCalls('JS-STO-06/two-steps', 'the job is stored, and then the trigger', (store) => ({
    storeJobAndTrigger: async (job, trigger) => {
      await store.storeJob(job);
      await store.storeTrigger(trigger);
    },
  })),
  brokenCalls('JS-STO-06/replaces-the-job', 'a job that exists is overwritten', (store) => ({
    storeJobAndTrigger: async (job, trigger) => {
      if ((await store.getTrigger(trigger.key)) !== null) return store.storeJobAndTrigger(job, trigger);
      return store.storeJobsAndTriggers([{ job, triggers: [trigger] }], { replace: true });
    },
  })),
  brokenCalls('JS-STO-07/one-by-one', 'a bulk is stored entry by entry', (store) => ({
    storeJobsAndTriggers: async (entries, options) => {
      for (const entry of entries) await store.storeJobsAndTriggers([entry], options);
    },
  })),
  brokenCalls('JS-STO-07/last-wins', 'of two triggers with one key the last is stored', (store) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(
        entries.map(({ job, triggers }) => ({
          job,
          triggers: [...new Map(triggers.map((t) => [keyText(t.key), t])).values()],
        })),
        options,
      ),
  })),
  brokenCalls(
    'JS-STO-07/drops-the-unnamed',
    'a bulk removes the triggers that it does not name',
    (store) => ({
      storeJobsAndTriggers: async (entries, options) => {
        if (options?.replace === true) for (const { job } of entries) await store.removeJob(job.key);
        await store.storeJobsAndTriggers(entries, options);
      },
    }),
  ),
  brokenCalls('JS-STO-08/upserts', 'the replacement of an absent trigger is stored', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const outcome = await store.replaceTrigger(key, trigger);
      if (outcome === 'absent') await store.storeTrigger(trigger);
      return outcome;
    },
  })),
  brokenCalls('JS-STO-08/any-job', 'a replacement may name another job', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const foreign = (await store.getTrigger(key))?.jobKey.name !== trigger.jobKey.name;
      if (!foreign || (await store.getTrigger(key)) === null) return store.replaceTrigger(key, trigger);
      await store.storeTrigger(trigger, { replace: true });
      return 'replaced';
    },
  })),
  brokenCalls('JS-STO-08/orphans-the-job', 'replacing is removing and storing', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const old = await store.getTrigger(key);
      if (old === null || keyText(old.jobKey) !== keyText(trigger.jobKey))
        return store.replaceTrigger(key, trigger);
      await store.removeTrigger(key);
      await store.storeTrigger(trigger);
      return 'replaced';
    },
  })),
  brokenCalls('JS-STO-09/cuts', 'names beyond the limit are cut', (store) => ({
    storeJob: (job, options) => {
      const { name, group } = job.key;
      const key = { name: name.slice(0, 200), group: group.slice(0, 200) };
      return store.storeJob({ ...job, key }, options);
    },
  })),

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

  brokenPrimitives('JS-DAT-01/plain-json', 'data are kept as JSON', (tx) =>
    withData(tx, (data) => JSON.parse(JSON.stringify(data, textOf)) as JobData),
  ),
  brokenPrimitives('JS-DAT-01/proto', 'a key named __proto__ is assigned', (tx) =>
    withData(tx, (data) => {
      const copy: Record<string, JobData[string]> = {};
      for (const [name, value] of Object.entries(data)) copy[name] = value;
      return copy;
    }),
  ),
  brokenPrimitives('JS-DAT-01/dots', 'a key with a dot is cut at the dot', (tx) =>
    withData(tx, (data) =>
      Object.fromEntries(Object.entries(data).map(([name, value]) => [name.split('.')[0] ?? name, value])),
    ),
  ),
  brokenCalls('JS-DAT-02/drops-it', 'what cannot be kept is left out', (store) => ({
    storeJob: (job, options) => store.storeJob({ ...job, data: withoutOddities(job.data) }, options),
  })),
  brokenCalls('JS-DAT-02/writes-first', 'a refused job is there, without its data', (store) => ({
    storeJob: (job, options) =>
      store.storeJob(job, options).catch(async (error: SchedulerError) => {
        if (error.code === 'ERR_INVALID_DATA') await store.storeJob({ ...job, data: {} }, { replace: true });
        throw error;
      }),
  })),
];

const NOBODY: JobDetail = {
  key: { group: 'nobody', name: 'nobody' },
  jobClass: 'Work',
  description: null,
  durable: true,
  requestsRecovery: false,
  nonConcurrent: false,
  persistDataAfterExecution: false,
  data: {},
};

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

function withData(tx: StoreTransaction, change: (data: JobData) => JobData): Partial<StoreTransaction> {
  return { putJobs: (jobs) => tx.putJobs(jobs.map((job) => ({ ...job, data: change(job.data) }))) };
}

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Data as a careless serializer leaves them. */
function withoutOddities(data: JobData): JobData {
  try {
    return JSON.parse(JSON.stringify(data, textOf)) as JobData;
  } catch {
    return {};
  }
}
