import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import { witnesses } from '../../test/fixtures/witnesses.js';
import type { JobListener, TriggerListener } from './listeners.js';

describe('listeners', () => {
  it('are told in order', async () => {
    const { scheduler } = bench();
    const { told, job, trigger } = witnesses();
    scheduler.addTriggerListener({
      ...trigger,
      vetoJobExecution: () => {
        told.push('asked');
        return false;
      },
    });
    scheduler.addJobListener(job);
    await scheduler.schedule({ job: 'note' }, { every: '1h' });
    await scheduler.runDue();
    expect(told).toEqual(['fired', 'asked', 'toBeExecuted 0', 'wasExecuted well', 'complete none']);
    await scheduler.shutdown();
  });

  it('may veto: the job does not run, and the run completes', async () => {
    const { scheduler, store, runs } = bench();
    const { told, job, trigger } = witnesses();
    scheduler.addTriggerListener({ ...trigger, vetoJobExecution: async () => true });
    scheduler.addTriggerListener({
      name: 'second',
      vetoJobExecution: () => {
        told.push('second asked');
        return false;
      },
    });
    scheduler.addJobListener(job);
    await scheduler.schedule({ job: 'note', nonConcurrent: true }, { key: 'T', every: 1000, repeat: 1 });
    await scheduler.advance('5s');
    expect(told).toEqual(['fired', 'second asked', 'vetoed', 'fired', 'second asked', 'vetoed']);
    expect(runs).toHaveLength(0);
    expect(store.sizes('triggeredJobsComplete')).toEqual([1, 1]);
    expect(await scheduler.getTrigger('T')).toBeNull();
    await scheduler.shutdown();
  });

  const boom = (): never => {
    throw new Error('boom');
  };
  const rejects = async (): Promise<never> => boom();

  it.each<[string, JobListener, TriggerListener]>([
    ['triggerFired', { name: 'j' }, { name: 't', triggerFired: boom }],
    ['vetoJobExecution', { name: 'j' }, { name: 't', vetoJobExecution: rejects }],
    ['jobToBeExecuted', { name: 'j', jobToBeExecuted: rejects }, { name: 't' }],
    ['jobWasExecuted', { name: 'j', jobWasExecuted: boom }, { name: 't' }],
    ['triggerComplete', { name: 'j' }, { name: 't', triggerComplete: boom }],
  ])('COM-20: that throw in %s are reported and change nothing else', async (_, job, trigger) => {
    const { scheduler, store, errors, runs } = bench();
    scheduler.addJobListener(job);
    scheduler.addTriggerListener(trigger);
    await scheduler.schedule({ job: 'note', nonConcurrent: true }, [{ at: START }, { at: START }]);
    expect(await scheduler.advance(10)).toBe(2);
    expect(runs).toHaveLength(2);
    expect(errors).toHaveLength(2);
    expect(store.count('triggeredJobsComplete')).toBe(2);
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it('COM-20: that throw when they are told of a veto change nothing either', async () => {
    const { scheduler, store } = bench();
    scheduler.addTriggerListener({ name: 'no', vetoJobExecution: () => true });
    scheduler.addJobListener({ name: 'j', jobExecutionVetoed: boom });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    expect(store.sizes('triggeredJobsComplete')).toEqual([1]);
    await scheduler.shutdown();
  });

  it('of the scheduler that throw, or reject, or are told of their own failure, do no harm', async () => {
    const { scheduler, errors, runs } = bench();
    scheduler.addSchedulerListener({
      name: 'bad',
      jobScheduled: boom,
      jobAdded: rejects as never,
      schedulerError: boom,
    });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.runDue();
    expect(runs).toHaveLength(1);
    expect(errors).toEqual([
      'Scheduler listener bad failed in jobScheduled',
      'Scheduler listener bad failed in jobAdded',
    ]);
    await scheduler.shutdown();
  });

  it('hear of the jobs and triggers that were chosen for them', async () => {
    const { scheduler } = bench();
    const heard: string[] = [];
    const hear = (name: string): JobListener => ({
      name,
      jobWasExecuted: ({ job }) => heard.push(`${name} ${job.key.name}`),
    });
    scheduler.addJobListener(hear('key'), { jobs: [{ key: { name: 'a', group: 'g1' } }] });
    scheduler.addJobListener(hear('group'), { jobs: [{ group: 'g2' }] });
    scheduler.addJobListener(hear('prefix'), { jobs: [{ group: { startsWith: 'g' } }] });
    scheduler.addJobListener(hear('none'), { jobs: [] });
    scheduler.addTriggerListener(
      { name: 't', triggerFired: ({ key }) => heard.push(`trigger ${key.name}`) },
      { triggers: [{ key: 'on b' }, { group: { equals: 'nobody' } }] },
    );
    await scheduler.schedule({ job: 'note', key: { name: 'a', group: 'g1' } }, { key: 'on a', at: START });
    await scheduler.schedule(
      { job: 'note', key: { name: 'b', group: 'g2' } },
      { key: 'on b', at: START + 1 },
    );
    await scheduler.schedule(
      { job: 'note', key: { name: 'c', group: 'other' } },
      { key: 'on c', at: START + 2 },
    );
    await scheduler.advance(10);
    expect(heard).toEqual(['key a', 'prefix a', 'trigger on b', 'group b', 'prefix b']);
    await scheduler.shutdown();
  });

  it('go when they are told to, one by one, also in the middle of being told', async () => {
    const { scheduler } = bench();
    const heard: string[] = [];
    const second: JobListener = { name: 'second', jobToBeExecuted: () => heard.push('second') };
    let removeSecond = (): void => {};
    const removeFirst = scheduler.addJobListener({
      name: 'first',
      jobToBeExecuted: () => {
        heard.push('first');
        removeFirst();
        removeSecond();
      },
    });
    removeSecond = scheduler.addJobListener(second);
    scheduler.addJobListener(second);
    await scheduler.schedule({ job: 'note' }, { every: 1000 });
    await scheduler.advance(1000);
    expect(heard).toEqual(['first', 'second', 'second', 'second']);
    removeSecond();
    await scheduler.shutdown();
  });
});
