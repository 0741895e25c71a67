/**
 * Defects in completing.
 *
 * @module
 */
import { type JobDetail, keyText, SchedulerError } from '@ametrine/core';
import { Effects } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, brokenPrimitives, type Mutant } from './mutant.js';

/** CMP. */
export const completingMutants: readonly Mutant[] = [
  brokenCalls('JS-CMP-01/drops-the-stale', 'a stale completion has no outcome', (store) => ({
    triggeredJobsComplete: async (completions, at) =>
      (await store.triggeredJobsComplete(completions, at)).filter((outcome) => outcome !== 'stale'),
  })),
  brokenCalls('JS-CMP-01/stale-last', 'stale outcomes come last', (store) => ({
    triggeredJobsComplete: async (completions, at) =>
      [...(await store.triggeredJobsComplete(completions, at))].sort(),
  })),
  brokenPrimitives('JS-CMP-01/keeps-it', 'the execution stays', () => ({ removeExecutions: async () => {} })),
  brokenCalls('JS-CMP-10/sweeps', 'the end of a run takes the triggers that it left waiting', (store) => ({
    triggeredJobsComplete: async (completions, at) => {
      const outcomes = await store.triggeredJobsComplete(completions, at);
      for (const { instruction, jobKey } of completions) {
        if (instruction === 'deleteTrigger') {
          const left = await store.listTriggersOfJob(jobKey);
          await store.removeTriggers(left.filter((t) => t.timesTriggered === 0).map((t) => t.key));
        }
      }
      return outcomes;
    },
  })),
  brokenHotPath('JS-CMP-02/by-key', 'a completion ends whatever run its trigger has', (sound, facts) => ({
    complete: async (completions, now, effects) => {
      const all = await facts.transact(new Effects(), (tx) => tx.selectExecutions({ by: 'all' }));
      const running = (trigger: { key: JobDetail['key'] }): string | undefined =>
        all.find((e) => e.state === 'executing' && keyText(e.triggerKey) === keyText(trigger.key))
          ?.fireInstanceId;
      const mended = completions.map((c) => ({
        ...c,
        fireInstanceId: running(c.trigger) ?? c.fireInstanceId,
      }));
      return sound.complete(mended, now, effects);
    },
  })),
  brokenHotPath('JS-CMP-02/writes-first', 'a stale completion has written its data', (sound, facts) => ({
    complete: async (completions, now, effects) => {
      await facts.transact(effects, async (tx) => {
        for (const { jobKey, changedData } of completions) {
          const [job] = await tx.getJobs([jobKey]);
          if (job?.persistDataAfterExecution === true && changedData !== null)
            await tx.putJobs([{ ...job, data: changedData }]);
        }
      });
      return sound.complete(completions, now, effects);
    },
  })),
  brokenHotPath(
    'JS-CMP-03/deletes-the-rescheduled',
    'a trigger that its run rescheduled is deleted',
    (sound) => ({
      complete: (completions, now, effects) =>
        sound.complete(
          completions.map((c) => ({ ...c, trigger: { ...c.trigger, nextFireAt: now } })),
          now,
          effects,
        ),
    }),
  ),
  brokenHotPath('JS-CMP-03/keeps', 'a trigger that is to be deleted stays', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) => (c.instruction === 'deleteTrigger' ? { ...c, instruction: 'none' } : c)),
        now,
        effects,
      ),
  })),
  brokenHotPath('JS-CMP-04/error-as-complete', 'a trigger set in error is complete', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) =>
          c.instruction === 'setTriggerError' ? { ...c, instruction: 'setTriggerComplete' } : c,
        ),
        now,
        effects,
      ),
  })),
  brokenHotPath('JS-CMP-04/goes-on', 'a trigger set complete waits for its next fire', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) => (c.instruction === 'setTriggerComplete' ? { ...c, instruction: 'none' } : c)),
        now,
        effects,
      ),
  })),
  brokenHotPath('JS-CMP-05/own-only', 'of all triggers of the job one is set', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) => {
          if (c.instruction === 'setAllJobTriggersError') return { ...c, instruction: 'setTriggerError' };
          if (c.instruction === 'setAllJobTriggersComplete')
            return { ...c, instruction: 'setTriggerComplete' };
          return c;
        }),
        now,
        effects,
      ),
  })),
  brokenPrimitives('JS-CMP-05/by-name', 'triggers of jobs of that name in any group are set', (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'job') return tx.selectTriggers(selection, limit);
      const all = await tx.selectTriggers({ by: 'all' });
      return all.filter(({ trigger }) => trigger.jobKey.name === selection.jobKey.name);
    },
  })),
  brokenPrimitives('JS-CMP-06/never-complete', 'a trigger whose last run ended waits', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) =>
          r.state === 'complete' && r.trigger.nextFireAt === null ? { ...r, state: 'waiting' } : r,
        ),
      ),
  })),
  brokenHotPath('JS-CMP-06/deletes', 'a run that asks for nothing deletes its trigger', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) => (c.instruction === 'none' ? { ...c, instruction: 'deleteTrigger' } : c)),
        now,
        effects,
      ),
  })),
  brokenHotPath(
    'JS-CMP-07/always',
    'data are written though the job does not persist them',
    (sound, facts) => ({
      complete: async (completions, now, effects) => {
        const outcomes = await sound.complete(completions, now, effects);
        await facts.transact(effects, async (tx) => {
          for (const { jobKey, changedData } of completions) {
            const [job] = await tx.getJobs([jobKey]);
            if (job !== undefined && changedData !== null) await tx.putJobs([{ ...job, data: changedData }]);
          }
        });
        return outcomes;
      },
    }),
  ),
  brokenHotPath('JS-CMP-07/never', 'data are not written', (sound) => ({
    complete: (completions, now, effects) =>
      sound.complete(
        completions.map((c) => ({ ...c, changedData: null })),
        now,
        effects,
      ),
  })),
  brokenCalls('JS-CMP-07/whole-job', 'with its data the job is written as it was at the fire', (store) => {
    const fired = new Map<string, JobDetail>();
    return {
      triggersFired: async (acquired, at) => {
        const results = await store.triggersFired(acquired, at);
        for (const r of results) if (r.kind === 'fired') fired.set(r.bundle.fireInstanceId, r.bundle.job);
        return results;
      },
      triggeredJobsComplete: async (completions, at) => {
        for (const { fireInstanceId, changedData } of completions) {
          const job = fired.get(fireInstanceId);
          if (changedData !== null && job !== undefined) await store.storeJob(job, { replace: true });
        }
        return store.triggeredJobsComplete(completions, at);
      },
    };
  }),
  brokenPrimitives('JS-CMP-08/silent', 'the end of a run wakes nobody', (tx, { effects }) => ({
    removeExecutions: async (ids) => {
      effects.schedulingChanged = () => {};
      await tx.removeExecutions(ids);
    },
  })),
  brokenPrimitives('JS-CMP-08/stays-blocked', 'the end of a run leaves its siblings blocked', (tx) => ({
    removeExecutions: async (ids) => {
      const ended = await tx.selectExecutions({ by: 'ids', fireInstanceIds: ids });
      await tx.removeExecutions(ended.filter((e) => !e.nonConcurrent).map((e) => e.fireInstanceId));
    },
  })),
  brokenCalls('JS-CMP-09/job-must-be-there', 'the end of a run whose job is gone is an error', (store) => ({
    triggeredJobsComplete: async (completions, at) => {
      for (const { jobKey } of completions) {
        if ((await store.getJob(jobKey)) === null) throw new SchedulerError('ERR_JOB_NOT_FOUND', 'gone');
      }
      return store.triggeredJobsComplete(completions, at);
    },
  })),
  brokenCalls(
    'JS-CMP-09/trigger-must-be-there',
    'the end of a run whose trigger is gone is an error',
    (store) => ({
      triggeredJobsComplete: async (completions, at) => {
        for (const { trigger } of completions) {
          if ((await store.getTrigger(trigger.key)) === null)
            throw new SchedulerError('ERR_TRIGGER_NOT_FOUND', 'gone');
        }
        return store.triggeredJobsComplete(completions, at);
      },
    }),
  ),
];
