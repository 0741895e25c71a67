/**
 * Subtle defects in reading.
 *
 * @module
 */
import { type JobDetail, type JobKey, keyText, SchedulerError, type Trigger } from '@ametrine/core';
import type { Completion, CompletionOutcome, Effects, JobStore, RemoveOutcome } from '@ametrine/core/spi';
import { OpenPortableStore } from '../../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from '../mutant.js';
import { afterwards, confusesKeys, readsTriggersAs } from './defects.js';

class Work {
  execute(): void {}
}

/** GET, REM. */
export const subtleReadingMutants: readonly Mutant[] = [
  brokenCalls('JS-GET-01/throws', 'an absent calendar is an error', (store) => ({
    getCalendar: async (name) => {
      const found = await store.getCalendar(name);
      if (found === null) throw new SchedulerError('ERR_CALENDAR_NOT_FOUND', 'absent');
      return found;
    },
  })),
  brokenCalls('JS-GET-01/undefined-trigger', 'an absent trigger is undefined', (store) => ({
    getTrigger: async (key) => (await store.getTrigger(key)) ?? (undefined as never),
  })),
  brokenPrimitives(
    'JS-GET-02/waiting-groups',
    'a group whose triggers are all paused is not listed',
    (tx) => ({
      listGroups: async (of) => {
        if (of === 'jobs') return tx.listGroups(of);
        const waiting = await tx.selectTriggers({ by: 'state', state: 'waiting' });
        return [...new Set(waiting.map(({ trigger }) => trigger.key.group))];
      },
    }),
  ),
  brokenCalls('JS-GET-02/paused-groups', 'a paused group without members is listed', (store) => ({
    listTriggerGroups: async () => [
      ...new Set([...(await store.listTriggerGroups()), ...(await store.listPausedTriggerGroups())]),
    ],
  })),
  brokenCalls('JS-GET-03/nested', 'nested data are shared with whoever stored them', (store) => {
    const kept = new Map<string, Trigger>();
    return {
      storeTrigger: async (trigger, options) => {
        await store.storeTrigger(trigger, options);
        kept.set(keyText(trigger.key), trigger);
      },
      getTrigger: async (key) => {
        const found = await store.getTrigger(key);
        const own = kept.get(keyText(key));
        return found === null || own === undefined ? found : { ...found, data: { ...own.data } };
      },
    };
  }),
  brokenCalls('JS-GET-03/calendar', 'a calendar is kept as the caller’s own object', (store) => {
    const kept = new Map<string, Awaited<ReturnType<JobStore['getCalendar']>>>();
    return {
      storeCalendar: async (name, calendar, options) => {
        await store.storeCalendar(name, calendar, options);
        kept.set(name, calendar);
      },
      getCalendar: async (name) => kept.get(name) ?? store.getCalendar(name),
    };
  }),
  confusesKeys('JS-GET-04/case', 'names that differ in case are one', ({ group, name }) =>
    JSON.stringify([group, name.toLowerCase()]),
  ),
  confusesKeys('JS-GET-04/group-case', 'groups that differ in case are one', ({ group, name }) =>
    JSON.stringify([group.toLowerCase(), name]),
  ),
  confusesKeys('JS-GET-04/trailing-blanks', 'trailing blanks of a name do not count', ({ group, name }) =>
    JSON.stringify([group, name.trimEnd()]),
  ),
  confusesKeys('JS-GET-04/accents', 'accents do not count', ({ group, name }) =>
    JSON.stringify([group, name.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '')]),
  ),
  confusesKeys('JS-GET-04/normal-forms', 'two spellings of one letter are one', ({ group, name }) =>
    JSON.stringify([group, name.normalize('NFC')]),
  ),
  confusesKeys(
    'JS-GET-04/dot-between',
    'group and name are joined by a dot',
    ({ group, name }) => `${group}.${name}`,
  ),
  confusesKeys(
    'JS-GET-04/colon-between',
    'group and name are joined by a colon',
    ({ group, name }) => `${group}:${name}`,
  ),
  confusesKeys('JS-GET-04/names-only', 'the group of a key does not count', ({ name }) => name),
  brokenPrimitives('JS-GET-04/ends-anywhere', 'what ends with a text may go on behind it', (tx) => ({
    listTriggerKeys: (matcher) =>
      tx.listTriggerKeys('endsWith' in matcher ? { contains: matcher.endsWith } : matcher),
  })),
  brokenPrimitives('JS-GET-04/contains-begins', 'what contains a text begins with it', (tx) => ({
    listJobKeys: (matcher) =>
      tx.listJobKeys('contains' in matcher ? { startsWith: matcher.contains } : matcher),
  })),
  brokenPrimitives('JS-GET-04/equals-begins', 'what equals a text only begins with it', (tx) => ({
    listJobs: (matcher) => tx.listJobs('equals' in matcher ? { startsWith: matcher.equals } : matcher),
  })),
  brokenPrimitives('JS-GET-04/job-group-ignored', 'triggers are not chosen by their job’s group', (tx) => ({
    listTriggers: (group) => tx.listTriggers(group, { anything: true }),
  })),
  readsTriggersAs('JS-GET-05/no-end', 'the end of a trigger is lost', (t) => ({ ...t, endAt: null })),
  readsTriggersAs('JS-GET-05/empty-description', 'an empty description is none', (t) => ({
    ...t,
    description: t.description === '' ? null : t.description,
  })),
  readsTriggersAs('JS-GET-05/no-past', 'no fire before reads as 1970', (t) => ({
    ...t,
    previousFireAt: t.previousFireAt ?? 0,
  })),
  readsTriggersAs('JS-GET-05/before-1970', 'instants before 1970 are 1970', (t) => ({
    ...t,
    startAt: Math.max(0, t.startAt),
  })),
  readsTriggersAs('JS-GET-05/until-2038', 'instants end in 2038', (t) => ({
    ...t,
    startAt: Math.min(t.startAt, 2 ** 31 * 1000),
    endAt: t.endAt === null ? null : Math.min(t.endAt, 2 ** 31 * 1000),
  })),
  readsTriggersAs('JS-GET-05/positive-priority', 'a priority has no sign', (t) => ({
    ...t,
    priority: Math.abs(t.priority),
  })),
  readsTriggersAs('JS-GET-05/forever', 'repeating without end reads as never', (t) =>
    t.schedule.type === 'simple' && t.schedule.repeatCount === -1
      ? { ...t, schedule: { ...t.schedule, repeatCount: 0 } }
      : t,
  ),
  readsTriggersAs('JS-GET-05/weekdays', 'the days of the week are all days', (t) =>
    t.schedule.type === 'dailyTimeInterval'
      ? { ...t, schedule: { ...t.schedule, daysOfWeek: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] } }
      : t,
  ),
  readsTriggersAs('JS-GET-05/skip-flag', 'a flag of a calendar interval is lost', (t) =>
    t.schedule.type === 'calendarInterval'
      ? { ...t, schedule: { ...t.schedule, skipDayIfHourDoesNotExist: false } }
      : t,
  ),
  readsTriggersAs('JS-GET-05/no-dialect', 'the dialect of a cron expression is lost', (t) =>
    t.schedule.type === 'cron' ? { ...t, schedule: { ...t.schedule, dialect: 'quartz' } } : t,
  ),
  readsTriggersAs('JS-GET-05/smart', 'the misfire instruction is lost', (t) => ({
    ...t,
    misfireInstruction: 'smart',
  })),
  readsTriggersAs('JS-GET-05/uncounted', 'the count of fires is lost', (t) => ({ ...t, timesTriggered: 0 })),
  readsTriggersAs('JS-GET-05/no-recovers', 'what a trigger recovers is lost', (t) => ({
    ...t,
    recovers: null,
  })),
  brokenCalls('JS-GET-05/lists-without-data', 'triggers in lists have no data', (store) => ({
    listTriggers: async (query) => (await store.listTriggers(query)).map((t) => ({ ...t, data: {} })),
  })),
  brokenCalls('JS-GET-05/job-lists-without-data', 'jobs in lists have no data', (store) => ({
    listJobs: async (matcher) => (await store.listJobs(matcher)).map((job) => ({ ...job, data: {} })),
  })),
  brokenCalls('JS-GET-05/job-description', 'the description of a job is lost', (store) => ({
    getJob: async (key) => {
      const found = await store.getJob(key);
      return found === null ? null : { ...found, description: null };
    },
  })),
  brokenCalls('JS-GET-05/calendar-base', 'the base of a calendar is lost', (store) => ({
    getCalendar: async (name) => {
      const found = await store.getCalendar(name);
      return found === null ? null : ({ ...found, base: null } as typeof found);
    },
  })),
  brokenCalls('JS-GET-06/of-job', 'the triggers of a job are listed with its class', (store, node) => ({
    listTriggersOfJob: async (key) => {
      const job = await store.getJob(key);
      const found = job === null ? Work : await node.context().jobClassResolver.resolve(job.jobClass);
      if (found === null) throw new SchedulerError('ERR_JOB_CLASS_NOT_FOUND', 'the class is not there');
      return store.listTriggersOfJob(key);
    },
  })),

  brokenPrimitives('JS-REM-01/by-name', 'the triggers of a job of that name elsewhere go too', (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'job') return tx.selectTriggers(selection, limit);
      const all = await tx.selectTriggers({ by: 'all' });
      return all.filter(({ trigger }) => trigger.jobKey.name === selection.jobKey.name);
    },
  })),
  brokenPrimitives('JS-REM-01/one-trigger', 'a removed job leaves all its triggers but one', (tx) => ({
    selectTriggers: (selection, limit) => tx.selectTriggers(selection, selection.by === 'job' ? 1 : limit),
  })),
  brokenPrimitives('JS-REM-01/waiting-only', 'a removed job leaves its paused triggers', (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      return selection.by === 'job' ? found.filter(({ state }) => state === 'waiting') : found;
    },
  })),
  brokenCalls('JS-REM-02/last-key', 'the last of several keys decides the answer', (store) => ({
    removeJobs: async (keys) => {
      let outcome: RemoveOutcome = 'removed';
      for (const key of keys) outcome = await store.removeJob(key);
      return outcome;
    },
    removeTriggers: async (keys) => {
      let outcome: RemoveOutcome = 'removed';
      for (const key of keys) outcome = await store.removeTrigger(key);
      return outcome;
    },
  })),
  brokenCalls('JS-REM-02/ten-at-most', 'of many keys ten are removed', (store) => ({
    removeTriggers: (keys) => store.removeTriggers(keys.slice(0, 10)),
    removeJobs: (keys) => store.removeJobs(keys.slice(0, 10)),
  })),
  brokenStore('JS-REM-03/removed-together', 'triggers removed together leave their job', () => {
    return class extends OpenPortableStore {
      override async removeTriggers(keys: readonly Trigger['key'][]): Promise<RemoveOutcome> {
        if (keys.length < 2) return super.removeTriggers(keys);
        return this.change('removeTriggers', async (tx) => {
          const found = await tx.getTriggers(keys);
          await tx.removeTriggers(keys);
          return found.length === keys.length ? 'removed' : 'absent';
        });
      }
    };
  }),
  brokenStore('JS-REM-03/completed-leaves', 'a job outlives its last trigger when a run ends it', () => {
    return class extends OpenPortableStore {
      protected override async complete(
        completions: readonly Completion[],
        now: number,
        effects: Effects,
      ): Promise<readonly CompletionOutcome[]> {
        const jobs = await this.transact(effects, (tx) =>
          tx.getJobs(completions.map(({ jobKey }) => jobKey)),
        );
        const outcomes = await super.complete(completions, now, effects);
        await this.transact(effects, (tx) => tx.putJobs(jobs.filter(({ durable }) => !durable)));
        return outcomes;
      }
    };
  }),
  brokenStore('JS-REM-03/completed-takes-all', 'a run’s end takes a job that has other triggers', () => {
    return class extends OpenPortableStore {
      protected override async complete(
        completions: readonly Completion[],
        now: number,
        effects: Effects,
      ): Promise<readonly CompletionOutcome[]> {
        const outcomes = await super.complete(completions, now, effects);
        await this.transact(effects, async (tx) => {
          for (const { jobKey, instruction } of completions) {
            const [job] = await tx.getJobs([jobKey]);
            if (instruction === 'deleteTrigger' && job?.durable === false) await tx.removeJobs([jobKey]);
          }
        });
        return outcomes;
      }
    };
  }),
  brokenPrimitives('JS-REM-04/of-durable-jobs', 'a durable job is said to be gone', (tx, { effects }) => ({
    removeTriggers: async (keys) => {
      const found = await tx.getTriggers(keys);
      await tx.removeTriggers(keys);
      for (const { trigger } of found) {
        const [job] = await tx.getJobs([trigger.jobKey]);
        if (job?.durable === true) effects.jobDeleted(job.key);
      }
    },
  })),
  brokenPrimitives(
    'JS-REM-04/each-trigger',
    'a job that is not the last’s is said to be gone',
    (tx, { effects }) => ({
      removeTriggers: async (keys) => {
        const found = await tx.getTriggers(keys);
        await tx.removeTriggers(keys);
        const jobKeys = found.map(({ trigger }) => trigger.jobKey);
        const kept = await tx.jobsWithTriggers(jobKeys);
        for (const key of kept) effects.jobDeleted(key);
      },
    }),
  ),
  brokenCalls('JS-REM-05/triggers', 'a trigger is removed only when its class is there', (store, node) => ({
    removeTrigger: async (key) => {
      const jobKey: JobKey | undefined = (await store.getTrigger(key))?.jobKey;
      const job = jobKey === undefined ? null : await store.getJob(jobKey);
      const found = job === null ? Work : await node.context().jobClassResolver.resolve(job.jobClass);
      if (found === null) throw new SchedulerError('ERR_JOB_CLASS_NOT_FOUND', 'the class is not there');
      return store.removeTrigger(key);
    },
  })),
  brokenPrimitives('JS-REM-06/keeps-executions', 'clearing leaves the executions', (tx) => ({
    clear: async () => {
      const executions = await tx.selectExecutions({ by: 'all' });
      await tx.clear();
      await tx.putExecutions(executions);
    },
  })),
  brokenPrimitives('JS-REM-06/keeps-the-mark', 'clearing leaves pause-all in force', (tx) => ({
    clear: async () => {
      const { all } = await tx.getPausedGroups();
      await tx.clear();
      await tx.putPausedGroups({ triggerGroups: [], jobGroups: [], all });
    },
  })),
  brokenPrimitives('JS-REM-06/keeps-job-groups', 'clearing leaves paused job groups', (tx) => ({
    clear: async () => {
      const { jobGroups } = await tx.getPausedGroups();
      await tx.clear();
      await tx.putPausedGroups({ triggerGroups: [], jobGroups, all: false });
    },
  })),
  brokenPrimitives('JS-REM-06/keeps-durable', 'clearing leaves durable jobs', (tx) => ({
    clear: async () => {
      const jobs = await tx.listJobs({ anything: true });
      await tx.clear();
      await tx.putJobs(jobs.filter(({ durable }) => durable));
    },
  })),
  afterwards('JS-EXE-02/job-removed', 'removing a job ends its runs', ['removeJob'], async (tx, [key]) => {
    const of = await tx.selectExecutions({ by: 'jobs', jobKeys: [key as JobKey] });
    await tx.removeExecutions(of.map(({ fireInstanceId }) => fireInstanceId));
  }),
  afterwards('JS-EXE-02/job-replaced', 'replacing a job ends its runs', ['storeJob'], async (tx, [job]) => {
    const of = await tx.selectExecutions({ by: 'jobs', jobKeys: [(job as JobDetail).key] });
    await tx.removeExecutions(of.map(({ fireInstanceId }) => fireInstanceId));
  }),
  afterwards(
    'JS-EXE-02/trigger-replaced',
    'replacing a trigger ends its run',
    ['storeTrigger'],
    async (tx, [trigger]) => {
      const of = await tx.selectExecutions({ by: 'all' });
      const ended = of.filter(({ triggerKey }) => keyText(triggerKey) === keyText((trigger as Trigger).key));
      await tx.removeExecutions(ended.map(({ fireInstanceId }) => fireInstanceId));
    },
  ),
  afterwards(
    'JS-EXE-02/by-replace-trigger',
    'replaceTrigger ends the run',
    ['replaceTrigger'],
    async (tx, [key]) => {
      const of = await tx.selectExecutions({ by: 'all' });
      const ended = of.filter(({ triggerKey }) => keyText(triggerKey) === keyText(key as Trigger['key']));
      await tx.removeExecutions(ended.map(({ fireInstanceId }) => fireInstanceId));
    },
  ),
];
