/**
 * Subtle defects in storing, reading and removing.
 *
 * @module
 */
import { type JobDetail, type JobKey, keyText, SchedulerError, type Trigger } from '@ametrine/core';
import type { Completion, CompletionOutcome, Effects, JobStore, RemoveOutcome } from '@ametrine/core/spi';
import { OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';
import { afterwards, confusesKeys, readsTriggersAs, storesTriggersAs } from './subtle.js';

type Storing = Parameters<JobStore['storeTrigger']>;
const isConflict = (error: unknown): boolean =>
  error instanceof SchedulerError && error.code === 'ERR_ALREADY_EXISTS';

/** STO. */
export const subtleStoringMutants: readonly Mutant[] = [
  brokenCalls('JS-STO-01/idempotent', 'a job that is there already is passed over in silence', (store) => ({
    storeJob: (job, options) =>
      store.storeJob(job, options).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      }),
  })),
  brokenCalls('JS-STO-01/same-class', 'a job is overwritten unasked by one of its class', (store) => ({
    storeJob: async (job, options) => {
      const same = (await store.getJob(job.key))?.jobClass === job.jobClass;
      await store.storeJob(job, same ? { replace: true } : options);
    },
  })),
  jobsReplacedAs(
    'JS-STO-02/merges-data',
    'the data of a replaced job stay beside the new ones',
    (job, old) => ({
      ...job,
      data: { ...old.data, ...job.data },
    }),
  ),
  jobsReplacedAs(
    'JS-STO-02/keeps-flags',
    'a replaced job keeps the flags that the new one lacks',
    (job, old) => ({
      ...job,
      requestsRecovery: job.requestsRecovery || old.requestsRecovery,
      persistDataAfterExecution: job.persistDataAfterExecution || old.persistDataAfterExecution,
    }),
  ),
  jobsReplacedAs(
    'JS-STO-02/keeps-description',
    'a description stays when the new job has none',
    (job, old) => ({
      ...job,
      description: job.description ?? old.description,
    }),
  ),
  jobsReplacedAs('JS-STO-02/keeps-durability', 'a job that was durable stays durable', (job, old) => ({
    ...job,
    durable: job.durable || old.durable,
  })),
  jobsReplacedAs('JS-STO-02/keeps-class', 'a replaced job keeps its class', (job, old) => ({
    ...job,
    jobClass: old.jobClass,
  })),
  brokenPrimitives('JS-STO-02/releases-claims', 'a replaced job’s claimed triggers wait again', (tx) => ({
    putJobs: async (jobs) => {
      await tx.putJobs(jobs);
      for (const { key } of jobs)
        await tx.transitionTriggers({ by: 'job', jobKey: key }, ['acquired'], 'waiting');
    },
  })),
  brokenPrimitives('JS-STO-02/resets-errors', 'a replaced job’s triggers in error wait again', (tx) => ({
    putJobs: async (jobs) => {
      await tx.putJobs(jobs);
      for (const { key } of jobs)
        await tx.transitionTriggers({ by: 'job', jobKey: key }, ['error', 'complete'], 'waiting');
    },
  })),
  brokenCalls(
    'JS-STO-03/idempotent',
    'a trigger that is there already is passed over in silence',
    (store) => ({
      storeTrigger: (trigger, options) =>
        store.storeTrigger(trigger, options).catch((error: unknown) => {
          if (!isConflict(error)) throw error;
        }),
    }),
  ),
  brokenCalls('JS-STO-03/same-job', 'a trigger is overwritten unasked by one of its job', (store) => ({
    storeTrigger: async (trigger, options) => {
      const old = await store.getTrigger(trigger.key);
      const same = old !== null && keyText(old.jobKey) === keyText(trigger.jobKey);
      await store.storeTrigger(trigger, same ? { replace: true } : options);
    },
  })),
  storesTriggersAs(
    'JS-STO-04/spent-and-paused',
    'without a next fire it is born paused in a paused group',
    (record, old) =>
      record.state === 'complete' && old === undefined ? { ...record, state: 'paused' } : record,
  ),
  bornAs('JS-STO-04/bulk', 'a bulk is born waiting, whatever is paused', ['storeJobsAndTriggers']),
  bornAs('JS-STO-04/both', 'a trigger stored with its job is born waiting', ['storeJobAndTrigger']),
  bornAs('JS-STO-04/replaced', 'a replaced trigger is born waiting', ['replaceTrigger']),
  brokenPrimitives(
    'JS-STO-04/prefix',
    'a trigger is born paused when a group of like name is paused',
    (tx) => ({
      getPausedGroups: async () => {
        const paused = await tx.getPausedGroups();
        const groups = (await tx.listGroups('triggers')).filter((group) =>
          paused.triggerGroups.some((name) => group.startsWith(name)),
        );
        return { ...paused, triggerGroups: [...new Set([...paused.triggerGroups, ...groups])] };
      },
    }),
  ),
  brokenCalls('JS-STO-05/keeps-pause', 'a paused trigger stays paused when it is replaced', (store) => ({
    storeTrigger: async (...[trigger, options]: Storing) => {
      const paused = (await store.getTriggerState(trigger.key)) === 'paused';
      await store.storeTrigger(trigger, options);
      if (paused) await store.pauseTrigger(trigger.key);
    },
  })),
  brokenCalls('JS-STO-05/replace-keeps-pause', 'replaceTrigger keeps a pause', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const paused = (await store.getTriggerState(key)) === 'paused';
      const outcome = await store.replaceTrigger(key, trigger);
      if (paused && outcome === 'replaced') await store.pauseTrigger(trigger.key);
      return outcome;
    },
  })),
  storedNew('JS-STO-05/keeps-count', 'a replacement goes on counting', (trigger, old) => ({
    ...trigger,
    timesTriggered: old.timesTriggered,
  })),
  storedNew('JS-STO-05/keeps-data', 'a replacement without data keeps the old ones', (trigger, old) =>
    Object.keys(trigger.data).length === 0 ? { ...trigger, data: old.data } : trigger,
  ),
  storedNew('JS-STO-05/always-the-old-past', 'the past of a replacement is not believed', (trigger, old) => ({
    ...trigger,
    previousFireAt: old.previousFireAt,
  })),
  storedNew('JS-STO-05/keeps-end', 'a replacement without an end keeps the old one', (trigger, old) => ({
    ...trigger,
    endAt: trigger.endAt ?? old.endAt,
  })),
  storedNew(
    'JS-STO-05/keeps-calendar',
    'a replacement without a calendar keeps the old one',
    (trigger, old) => ({
      ...trigger,
      calendarName: trigger.calendarName ?? old.calendarName,
    }),
  ),
  storedNew('JS-STO-05/keeps-priority', 'a replacement keeps the old priority', (trigger, old) => ({
    ...trigger,
    priority: old.priority,
  })),
  forgetsPast('JS-STO-05/bulk-forgets', 'storeJobsAndTriggers'),
  forgetsPast('JS-STO-05/replace-forgets', 'replaceTrigger'),
  brokenCalls('JS-STO-06/keeps-the-job', 'the job stays when its trigger is refused', (store) => ({
    storeJobAndTrigger: (job, trigger) =>
      store.storeJobAndTrigger(job, trigger).catch(async (error: unknown) => {
        if ((await store.getJob(job.key)) === null) await store.storeJob(job);
        throw error;
      }),
  })),
  brokenCalls('JS-STO-06/adds-to-the-job', 'a job that is there gets one more trigger', (store) => ({
    storeJobAndTrigger: async (job, trigger) => {
      const there = (await store.getJob(job.key)) !== null && (await store.getTrigger(trigger.key)) === null;
      if (there) await store.storeTrigger(trigger);
      else await store.storeJobAndTrigger(job, trigger);
    },
  })),
  brokenCalls('JS-STO-07/chunks', 'a big bulk is stored in parts', (store) => ({
    storeJobsAndTriggers: async (entries, options) => {
      for (const { job, triggers } of entries) {
        if (triggers.length < 2) continue;
        await store.storeJobsAndTriggers([{ job, triggers: triggers.slice(0, 1) }], { replace: true });
      }
      await store.storeJobsAndTriggers(entries, options);
    },
  })),
  brokenCalls('JS-STO-07/jobs-always', 'jobs of a bulk are overwritten unasked', (store) => ({
    storeJobsAndTriggers: async (entries, options) => {
      const triggers = entries.flatMap((entry) => entry.triggers);
      const taken = await Promise.all(triggers.map(({ key }) => store.getTrigger(key)));
      const free = taken.every((found) => found === null);
      await store.storeJobsAndTriggers(entries, free ? { replace: true } : options);
    },
  })),
  brokenCalls('JS-STO-07/jobs-never', 'jobs of a bulk that replaces are left as they were', (store) => ({
    storeJobsAndTriggers: async (entries, options) => {
      const known = await Promise.all(
        entries.map(async ({ job, triggers }) => ({
          job: options?.replace === true ? ((await store.getJob(job.key)) ?? job) : job,
          triggers,
        })),
      );
      await store.storeJobsAndTriggers(known, options);
    },
  })),
  brokenCalls('JS-STO-07/job-twice', 'of two jobs with one key the last is stored', (store) => ({
    storeJobsAndTriggers: async (entries, options) => {
      const byJob = new Map<string, (typeof entries)[number]>();
      for (const entry of entries) {
        const triggers = [...(byJob.get(keyText(entry.job.key))?.triggers ?? []), ...entry.triggers];
        byJob.set(keyText(entry.job.key), { job: entry.job, triggers });
      }
      await store.storeJobsAndTriggers([...byJob.values()], options);
    },
  })),
  brokenCalls(
    'JS-STO-08/leaves-the-old-key',
    'a replacement under another key leaves the old trigger',
    (store) => ({
      replaceTrigger: async (key, trigger) => {
        const old = await store.getTrigger(key);
        const outcome = await store.replaceTrigger(key, trigger);
        const renamed = outcome === 'replaced' && keyText(key) !== keyText(trigger.key);
        if (renamed && old !== null) await store.storeTrigger(old);
        return outcome;
      },
    }),
  ),
  brokenCalls('JS-STO-08/over-another', 'a replacement overwrites whatever has its new key', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const other = keyText(key) !== keyText(trigger.key) && (await store.getTrigger(trigger.key)) !== null;
      if (other) await store.removeTrigger(trigger.key);
      return store.replaceTrigger(key, trigger);
    },
  })),
  brokenCalls('JS-STO-08/absent-is-error', 'replacing an absent trigger is an error', (store) => ({
    replaceTrigger: async (key, trigger) => {
      if ((await store.getTrigger(key)) === null) throw new SchedulerError('ERR_TRIGGER_NOT_FOUND', 'absent');
      return store.replaceTrigger(key, trigger);
    },
  })),
  brokenCalls('JS-STO-08/mismatch-removes', 'a refused replacement has removed the trigger', (store) => ({
    replaceTrigger: async (key, trigger) => {
      const old = await store.getTrigger(key);
      if (old !== null && keyText(old.jobKey) !== keyText(trigger.jobKey)) {
        await store.storeJob({ ...KEEPER, key: old.jobKey, durable: true }, { replace: true });
        const answer = store.replaceTrigger(key, trigger);
        await answer.catch(() => store.removeTrigger(key));
        return answer;
      }
      return store.replaceTrigger(key, trigger);
    },
  })),
  brokenCalls('JS-STO-09/longest-name', 'a name of the longest length is refused', (store) => ({
    storeJob: async (job, options) => {
      if (job.key.name.length === 200) throw new SchedulerError('ERR_INVALID_ARGUMENT', 'too long');
      await store.storeJob(job, options);
    },
  })),
  brokenCalls('JS-STO-09/cuts-groups', 'a group beyond the limit is cut', (store) => ({
    storeTrigger: (trigger, options) =>
      store.storeTrigger(
        { ...trigger, key: { ...trigger.key, group: trigger.key.group.slice(0, 200) } },
        options,
      ),
  })),
  brokenCalls('JS-STO-09/cuts-calendars', 'the name of a calendar beyond the limit is cut', (store) => ({
    storeCalendar: (name, calendar, options) => store.storeCalendar(name.slice(0, 200), calendar, options),
  })),
  brokenCalls('JS-STO-09/big-trigger-data', 'only the data of jobs are measured', (store) => ({
    storeTrigger: (trigger, options) =>
      store
        .storeTrigger(trigger, options)
        .catch((error: unknown) =>
          JSON.stringify(trigger.data).length > 1_000_000
            ? store.storeTrigger({ ...trigger, data: {} }, options)
            : Promise.reject(error),
        ),
  })),
];

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

