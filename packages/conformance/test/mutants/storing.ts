/**
 * Defects in storing.
 *
 * @module
 */
import { type JobDetail, keyText, type Trigger } from '@ametrine/core';
import { brokenCalls, brokenPrimitives, type Mutant } from './mutant.js';

/** STO. */
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
