import { ANY_GROUP, defineCalendar, type JobDetail, type Trigger } from '@ametrine/core';
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
  type FireResult,
  isSchedulerError,
  JobStoreSupport,
  type JobWithTriggers,
  type StoreOptions,
} from '@ametrine/core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryJobStore } from '../../src/index.js';
import { aJob, aTrigger, recordSignals, T0 } from './makers.js';

/** The same tables, with the hot path over the storage primitives as a store gets it that overrides nothing. */
class PortableStore extends MemoryJobStore {
  readonly #portable = JobStoreSupport.prototype;
  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return this.#portable['claim'].call(this, request, effects);
  }
  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects?: Effects,
  ): Promise<readonly FireOutcome[]> {
    return this.#portable['fire'].call(this, acquired, now, effects as Effects);
  }
  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return this.#portable['complete'].call(this, completions, now, effects);
  }
  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return this.#portable['release'].call(this, acquired, effects);
  }
  protected override storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    return this.#portable['storeEntries'].call(this, entries, replace, effects);
  }
}

// Commands are plain JSON, so that a failure can be kept and run again.

const GROUPS = ['DEFAULT', 'g'] as const;
const MISFIRES = ['smart', 'ignore', 'fireNow', 'nextWithExistingCount', 'nowWithRemainingCount'] as const;
const INSTRUCTIONS: readonly CompletionInstruction[] = [
  'none',
  'deleteTrigger',
  'deleteTrigger',
  'setTriggerComplete',
  'setTriggerError',
  'setAllJobTriggersComplete',
  'setAllJobTriggersError',
];

function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

const keyParts = { group: fc.constantFrom(...GROUPS), name: fc.constantFrom('k', 'l') };
const jobParts = {
  ...keyParts,
  jobClass: rarely(fc.constantFrom('Other', 'Missing')).map((name) => name ?? 'Work'),
  nonConcurrent: fc.boolean(),
  durable: fc.boolean(),
  persists: fc.boolean(),
};
const triggerParts = {
  group: fc.constantFrom(...GROUPS),
  name: fc.constantFrom('p', 'q', 'r', 's', 't', 'u'),
  offsetMs: fc.integer({ min: -8, max: 8 }).map((n) => n * 1_000),
  everyMs: fc.constantFrom(null, 1_000, 5_000),
  misfire: fc.constantFrom(...MISFIRES),
  priority: fc.constantFrom(5, 5, 6),
  calendar: rarely(fc.constantFrom('c', 'unknown')),
};
const index = fc.nat({ max: 20 });
const matcher = fc.oneof(
  fc.constantFrom(...GROUPS).map((equals) => ({ equals })),
  fc.constant({ anything: true as const }),
);

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      job: fc.record(jobParts),
      triggers: fc.array(fc.record(triggerParts), { maxLength: 4 }),
      replace: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      aheadMs: fc.constantFrom(0, 0, 2_000),
      maxCount: fc.integer({ min: 1, max: 4 }),
      windowMs: fc.constantFrom(0, 0, 3_000),
      fireDue: fc.boolean(),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('fire' as const),
      from: index,
      count: fc.integer({ min: 1, max: 3 }),
      again: fc.boolean(),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      from: index,
      count: fc.integer({ min: 1, max: 3 }),
      instruction: fc.constantFrom(...INSTRUCTIONS),
      changes: fc.boolean(),
      again: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      from: index,
      count: fc.integer({ min: 1, max: 3 }),
      again: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 1, 1_000, 4_000, 6_000, 20_000, -3_000),
    }),
  },
  fc.record({ do: fc.constant('storeJob' as const), job: fc.record(jobParts) }),
  fc.record({
    do: fc.constant('storeTrigger' as const),
    job: fc.record(keyParts),
    trigger: fc.record(triggerParts),
    replace: fc.boolean(),
  }),
  fc.record({
    do: fc.constantFrom('removeJob' as const, 'pauseJob' as const, 'resumeJob' as const),
    job: fc.record(keyParts),
  }),
  fc.record({
    do: fc.constantFrom(
      'removeTrigger' as const,
      'pauseTrigger' as const,
      'resumeTrigger' as const,
      'resetTrigger' as const,
    ),
    group: triggerParts.group,
    name: triggerParts.name,
  }),
  fc.record({
    do: fc.constantFrom(
      'pauseTriggers' as const,
      'resumeTriggers' as const,
      'pauseJobs' as const,
      'resumeJobs' as const,
    ),
    matcher,
  }),
  fc.record({
    do: fc.constantFrom(
      'pauseAll' as const,
      'resumeAll' as const,
      'recoverMisfires' as const,
      'restart' as const,
      'clear' as const,
    ),
  }),
  fc.record({
    do: fc.constant('storeCalendar' as const),
    day: fc.constantFrom('MON' as const, 'SUN' as const),
  }),
);

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
type JobParts = Extract<Command, { do: 'storeJob' }>['job'];
type TriggerParts = Extract<Command, { do: 'storeTrigger' }>['trigger'];

