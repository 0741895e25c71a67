import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { deferred } from '../../test/fixtures/troubled-store.js';
import { SchedulerError } from '../errors.js';

describe('ended runs', () => {
  it('of one turn leave together', async () => {
    const { scheduler, store } = bench();
    await scheduler.schedule(
      { job: 'note' },
      Array.from({ length: 10 }, () => ({ at: START })),
    );
    await scheduler.runDue();
    expect(store.sizes('triggeredJobsComplete')).toEqual([10]);
    await scheduler.shutdown();
  });

  it('that end while others are on their way leave together in the next batch', async () => {
    const works = Array.from({ length: 6 }, () => deferred());
    let next = 0;
    const { scheduler, store } = bench({}, { slow: () => works[next++]?.promise });
    await scheduler.schedule(
      { job: 'slow' },
      works.map(() => ({ at: START })),
    );
    await scheduler.start();
    await scheduler.clock.settle();
    const letGo = store.hold('triggeredJobsComplete');
    works[0]?.resolve();
    await scheduler.clock.settle();
    for (const work of works.slice(1)) {
      work.resolve();
      await scheduler.clock.settle();
    }
    expect(store.sizes('triggeredJobsComplete')).toEqual([1]);
    letGo();
    await scheduler.whenIdle();
    expect(store.sizes('triggeredJobsComplete')).toEqual([1, 5]);
    await scheduler.shutdown();
  });

  it('COM-21: are sent until the store takes them; one notice, no trigger lost', async () => {
    const { scheduler, store, errors, runs } = bench();
    await scheduler.schedule({ job: 'note', nonConcurrent: true }, { every: '1s', repeat: 3 });
    store.fail('triggeredJobsComplete', { times: 10 });
    await scheduler.start();
    await scheduler.clock.advance(30_000);
    expect(store.count('triggeredJobsComplete')).toBeGreaterThan(10);
    expect(errors).toEqual(['Ended runs could not be stored; trying until it succeeds']);
    expect(runs).toHaveLength(4);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 0, triggers: 0 });
    await scheduler.shutdown();
  });

  it('COM-21: pile up to a bound: then nothing more is claimed until the store takes them', async () => {
    const { scheduler, store, runs } = bench({ concurrency: 5 });
    store.fail('triggeredJobsComplete', { times: Number.POSITIVE_INFINITY });
    await scheduler.schedule(
      { job: 'note' },
      Array.from({ length: 100 }, () => ({ at: START })),
    );
    await scheduler.start();
    await scheduler.clock.advance(10_000);
    expect(runs.length).toBeLessThanOrEqual(15);
    store.heal();
    await scheduler.clock.advance(30_000);
    expect(runs).toHaveLength(100);
    await scheduler.shutdown();
  });

  it('COM-21: a shutdown waits for them', async () => {
    const { scheduler, store, errors } = bench();
    store.fail('triggeredJobsComplete', { times: 5 });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const ended = scheduler.shutdown();
    await scheduler.clock.advance(30_000);
    await ended;
    expect(errors).toHaveLength(1);
    expect(store.count('triggeredJobsComplete')).toBe(6);
  });

  it('COM-21: a shutdown that does not wait tries once more and then gives up loudly', async () => {
    const { scheduler, store, errors, causes } = bench();
    store.fail('triggeredJobsComplete', { times: Number.POSITIVE_INFINITY });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.start();
    await scheduler.clock.settle();
    const tried = store.count('triggeredJobsComplete');
    await scheduler.shutdown({ wait: false });
    expect(store.count('triggeredJobsComplete')).toBe(tried + 1);
    expect(errors.at(-1)).toMatch(/^The end of run .* of job DEFAULT\.note is not stored$/);
    expect(causes.at(-1)).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    expect(scheduler.clock.nextAlarmAt).toBeNull();
  });

  it('that the store does not know are told of', async () => {
    const { scheduler, store, errors, causes } = bench();
    const complete = store.triggeredJobsComplete.bind(store);
    store.triggeredJobsComplete = async (completions, at) => {
      await complete(completions, at);
      return complete(completions, at);
    };
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    expect(errors).toEqual(['The end of a run of job DEFAULT.note changed nothing']);
    expect(causes[0]).toMatchObject({ code: 'ERR_NODE_FENCED' });
    await scheduler.shutdown();
  });

  it('whose first attempt lost only its answer are no news', async () => {
    const { scheduler, store, errors } = bench();
    const error = new SchedulerError('ERR_WRITE_FATE_UNKNOWN', 'no answer came');
    store.fail('triggeredJobsComplete', { error, afterwards: true });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.start();
    await scheduler.clock.advance(1000);
    expect(errors).toEqual(['Ended runs could not be stored; trying until it succeeds']);
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it('COM-18: of which the store refuses one are sent one by one, that one without its data', async () => {
    const { scheduler, store, errors } = bench(
      {},
      { tally: ({ jobData }) => Object.assign(jobData, { seen: 1 }) },
    );
    const complete = store.triggeredJobsComplete.bind(store);
    store.triggeredJobsComplete = async (completions, at) => {
      if (completions.some(({ changedData }) => changedData !== null)) {
        throw new SchedulerError('ERR_INVALID_DATA', 'too much of it');
      }
      return complete(completions, at);
    };
    await scheduler.schedule({ job: 'tally', persistDataAfterExecution: true, durable: true }, { at: START });
    await scheduler.schedule({ job: 'note' }, [{ at: START }, { at: START }]);
    await scheduler.runDue();
    expect(errors).toEqual(['The data that job DEFAULT.tally left was refused and is not stored']);
    expect(await scheduler.listTriggers()).toEqual([]);
    expect((await scheduler.getJob('tally'))?.data).toEqual({});
    await scheduler.shutdown();
  });
});
