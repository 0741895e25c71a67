import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';
import { MemoryJobStore } from '@ametrine/store-memory';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type JobExecutionContext,
  JobExecutionError,
  type JobFunction,
  type RetryPolicy,
  silentLogger,
} from '../index.js';
import type { JobStore } from '../spi/index.js';
import { createManualScheduler, type ManualScheduler } from '../testing/index.js';
import { checkRetryPolicy, retryDelayMs } from './retry-policy.js';

const FIXED: RetryPolicy = { attempts: 3, backoff: 'fixed', delay: '10s', jitter: 0 };

describe('a retry policy', () => {
  let scheduler: ManualScheduler;
  afterEach(async () => {
    await scheduler.shutdown();
  });

  const make = (
    jobs: Record<string, JobFunction>,
    retries: Record<string, RetryPolicy> = {},
    store: JobStore = new MemoryJobStore(),
  ): ManualScheduler => {
    scheduler = createManualScheduler({ store, jobs, retries, logger: silentLogger });
    return scheduler;
  };
  /** A job that fails until its attempt of that number, and the moments (s) of its attempts. */
  const failing = (until: number, error: () => Error = () => new Error('no')) => {
    const seen: string[] = [];
    const job = ({ scheduler: own, attempt, retries, data }: JobExecutionContext): void => {
      const at = ((own as ManualScheduler).clock.now() - Date.UTC(2026, 0, 1)) / 1000;
      seen.push(`${attempt}@${at} ${retries?.triggerKey.name ?? '-'} ${JSON.stringify(data)}`);
      if (attempt < until) throw error();
    };
    return { seen, job };
  };

  test('tries again at fixed pauses until it succeeds; the schedule goes on beside it', async () => {
    const { seen, job } = failing(3);
    make({ job }, { job: FIXED });
    await scheduler.schedule({ job: 'job', data: { a: 1 } }, { every: '1h', key: 't', data: { b: 2 } });
    await scheduler.advance('59m');
    expect(seen).toEqual(['1@0 - {"a":1,"b":2}', '2@10 t {"a":1,"b":2}', '3@20 t {"a":1,"b":2}']);
    expect((await scheduler.listTriggers()).map(({ key }) => key.name)).toEqual(['t']);
    expect(scheduler.metadata()).toMatchObject({ runs: 3, failures: 2 });
  });

  test('gives up after its attempts, and keeps the job of a one-shot for so long', async () => {
    const { seen, job } = failing(9);
    const told: string[] = [];
    make({ job }, { job: FIXED });
    scheduler.addSchedulerListener({
      jobToBeRetried: ({ attempt }, error, { key }) =>
        void told.push(`${attempt} ${error.message} ${key.group}`),
    });
    await scheduler.schedule(
      { job: 'job', key: 'once' },
      { at: scheduler.clock.now(), key: { name: 't', group: 'g' } },
    );
    await scheduler.advance('10s');
    expect(await scheduler.getJob('once')).not.toBeNull();
    await scheduler.advance('1h');
    expect(seen.map((line) => line.split(' ')[0])).toEqual(['1@0', '2@10', '3@20']);
    expect(told).toEqual(['1 no g', '2 no g']);
    expect(await scheduler.getJob('once')).toBeNull();
  });

  test('of the class counts too, unless the scheduler has another', async () => {
    const { seen, job } = failing(9);
    const withPolicy = Object.assign((context: JobExecutionContext) => job(context), {
      retry: { ...FIXED, attempts: 2 },
    });
    make({ withPolicy });
    await scheduler.schedule({ job: 'withPolicy' }, { at: scheduler.clock.now() });
    await scheduler.advance('1h');
    expect(seen).toHaveLength(2);
    await scheduler.shutdown();
    seen.length = 0;
    make({ withPolicy }, { withPolicy: { ...FIXED, attempts: 1 } });
    await scheduler.schedule({ job: 'withPolicy' }, { at: scheduler.clock.now() });
    await scheduler.advance('1h');
    expect(seen).toHaveLength(1);
  });

  test.each<[string, () => Error, Partial<RetryPolicy>, number]>([
    ['a failure that is not worth it', () => new Error('no'), { retryIf: () => false }, 1],
    [
      'a failure of the question itself',
      () => new Error('no'),
      {
        retryIf: () => {
          throw new Error('broken');
        },
      },
      1,
    ],
    ['a failure that is worth it', () => new Error('no'), { retryIf: ({ message }) => message === 'no' }, 3],
    [
      'a failure that says what is to happen',
      () => new JobExecutionError('no', { action: 'unscheduleTrigger' }),
      {},
      1,
    ],
    ['a failure that says nothing', () => new JobExecutionError('no'), {}, 3],
  ])('and %s', async (_, error, policy, attempts) => {
    const { seen, job } = failing(9, error);
    make({ job }, { job: { ...FIXED, ...policy } });
    await scheduler.schedule({ job: 'job' }, { at: scheduler.clock.now() });
    await scheduler.advance('1h');
    expect(seen).toHaveLength(attempts);
  });

  test('holds with its group while that is paused', async () => {
    const { seen, job } = failing(9);
    make({ job }, { job: FIXED });
    await scheduler.schedule({ job: 'job' }, { at: scheduler.clock.now(), key: { name: 't', group: 'g' } });
    await scheduler.runDue();
    await scheduler.pauseTriggers('g');
    await scheduler.advance('1h');
    expect(seen).toHaveLength(1);
    await scheduler.resumeTriggers('g');
    await scheduler.runDue();
    expect(seen).toHaveLength(2);
  });

  test('survives the scheduler that began it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ametrine-retry-'));
    try {
      const open = (): SqliteJobStore => new SqliteJobStore({ path: join(folder, 'jobs.db') });
      const { seen, job } = failing(3);
      make({ job }, { job: FIXED }, open());
      await scheduler.schedule({ job: 'job' }, { at: scheduler.clock.now(), key: 't' });
      await scheduler.runDue();
      await scheduler.shutdown();
      make({ job }, { job: FIXED }, open());
      await scheduler.advance('1m');
      expect(seen.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
        '1@0 -',
        '2@10 t',
        '3@20 t',
      ]);
      await scheduler.shutdown();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('makes no attempt of a run that was recovered by another node meanwhile', async () => {
    const { job } = failing(9);
    const store = new MemoryJobStore();
    make({ job }, { job: FIXED }, store);
    store.triggeredJobsComplete = async (completions) => completions.map(() => 'stale' as const);
    await scheduler.schedule({ job: 'job', durable: true }, { at: scheduler.clock.now(), key: 't' });
    await scheduler.runDue();
    expect((await scheduler.listTriggers()).map(({ key }) => key.name)).toEqual(['t']);
  });
});