function jobOf({ group, name, jobClass, nonConcurrent, durable, persists }: JobParts): JobDetail {
  const flags = { nonConcurrent, durable, persistDataAfterExecution: persists };
  return aJob(name, { key: { group, name }, job: jobClass, ...flags });
}

function triggerOf(job: JobDetail, parts: TriggerParts, now: number): Trigger {
  const { group, name, offsetMs, everyMs, misfire, priority, calendar } = parts;
  const options = {
    key: { group, name },
    at: now + offsetMs,
    misfire,
    ...(everyMs === null ? {} : { everyMs }),
    ...(calendar === null ? {} : { calendar }),
  };
  return { ...aTrigger(job, options), priority };
}

/** Runs commands on one store, and writes down everything that can be seen of it. */
class Run {
  readonly log: unknown[] = [];
  readonly #store: MemoryJobStore;
  readonly #signals = recordSignals();
  readonly #claims: AcquiredTrigger[] = [];
  readonly #runs: FiredBundle[] = [];
  /** Claims and runs that are over, most likely: what is said of them comes too late. */
  readonly #overClaims: AcquiredTrigger[] = [];
  readonly #overRuns: Pick<FiredBundle, 'fireInstanceId' | 'trigger' | 'job'>[] = [];
  #now = T0;
  #completed = 0;

  constructor(store: MemoryJobStore) {
    this.#store = store;
  }