class Work {
  execute(): void {}
}

const KEEPER: Omit<JobDetail, 'key'> = {
  jobClass: 'Work',
  description: null,
  durable: true,
  requestsRecovery: false,
  nonConcurrent: false,
  persistDataAfterExecution: false,
  data: {},
};

/** A job that replaces another is stored other than it is. */
function jobsReplacedAs(
  id: string,
  what: string,
  change: (job: JobDetail, old: JobDetail) => JobDetail,
): Mutant {
  return brokenCalls(id, what, (store) => ({
    storeJob: async (job, options) => {
      const old = options?.replace === true ? await store.getJob(job.key) : null;
      await store.storeJob(old === null ? job : change(job, old), options);
    },
  }));
}

/** A trigger that replaces another by `storeTrigger` or `replaceTrigger` is stored other than it is. */
function storedNew(id: string, what: string, change: (trigger: Trigger, old: Trigger) => Trigger): Mutant {
  return brokenCalls(id, what, (store) => ({
    storeTrigger: async (trigger, options) => {
      const old = options?.replace === true ? await store.getTrigger(trigger.key) : null;
      await store.storeTrigger(old === null ? trigger : change(trigger, old), options);
    },
    replaceTrigger: async (key, trigger) => {
      const old = await store.getTrigger(key);
      return store.replaceTrigger(key, old === null ? trigger : change(trigger, old));
    },
  }));
}

/** What these calls store waits, whatever is paused. */
function bornAs(id: string, what: string, calls: readonly (keyof JobStore)[]): Mutant {
  return afterwards(id, what, calls, async (tx, args) => {
    const keys = JSON.stringify(args);
    const all = await tx.selectTriggers({ by: 'state', state: 'paused' });
    const named = all.filter(({ trigger }) => keys.includes(JSON.stringify(trigger.key.name)));
    await tx.putTriggers(named.map((r) => ({ ...r, state: 'waiting' })));
  });
}

/** Replacements by one call forget the last fire. */
function forgetsPast(id: string, call: 'storeJobsAndTriggers' | 'replaceTrigger'): Mutant {
  return afterwards(id, `a replacement by ${call} forgets the last fire`, [call], async (tx, args) => {
    const keys = JSON.stringify(args);
    const all = await tx.selectTriggers({ by: 'all' });
    const named = all.filter(({ trigger }) => keys.includes(JSON.stringify(trigger.key.name)));
    await tx.putTriggers(named.map((r) => ({ ...r, trigger: { ...r.trigger, previousFireAt: null } })));
  });
}