describe('the pauses of a retry policy', () => {
  const pauses = (policy: RetryPolicy, random = 0): number[] =>
    [1, 2, 3, 4, 100].map((attempt) => retryDelayMs(checkRetryPolicy('retry', policy), attempt, random));

  test.each<[RetryPolicy, number, number[]]>([
    [{ attempts: 9, backoff: 'fixed', delay: 100 }, 0, [100, 100, 100, 100, 100]],
    [{ attempts: 9, delay: 100, maxDelay: 500 }, 0, [100, 200, 400, 500, 500]],
    [{ attempts: 9, delay: 100, maxDelay: 500 }, 1, [50, 100, 200, 250, 250]],
    [{ attempts: 9, delay: 100, jitter: 1, backoff: 'fixed' }, 1, [0, 0, 0, 0, 0]],
    [{ attempts: 9 }, 0, [1000, 2000, 4000, 8000, 3_600_000]],
  ])('of %j at %d', (policy, random, expected) => {
    expect(pauses(policy, random)).toEqual(expected);
  });

  test.each<[object, string]>([
    [{}, 'retry.attempts'],
    [{ attempts: 0 }, 'retry.attempts'],
    [{ attempts: 2, backoff: 'linear' }, 'retry.backoff'],
    [{ attempts: 2, delay: 'soon' }, 'retry.delay'],
    [{ attempts: 2, jitter: 2 }, 'retry.jitter'],
    [{ attempts: 2, retryIf: true }, 'retry.retryIf'],
    [{ attempts: 2, delays: 1 }, "did you mean 'delay'"],
  ])('refuses %j', (policy, problem) => {
    expect(() => checkRetryPolicy('retry', policy as RetryPolicy)).toThrow(problem);
  });
});
