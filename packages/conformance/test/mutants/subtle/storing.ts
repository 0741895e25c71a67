/**
 * Subtle defects in storing and removing.
 *
 * @module
 */
import { type JobDetail, keyText, SchedulerError, type Trigger } from '@ametrine/core';
import type { JobStore } from '@ametrine/core/spi';
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';
import { afterwards, storesTriggersAs } from './defects.js';

type Storing = Parameters<JobStore['storeTrigger']>;

const isConflict = (error: unknown): boolean =>
  error instanceof SchedulerError && error.code === 'ERR_ALREADY_EXISTS';

const KEEPER: Omit<JobDetail, 'key'> = {
  jobClass: 'Work',
  description: null,
  durable: true,
  requestsRecovery: false,
  nonConcurrent: false,
  persistDataAfterExecution: false,
  data: {},
};

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
