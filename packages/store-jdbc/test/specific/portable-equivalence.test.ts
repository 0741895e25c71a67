import { ANY_GROUP, type JobDetail } from '@ametrine/core';
import {
  type AcquiredTrigger,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionInstruction,
  type CompletionOutcome,
  type Effects,
  type FiredBundle,
  type FireOutcome,
  isSchedulerError,
  JobStoreSupport,
  type JobWithTriggers,
} from '@ametrine/core/spi';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SqliteJobStore } from '../../src/sqlite.js';
import { aJob, aTrigger, endOf, RecordedSignals, T0 } from './makers.js';

const portable = JobStoreSupport.prototype;

/** The same tables, with the hot path over the storage primitives as a store gets it that overrides nothing. */
class PortableStore extends SqliteJobStore {
  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return portable['claim'].call(this, request, effects);
  }
  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return portable['fire'].call(this, acquired, now, effects);
  }
  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return portable['complete'].call(this, completions, now, effects);
  }
  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return portable['release'].call(this, acquired, effects);
  }
  protected override storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    return portable['storeEntries'].call(this, entries, replace, effects);
  }
}

const INSTRUCTIONS: readonly CompletionInstruction[] = [
  'none',
  'deleteTrigger',
  'deleteTrigger',
  'setTriggerComplete',
  'setTriggerError',
  'setAllJobTriggersError',
];

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const some = fc.record({
  from: fc.nat({ max: 9 }),
  count: fc.integer({ min: 1, max: 3 }),
  again: fc.boolean(),
});
const step = fc.oneof(
  fc.record({
    do: fc.constant('store' as const),
    job: fc.record({ name: fc.constantFrom('j', 'k'), nonConcurrent: fc.boolean(), durable: fc.boolean() }),
    triggers: fc.uniqueArray(
      fc.record({
        name,
        lateBy: fc.integer({ min: -4, max: 8 }),
        repeats: fc.boolean(),
        misfire: fc.constantFrom('smart' as const, 'ignore' as const),
      }),
      { selector: (trigger) => trigger.name, maxLength: 3 },
    ),
    replace: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('acquire' as const),
    ahead: fc.constantFrom(0, 3),
    maxCount: fc.integer({ min: 1, max: 4 }),
    window: fc.constantFrom(0, 2),
    fireDue: fc.boolean(),
  }),
  fc.record({ do: fc.constant('fire' as const), some }),
  fc.record({
    do: fc.constant('complete' as const),
    some,
    instruction: fc.constantFrom(...INSTRUCTIONS),
    changes: fc.boolean(),
  }),
  fc.record({ do: fc.constant('release' as const), some }),
  fc.record({
    do: fc.constantFrom('pause' as const, 'resume' as const, 'remove' as const, 'reset' as const),
    name,
  }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ do: fc.constantFrom('pauseAll' as const, 'resumeAll' as const, 'restart' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Takes some of a list out, or looks at them once more. */
function taken<T>(
  list: T[],
  over: T[],
  { from, count, again }: { from: number; count: number; again: boolean },
): T[] {
  const source = again ? over : list;
  const found = source.splice(from % Math.max(source.length, 1), count);
  over.push(...found);
  return found;
}

/** Takes the steps on one store, and writes down everything that can be seen of it. */
async function seenOf(store: SqliteJobStore, steps: readonly Step[]): Promise<readonly unknown[]> {
  const signals = new RecordedSignals();
  const jobClassResolver = { description: 'all classes', resolve: () => () => undefined };
  await store.initialize({ schedulerName: 'test', instanceId: 'node', signals, jobClassResolver });
  await store.schedulerStarted({ now: T0, checkInIntervalMs: 1000 });
  const claims: AcquiredTrigger[] = [];
  const overClaims: AcquiredTrigger[] = [];
  const runs: FiredBundle[] = [];
  const overRuns: FiredBundle[] = [];
  let now = T0;
  let changes = 0;

  const take = async (one: Step): Promise<unknown> => {
    switch (one.do) {
      case 'store': {
        const { name: jobName, ...flags } = one.job;
        const job: JobDetail = aJob(jobName, { ...flags, persistDataAfterExecution: true });
        const triggers = one.triggers.map(({ name: key, lateBy, repeats, misfire }) =>
          aTrigger(job, key, { at: now - lateBy * 1000, misfire, ...(repeats ? { everyMs: 2000 } : {}) }),
        );
        return store.storeJobsAndTriggers([{ job, triggers }], { replace: one.replace });
      }
      case 'acquire': {
        const { maxCount, fireDue } = one;
        const asked = {
          now,
          noLaterThan: now + one.ahead * 1000,
          maxCount,
          timeWindowMs: one.window * 1000,
          fireDue,
        };
        const { acquired, fired } = await store.acquireNextTriggers(asked);
        claims.push(...acquired);
        for (const result of fired) if (result.kind === 'fired') runs.push(result.bundle);
        return [acquired, fired];
      }
      case 'fire': {
        const chosen = taken(claims, overClaims, one.some);
        const results = await store.triggersFired(chosen, { now });
        for (const result of results) if (result.kind === 'fired') runs.push(result.bundle);
        await store.releaseAcquiredTriggers(chosen.filter((_, index) => results[index]?.kind !== 'fired'));
        return results;
      }
      case 'complete':
        return store.triggeredJobsComplete(
          taken(runs, overRuns, one.some).map((bundle) => {
            changes += 1;
            return { ...endOf(bundle, one.instruction), changedData: one.changes ? { changes } : null };
          }),
          { now },
        );
      case 'release':
        return store.releaseAcquiredTriggers(taken(claims, overClaims, one.some));
      case 'pass':
        now += one.seconds * 1000;
        return undefined;
      case 'pauseAll':
        return store.pauseAll();
      case 'resumeAll':
        return store.resumeAll({ now });
      case 'restart':
        return store.schedulerStarted({ now, checkInIntervalMs: 1000 });
    }
    const key = { group: 'DEFAULT', name: one.name };
    if (one.do === 'pause') return store.pauseTrigger(key);
    if (one.do === 'resume') return store.resumeTrigger(key, { now });
    return one.do === 'remove' ? store.removeTrigger(key) : store.resetTriggerFromErrorState(key);
  };

  const seen: unknown[] = [];
  for (const one of steps) {
    const answer = await take(one).catch((error: unknown) => {
      if (!isSchedulerError(error)) throw error;
      return error.code;
    });
    const triggers = await store.listTriggers({});
    seen.push({
      one,
      // Tokens begin with a random part, and classes are functions.
      answer: JSON.stringify(answer)?.replaceAll(/node:[0-9a-f]{8}:/g, ''),
      // Which of several triggers of a job is put in error first is left free.
      signals: signals.recorded
        .splice(0)
        .map((signal) => JSON.stringify(signal))
        .sort(),
      jobs: await store.listJobs(ANY_GROUP),
      triggers,
      states: await Promise.all(triggers.map(({ key }) => store.getTriggerState(key))),
      upcoming: (await store.listUpcomingTriggers(9)).map(({ key }) => key.name),
    });
  }
  await store.shutdown();
  return seen;
}

it('the native hot path does what the portable one does', async () => {
  const options = { path: ':memory:', misfireThresholdMs: 5000, maxMisfiresPerPass: 2 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50, size: 'max' }), async (steps) => {
      expect(await seenOf(new SqliteJobStore(options), steps)).toEqual(
        await seenOf(new PortableStore(options), steps),
      );
    }),
    { numRuns: 100 },
  );
});
