/**
 * Subtle defects in completing.
 *
 * @module
 */
import { type JobDetail, keyText, type Trigger } from '@ametrine/core';
import { type Completion, Effects, type JobStore, type TriggerRecord } from '@ametrine/core/spi';
import { brokenCalls, brokenHotPath, type Mutant } from '../mutant.js';
import { afterwards, completesAs } from './defects.js';

type StoreOf = Pick<JobStore, 'removeTrigger' | 'pauseTrigger'>;

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
