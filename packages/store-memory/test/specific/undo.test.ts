import { ANY_GROUP, defineCalendar, type JobDetail, type Trigger } from '@ametrine/core';
import type {
  Completion,
  ExecutionRecord,
  StoredTriggerState,
  StoreTransaction,
  TriggerRecord,
  TriggerSelection,
} from '@ametrine/core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storeEntries } from '../../src/bulk-storing.js';
import { claim } from '../../src/claiming.js';
import { MemoryTransaction } from '../../src/memory-transaction.js';
import { complete } from '../../src/running.js';
import { Tables } from '../../src/tables.js';
import { aClaim, aJob, aTrigger, noEffects, T0 } from './makers.js';

/** Everything that can be seen through the primitives, in one order. */
async function dump(tables: Tables): Promise<unknown> {
  const tx = new MemoryTransaction(tables);
  const triggers = await tx.selectTriggers({ by: 'all' });
  const jobs = await tx.listJobs(ANY_GROUP);
  const text = (value: unknown): string => JSON.stringify(value);
  const sorted = (values: readonly unknown[]): readonly string[] => values.map(text).sort();
  return {
    jobs: sorted(jobs),
    triggers: sorted(triggers),
    executions: sorted(await tx.selectExecutions({ by: 'all' })),
    calendars: sorted(await tx.listCalendarNames()),
    calendar: await tx.getCalendar('c'),
    users: sorted(await tx.selectTriggers({ by: 'calendar', calendarName: 'c' })),
    paused: await tx.getPausedGroups(),
    groups: [sorted(await tx.listGroups('jobs')), sorted(await tx.listGroups('triggers'))],
    ofJobs: await Promise.all(
      jobKeys.map(async (key) => [
        sorted(await tx.selectTriggers({ by: 'job', jobKey: key })),
        await tx.jobsWithTriggers([key]),
        sorted(await tx.selectExecutions({ by: 'jobs', jobKeys: [key] })),
      ]),
    ),
    due: await tx.selectDue({
      noLaterThan: Number.MAX_SAFE_INTEGER,
      misfiredBefore: T0,
      limit: 1_000,
      after: null,
      exceptJobs: [],
    }),
    misfired: await tx.selectMisfired({ before: T0, limit: 1_000, selection: { by: 'all' }, exceptJobs: [] }),
    counts: await tx.counts(),
  };
}

const STATES: readonly StoredTriggerState[] = ['waiting', 'acquired', 'paused', 'complete', 'error'];

const jobs: readonly JobDetail[] = ['a', 'b', 'c'].flatMap((name) =>
  ['DEFAULT', 'other'].map((group, i) => aJob('j', { key: { group, name }, nonConcurrent: i === 0 })),
);
const jobKeys = jobs.map(({ key }) => key);
const someJob = fc.nat({ max: jobs.length - 1 }).map((i) => jobs[i] as JobDetail);

const someTrigger: fc.Arbitrary<Trigger> = fc
  .record({
    name: fc.constantFrom('s', 't', 'u', 'v'),
    group: fc.constantFrom('DEFAULT', 'g'),
    job: someJob,
    at: fc.integer({ min: T0 - 5, max: T0 + 5 }),
    misfire: fc.constantFrom('smart' as const, 'ignore' as const),
    calendar: fc.option(fc.constantFrom('c', 'd')),
    ended: fc.boolean(),
  })
  .map(({ name, group, job, at, misfire, calendar, ended }) => {
    const named = calendar === null ? {} : { calendar };
    const trigger = aTrigger(job, { key: { group, name }, at, misfire, ...named });
    return ended ? { ...trigger, nextFireAt: null } : trigger;
  });

const someRecord: fc.Arbitrary<TriggerRecord> = fc.record({
  trigger: someTrigger,
  state: fc.constantFrom(...STATES),
  fireInstanceId: fc.option(fc.constantFrom('x', 'y')),
});

const someExecution: fc.Arbitrary<ExecutionRecord> = fc
  .record({
    fireInstanceId: fc.constantFrom('x', 'y', 'z'),
    job: someJob,
    state: fc.constantFrom('acquired' as const, 'executing' as const),
    nonConcurrent: fc.boolean(),
  })
  .map(({ fireInstanceId, job, state, nonConcurrent }) => ({
    fireInstanceId,
    instanceId: 'node',
    state,
    triggerKey: { group: 'DEFAULT', name: 't' },
    jobKey: job.key,
    priority: 5,
    nonConcurrent,
    requestsRecovery: false,
    scheduledFireAt: T0,
    firedAt: null,
  }));

const someSelection: fc.Arbitrary<TriggerSelection> = fc.oneof(
  fc.constant<TriggerSelection>({ by: 'all' }),
  someJob.map((job): TriggerSelection => ({ by: 'job', jobKey: job.key })),
  fc.constantFrom('DEFAULT', 'g').map((group): TriggerSelection => ({ by: 'triggerGroup', group })),
  fc.constantFrom('DEFAULT', 'other').map((group): TriggerSelection => ({ by: 'jobGroup', group })),
);

const calendar = defineCalendar({ weekly: ['SUN'] });
const otherCalendar = defineCalendar({ weekly: ['SAT'] });

