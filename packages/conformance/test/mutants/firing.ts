/**
 * Defects in firing.
 *
 * @module
 */
import { type JobDetail, keyText } from '@ametrine/core';
import type { StoreOptions } from '@ametrine/core/spi';
import { afterFire, Effects, type JobClassResolver } from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenHotPath, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

/** FIR. */
export const firingMutants: readonly Mutant[] = [
  brokenCalls('JS-FIR-01/skips-the-lost', 'a claim that is lost has no result', (store) => ({
    triggersFired: async (acquired, at) =>
      (await store.triggersFired(acquired, at)).filter(({ kind }) => kind !== 'notFired'),
  })),
  brokenCalls('JS-FIR-01/fired-first', 'what fired comes first', (store) => ({
    triggersFired: async (acquired, at) => {
      const results = await store.triggersFired(acquired, at);
      return [...results.filter((r) => r.kind === 'fired'), ...results.filter((r) => r.kind !== 'fired')];
    },
  })),
  brokenHotPath('JS-FIR-02/by-key', 'a claim fires whoever holds its trigger', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const stored = await facts.transact(new Effects(), (tx) =>
        tx.getTriggers(acquired.map(({ trigger }) => trigger.key)),
      );
      const tokens = new Map(stored.map((r) => [keyText(r.trigger.key), r.fireInstanceId]));
      const mended = acquired.map((a) => ({
        ...a,
        fireInstanceId: tokens.get(keyText(a.trigger.key)) ?? a.fireInstanceId,
      }));
      const outcomes = await sound.fire(mended, now, effects);
      return outcomes.map((outcome, n) => {
        const { fireInstanceId } = acquired[n] ?? { fireInstanceId: '' };
        return outcome.kind === 'fired'
          ? { kind: 'fired', bundle: { ...outcome.bundle, fireInstanceId } }
          : { ...outcome, fireInstanceId };
      });
    },
  })),
  brokenHotPath('JS-FIR-02/any-state', 'a claim fires whatever became of its trigger', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      await facts.transact(effects, async (tx) => {
        const tokens = new Map(acquired.map((a) => [keyText(a.trigger.key), a.fireInstanceId]));
        const stored = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
        await tx.putTriggers(
          stored.map(({ trigger }) => ({
            trigger,
            state: 'acquired',
            fireInstanceId: tokens.get(keyText(trigger.key)) ?? null,
          })),
        );
      });
      return sound.fire(acquired, now, effects);
    },
  })),
  brokenCalls('JS-FIR-03/job-as-claimed', 'the job runs as it was when it was claimed', (store) => {
    const claimed = new Map<string, JobDetail | null>();
    return {
      acquireNextTriggers: async (request) => {
        const result = await store.acquireNextTriggers(request);
        for (const { fireInstanceId, trigger } of result.acquired)
          claimed.set(fireInstanceId, await store.getJob(trigger.jobKey));
        return result;
      },
      triggersFired: async (acquired, at) =>
        (await store.triggersFired(acquired, at)).map((result) => {
          if (result.kind !== 'fired') return result;
          const job = claimed.get(result.bundle.fireInstanceId) ?? result.bundle.job;
          return { kind: 'fired', bundle: { ...result.bundle, job } };
        }),
    };
  }),
  brokenHotPath('JS-FIR-03/scheduled-now', 'a late fire is said to be on time', (sound) => ({
    fire: async (acquired, now, effects) =>
      (await sound.fire(acquired, now, effects)).map((outcome) =>
        outcome.kind === 'fired'
          ? { kind: 'fired', bundle: { ...outcome.bundle, scheduledFireAt: now } }
          : outcome,
      ),
  })),
  brokenHotPath('JS-FIR-03/wall-clock', 'a fire is stamped by the store’s own clock', (sound) => ({
    fire: (acquired, _now, effects) => sound.fire(acquired, Date.now(), effects),
  })),
  brokenHotPath('JS-FIR-03/no-previous', 'the fire before is not told', (sound) => ({
    fire: async (acquired, now, effects) =>
      (await sound.fire(acquired, now, effects)).map((outcome) =>
        outcome.kind === 'fired'
          ? { kind: 'fired', bundle: { ...outcome.bundle, previousFireAt: null } }
          : outcome,
      ),
  })),
  brokenPrimitives('JS-FIR-04/fires-anyway', 'a missing calendar is taken for none', (tx) => ({
    getTriggers: async (keys) => {
      const records = [];
      for (const record of await tx.getTriggers(keys)) {
        const { calendarName } = record.trigger;
        const missing = calendarName !== null && (await tx.getCalendar(calendarName)) === null;
        records.push(missing ? { ...record, trigger: { ...record.trigger, calendarName: null } } : record);
      }
      return records;
    },
  })),
  brokenHotPath(
    'JS-FIR-04/stuck',
    'a claim that a missing calendar refused cannot be given back',
    (sound, facts) => ({
      fire: async (acquired, now, effects) => {
        const outcomes = await sound.fire(acquired, now, effects);
        const refused = outcomes.flatMap((outcome) =>
          outcome.kind === 'notFired' && outcome.reason === 'calendarMissing' ? [outcome.fireInstanceId] : [],
        );
        await facts.transact(effects, (tx) => tx.removeExecutions(refused));
        return outcomes;
      },
    }),
  ),
  brokenHotPath('JS-FIR-05/skips-to-now', 'after a fire overdue times are passed over', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const outcomes = await sound.fire(acquired, now, effects);
      await facts.transact(effects, async (tx) => {
        for (const record of await tx.getTriggers(acquired.map(({ trigger }) => trigger.key))) {
          let { trigger } = record;
          const { previousFireAt, timesTriggered } = trigger;
          while (trigger.nextFireAt !== null && trigger.nextFireAt <= now) trigger = afterFire(trigger, null);
          await tx.putTriggers([{ ...record, trigger: { ...trigger, previousFireAt, timesTriggered } }]);
        }
      });
      return outcomes;
    },
  })),
  brokenHotPath('JS-FIR-05/not-counted', 'fires are not counted', (sound, facts) => ({
    fire: async (acquired, now, effects) => {
      const outcomes = await sound.fire(acquired, now, effects);
      await facts.transact(effects, async (tx) => {
        const records = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
        await tx.putTriggers(records.map((r) => ({ ...r, trigger: { ...r.trigger, timesTriggered: 0 } })));
      });
      return outcomes;
    },
  })),
  brokenHotPath('JS-FIR-05/any-time', 'the next fire does not ask the calendar', (sound) => ({
    fire: async (acquired, now, effects) =>
      (await sound.fire(acquired, now, effects)).map((outcome) => {
        if (outcome.kind !== 'fired') return outcome;
        const { trigger, scheduledFireAt } = outcome.bundle;
        const moved = afterFire({ ...trigger, nextFireAt: scheduledFireAt }, null);
        return {
          kind: 'fired',
          bundle: { ...outcome.bundle, trigger: { ...moved, timesTriggered: trigger.timesTriggered } },
        };
      }),
  })),
  brokenPrimitives('JS-FIR-06/not-looked-at', 'a fire does not look for other runs of its job', (tx) => ({
    selectExecutions: async (selection) => (selection.by === 'jobs' ? [] : tx.selectExecutions(selection)),
  })),
  brokenPrimitives(
    'JS-FIR-06/own-runs-only',
    'a fire looks for runs on its own node only',
    (tx, { instanceId }) => ({
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        return selection.by === 'jobs' ? found.filter((e) => e.instanceId === instanceId) : found;
      },
    }),
  ),
  brokenCalls('JS-FIR-07/fails-the-batch', 'one missing class fails the whole batch', (store) => ({
    triggersFired: async (acquired, at) => {
      const results = await store.triggersFired(acquired, at);
      for (const result of results) if (result.kind === 'jobClassNotFound') throw result.error;
      return results;
    },
  })),
  brokenStore('JS-FIR-07/error-for-all', 'a class that one node lacks is an error for all', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        super(backend, { ...options, onUnresolvableJobClass: 'error' }, hook);
      }
    };
  }),
  brokenStore('JS-FIR-07/first-answer', 'the first answer of a resolver is kept', () => {
    return class extends OpenPortableStore {
      readonly #answers = new Map<string, ReturnType<JobClassResolver['resolve']>>();

      protected override getJobClassResolver(): JobClassResolver {
        const sound = super.getJobClassResolver();
        return {
          description: sound.description,
          resolve: (name) => {
            const answer = this.#answers.get(name) ?? sound.resolve(name);
            this.#answers.set(name, answer);
            return answer;
          },
        };
      }
    };
  }),
  brokenCalls('JS-FIR-08/writes-back', 'the run’s copy of the trigger is stored', (store) => ({
    triggeredJobsComplete: async (completions, at) => {
      for (const { trigger } of completions) {
        const stored = await store.getTrigger(trigger.key);
        if (stored !== null) await store.storeTrigger({ ...stored, data: trigger.data }, { replace: true });
      }
      return store.triggeredJobsComplete(completions, at);
    },
  })),
];