  async all(commands: readonly Command[]): Promise<string> {
    await this.#store.initialize({
      schedulerName: 'test',
      instanceId: 'node',
      signals: this.#signals.signals,
      jobClassResolver: {
        description: 'all but one',
        resolve: (name) => (name === 'Missing' ? null : () => undefined),
      },
    });
    await this.#store.schedulerStarted({ now: this.#now, checkInIntervalMs: 1_000 });
    for (const one of commands) {
      this.log.push(
        one,
        await this.#run(one).catch(shownError),
        this.#signals.recorded.splice(0),
        await this.#seen(),
      );
    }
    await this.#store.shutdown();
    // Tokens begin with a random part.
    return JSON.stringify(this.log, null, 1).replaceAll(/node:[0-9a-f]{8}:/g, '');
  }

  async #seen(): Promise<unknown> {
    const store = this.#store;
    const triggers = await store.listTriggers({});
    return {
      jobs: await store.listJobs(ANY_GROUP),
      triggers,
      states: await Promise.all(triggers.map(({ key }) => store.getTriggerState(key))),
      upcoming: (await store.listUpcomingTriggers(100)).map(({ key }) => key),
      paused: [await store.listPausedTriggerGroups(), await store.listPausedJobGroups()],
      counts: await store.getCounts(),
    };
  }

  async #run(one: Command): Promise<unknown> {
    const store = this.#store;
    const now = this.#now;
    switch (one.do) {
      case 'store': {
        const job = jobOf(one.job);
        const triggers = one.triggers.map((parts) => triggerOf(job, parts, now));
        return store.storeJobsAndTriggers([{ job, triggers }], { replace: one.replace });
      }
      case 'storeJob':
        return store.storeJob(jobOf(one.job), { replace: true });
      case 'storeTrigger': {
        const trigger = triggerOf(aJob('any', { key: one.job }), one.trigger, now);
        return store.storeTrigger(trigger, { replace: one.replace });
      }
      case 'acquire': {
        const { acquired, fired } = await store.acquireNextTriggers({
          now,
          noLaterThan: now + one.aheadMs,
          maxCount: one.maxCount,
          timeWindowMs: one.windowMs,
          fireDue: one.fireDue,
        });
        this.#claims.push(...acquired);
        return [acquired, this.#begin(fired)];
      }
      case 'fire': {
        const claims = taken(one.again ? this.#overClaims : this.#claims, one.from, one.count);
        const results = await store.triggersFired(claims, { now });
        const refused = claims.filter((_, i) => results[i]?.kind !== 'fired');
        await store.releaseAcquiredTriggers(refused);
        this.#overClaims.push(...claims);
        return this.#begin(results);
      }
      case 'complete': {
        const runs = taken(one.again ? this.#overRuns : this.#runs, one.from, one.count);
        const completions = runs.map(({ fireInstanceId, trigger, job }): Completion => {
          this.#completed += 1;
          const changedData = one.changes ? { completed: this.#completed } : null;
          return { fireInstanceId, trigger, jobKey: job.key, instruction: one.instruction, changedData };
        });
        this.#overRuns.push(...runs);
        return store.triggeredJobsComplete(completions, { now });
      }
      case 'release': {
        const claims = taken(one.again ? this.#overClaims : this.#claims, one.from, one.count);
        await store.releaseAcquiredTriggers(claims);
        this.#overClaims.push(...claims);
        // Nobody should complete what never ran.
        for (const { fireInstanceId, trigger } of this.#claims) {
          this.#overRuns.push({ fireInstanceId, trigger, job: aJob('any', { key: trigger.jobKey }) });
        }
        return undefined;
      }
      case 'pass':
        this.#now += one.ms;
        return undefined;
      case 'removeJob':
        return store.removeJob(one.job);
      case 'pauseJob':
        return store.pauseJob(one.job);
      case 'resumeJob':
        return store.resumeJob(one.job, { now });
      case 'removeTrigger':
        return store.removeTrigger(one);
      case 'pauseTrigger':
        return store.pauseTrigger(one);
      case 'resumeTrigger':
        return store.resumeTrigger(one, { now });
      case 'resetTrigger':
        return store.resetTriggerFromErrorState(one);
      case 'pauseTriggers':
        return store.pauseTriggers(one.matcher);
      case 'resumeTriggers':
        return store.resumeTriggers(one.matcher, { now });
      case 'pauseJobs':
        return store.pauseJobs(one.matcher);
      case 'resumeJobs':
        return store.resumeJobs(one.matcher, { now });
      case 'pauseAll':
        return store.pauseAll();
      case 'resumeAll':
        return store.resumeAll({ now });
      case 'recoverMisfires':
        return store.recoverMisfires({ now, limit: 2 });
      case 'restart':
        return store.schedulerStarted({ now, checkInIntervalMs: 1_000 });
      case 'clear':
        return store.clearAllSchedulingData();
      case 'storeCalendar':
        return store.storeCalendar('c', defineCalendar({ weekly: [one.day], timeZone: 'UTC' }), {
          now,
          replace: true,
          updateTriggers: true,
        });
    }
  }

  /** Notes what fired; functions cannot be compared as text. */
  #begin(results: readonly FireResult[]): readonly unknown[] {
    return results.map((result) => {
      if (result.kind === 'jobClassNotFound') return { ...result, error: shownError(result.error) };
      if (result.kind === 'notFired') return result;
      this.#runs.push(result.bundle);
      const { jobClass, ...bundle } = result.bundle;
      return { ...bundle, jobClass: typeof jobClass };
    });
  }
}

/** Takes some of a list out, from a place that is counted round it. */
function taken<T>(list: T[], from: number, count: number): readonly T[] {
  return list.splice(from % Math.max(list.length, 1), count);
}

function shownError(error: unknown): unknown {
  if (!isSchedulerError(error)) throw error;
  return { code: error.code, message: error.message, details: error.details };
}

const options: fc.Arbitrary<StoreOptions> = fc.record({
  misfireThresholdMs: fc.constant(5_000),
  maxMisfiresPerPass: fc.constantFrom(1, 2, 20),
  onUnresolvableJobClass: fc.constantFrom('auto' as const, 'skip' as const),
});

describe('the native hot path', () => {
  it('does what the portable one does', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
        async (settings, commands) => {
          const native = await new Run(new MemoryJobStore(settings)).all(commands);
          const portable = await new Run(new PortableStore(settings)).all(commands);
          expect(native).toEqual(portable);
        },
      ),
      { numRuns: 200 },
    );
  });
});