type Change = (tx: StoreTransaction, tables: Tables) => Promise<unknown> | undefined;

const someChange: fc.Arbitrary<Change> = fc.oneof(
  someJob.map(
    (job): Change =>
      (tx) =>
        tx.putJobs([job]),
  ),
  someJob.map(
    (job): Change =>
      (tx) =>
        tx.putJobs([{ ...job, nonConcurrent: !job.nonConcurrent }]),
  ),
  someJob.map(
    (job): Change =>
      (tx) =>
        tx.removeJobs([job.key]),
  ),
  {
    weight: 4,
    arbitrary: someRecord.map(
      (record): Change =>
        (tx) =>
          tx.putTriggers([record]),
    ),
  },
  someTrigger.map(
    ({ key }): Change =>
      (tx) =>
        tx.removeTriggers([key]),
  ),
  fc.tuple(someSelection, fc.subarray([...STATES]), fc.constantFrom(...STATES)).map(
    ([selection, from, to]): Change =>
      (tx) =>
        tx.transitionTriggers(selection, from, to),
  ),
  {
    weight: 2,
    arbitrary: someExecution.map(
      (record): Change =>
        (tx) =>
          tx.putExecutions([record]),
    ),
  },
  fc.constantFrom('x', 'y', 'z').map(
    (id): Change =>
      (tx) =>
        tx.removeExecutions([id]),
  ),
  fc.constantFrom(calendar, otherCalendar).map(
    (one): Change =>
      (tx) =>
        tx.putCalendar('c', one),
  ),
  fc.constant<Change>((tx) => tx.removeCalendar('c')),
  fc.boolean().map(
    (all): Change =>
      (tx) =>
        tx.putPausedGroups({ triggerGroups: ['g'], jobGroups: [], all }),
  ),
  { weight: 1, arbitrary: fc.constant<Change>((tx) => tx.clear()) },
  // Claims park triggers, which must not show in anything.
  fc.integer({ min: T0 - 5, max: T0 + 5 }).map(
    (now): Change =>
      (_, tables) => {
        const newFireInstanceId = (): string =>
          `${now}:${tables.counts().triggers}:${[...tables.executions()].length}`;
        const request = { misfiredBefore: now - 3, maxMisfires: 1, maxCount: 2, newFireInstanceId };
        claim(tables, aClaim(now, request), noEffects());
        return undefined;
      },
  ),
);

async function run(tables: Tables, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await change(new MemoryTransaction(tables), tables);
}

describe('a step that fails', () => {
  it('leaves no trace, whatever it did', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someChange, { maxLength: 25, size: 'max' }),
        fc.array(someChange, { maxLength: 25, size: 'max' }),
        fc.array(someChange, { maxLength: 10 }),
        async (before, failing, after) => {
          const tables = new Tables();
          await run(tables, before);
          const seen = await dump(tables);
          tables.begin();
          await run(tables, failing);
          tables.rollBack();
          expect(await dump(tables)).toEqual(seen);

          // What follows finds nothing of it either.
          const neverFailed = new Tables();
          await run(neverFailed, before);
          await run(neverFailed, after);
          await run(tables, after);
          expect(await dump(tables)).toEqual(await dump(neverFailed));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leaves no trace of a claim that fails at its second trigger', async () => {
    const tables = new Tables();
    const job = aJob('j');
    const triggers = ['a', 'b'].map((key) => aTrigger(job, { key, at: T0 }));
    const late = aTrigger(job, { key: 'late', at: T0 - 100_000 });
    storeEntries(tables, [{ job, triggers: [...triggers, late] }], false, noEffects());
    const seen = await dump(tables);
    let tokens = 0;
    const newFireInstanceId = (): string => {
      tokens += 1;
      if (tokens === 2) throw new Error('no more tokens');
      return `token-${tokens}`;
    };
    expect(() =>
      tables.atomically(() => claim(tables, aClaim(T0, { newFireInstanceId }), noEffects())),
    ).toThrow('no more tokens');
    expect(await dump(tables)).toEqual(seen);
  });

  it('leaves no trace of completions when one of them fails', async () => {
    const tables = new Tables();
    const job = aJob('j', { durable: false, nonConcurrent: true });
    storeEntries(tables, [{ job, triggers: [aTrigger(job, { key: 't', at: T0 })] }], false, noEffects());
    const [bundle] = claim(tables, aClaim(T0), noEffects()).fired;
    const seen = await dump(tables);
    if (bundle === undefined) throw new Error('nothing fired');
    const { fireInstanceId, trigger } = bundle;
    const completion: Completion = {
      fireInstanceId,
      trigger,
      jobKey: job.key,
      instruction: 'deleteTrigger',
      changedData: null,
    };
    const unreadable = Object.defineProperty({ ...completion }, 'fireInstanceId', {
      get: () => {
        throw new Error('unreadable');
      },
    });
    expect(() => tables.atomically(() => complete(tables, [completion, unreadable], noEffects()))).toThrow(
      'unreadable',
    );
    expect(await dump(tables)).toEqual(seen);
    expect(tables.job(job.key)?.isBusy).toBe(true);
  });
});
