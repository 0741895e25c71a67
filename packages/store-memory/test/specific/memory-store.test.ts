import { isSchedulerError } from '@ametrine/core';
import type { StoreOptions } from '@ametrine/core/spi';
import { describe, expect, it } from 'vitest';
import * as exported from '../../src/index.js';
import { MemoryJobStore } from '../../src/index.js';
import { aJob, aTrigger, openMemoryStore, T0 } from './makers.js';

describe('MemoryJobStore', () => {
  it.each<[string, unknown, string]>([
    ['an unknown option', { misfireTreshold: 5 }, 'options.misfireTreshold'],
    ['an option of another store', { path: 'jobs.db' }, 'options.path'],
    ['options that are none', 'fast', 'options'],
    ['null', null, 'options'],
    ['a threshold of nothing', { misfireThresholdMs: 0 }, 'options.misfireThresholdMs'],
  ])('refuses %s', (_, options, field) => {
    let thrown: unknown;
    try {
      new MemoryJobStore(options as StoreOptions);
    } catch (error) {
      thrown = error;
    }
    expect(isSchedulerError(thrown, 'ERR_INVALID_ARGUMENT') && thrown.details['field']).toBe(field);
  });

  it('takes every common option', () => {
    const jobClassResolver = { description: 'none', resolve: () => null };
    const options: Required<StoreOptions> = {
      misfireThresholdMs: 1_000,
      maxMisfiresPerPass: 5,
      deadNodeGraceMs: 0,
      onUnresolvableJobClass: 'skip',
      unresolvableRetryMs: 10,
      jobClassResolver,
    };
    expect(new MemoryJobStore(options).capabilities.durability).toBe('none');
  });

  it('is all that the package exports', () => {
    expect(Object.keys(exported)).toEqual(['MemoryJobStore']);
  });

  it('keeps two stores apart, though they serve schedulers of one name', async () => {
    const one = await openMemoryStore();
    const other = await openMemoryStore();
    const job = aJob('j');
    await one.storeJobAndTrigger(job, aTrigger(job, { key: 't', at: T0 }));
    expect(await other.getCounts()).toEqual({ jobs: 0, triggers: 0, calendars: 0 });
    await one.shutdown();
    await other.shutdown();
  });

  it('does not list or count a job that is gone while its run goes on', async () => {
    const store = await openMemoryStore();
    const job = aJob('j', { key: { group: 'g', name: 'j' }, nonConcurrent: true });
    await store.storeJobAndTrigger(job, aTrigger(job, { key: 't', at: T0 }));
    const [claimed] = (
      await store.acquireNextTriggers({
        now: T0,
        noLaterThan: T0,
        maxCount: 1,
        timeWindowMs: 0,
        fireDue: false,
      })
    ).acquired;
    if (claimed === undefined) throw new Error('nothing claimed');
    const [result] = await store.triggersFired([claimed], { now: T0 });
    expect(result?.kind).toBe('fired');
    await store.removeJob(job.key);
    expect(await store.listJobGroups()).toEqual([]);
    expect(await store.listJobKeys({ anything: true })).toEqual([]);
    expect(await store.getJob(job.key)).toBeNull();
    expect((await store.getCounts()).jobs).toBe(0);

    // Stored again, it is still held by the run of its former self (JS-EXE-02).
    await store.storeJobAndTrigger(job, aTrigger(job, { key: 'again', at: T0 }));
    const due = { now: T0, noLaterThan: T0, maxCount: 1, timeWindowMs: 0, fireDue: false };
    expect((await store.acquireNextTriggers(due)).acquired).toEqual([]);
    await store.triggeredJobsComplete(
      [
        {
          fireInstanceId: claimed.fireInstanceId,
          trigger: claimed.trigger,
          jobKey: job.key,
          instruction: 'deleteTrigger',
          changedData: null,
        },
      ],
      { now: T0 },
    );
    expect((await store.acquireNextTriggers(due)).acquired).toHaveLength(1);
    await store.shutdown();
  });
});
