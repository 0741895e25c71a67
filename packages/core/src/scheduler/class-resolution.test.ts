import { describe, expect, it } from 'vitest';
import { bench, benchOver, START } from '../../test/fixtures/scheduler-bench.js';
import { TroubledStore } from '../../test/fixtures/troubled-store.js';
import type { JobClassResolver, JobFunction } from '../spi/job-class.js';

/** A resolver that remembers what it was asked. */
function resolver(
  answers: (name: string, times: number) => JobFunction | null | Promise<JobFunction | null>,
): {
  readonly asked: string[];
  readonly jobClassResolver: JobClassResolver;
} {
  const asked: string[] = [];
  return {
    asked,
    jobClassResolver: {
      description: 'the test',
      resolve: (name) => {
        asked.push(name);
        return answers(name, asked.length);
      },
    },
  };
}

describe('the resolver of a scheduler', () => {
  it('is asked for what is not registered', async () => {
    const seen: string[] = [];
    const { asked, jobClassResolver } = resolver(() => () => void seen.push('resolved'));
    const { scheduler, runs } = bench({ jobClassResolver });
    await scheduler.schedule({ job: 'note' }, { at: START });
    await scheduler.schedule({ job: 'Report' }, { at: START });
    await scheduler.runDue();
    expect([new Set(asked), seen, runs.length]).toEqual([new Set(['Report']), ['resolved'], 1]);
    await scheduler.shutdown();
  });

  it('HOK-01: a subclass of the store that overrides the hook is asked at fire, by the stored name', async () => {
    const seen: string[] = [];
    const own = resolver((name) => () => void seen.push(name));
    class HookedStore extends TroubledStore {
      protected override getJobClassResolver(): JobClassResolver {
        return own.jobClassResolver;
      }
    }
    const { scheduler } = benchOver(new HookedStore());
    await scheduler.schedule({ job: 'com.example.Report' }, { every: 1000 });
    await scheduler.advance(1000);
    expect(seen).toEqual(['com.example.Report', 'com.example.Report']);
    expect(new Set(own.asked)).toEqual(new Set(['com.example.Report']));
    await scheduler.shutdown();
  });

  it.each<[string, () => JobFunction | null | Promise<JobFunction | null>]>([
    [
      'throws',
      () => {
        throw new Error('no disk');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no disk'))],
    ['has nothing', () => null],
    ['has nothing, late', async () => null],
    ['answers what is no class', () => 'Report' as never],
  ])('HOK-02: when it %s only that job is affected', async (_, answer) => {
    const { jobClassResolver } = resolver(answer);
    const { scheduler, runs, causes } = bench({ jobClassResolver });
    await scheduler.schedule({ job: 'Report' }, { key: 'T', every: 1000 });
    await scheduler.schedule({ job: 'note' }, { every: 1000, repeat: 4 });
    await scheduler.advance('10s');
    expect(runs).toHaveLength(5);
    expect(causes[0]).toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND', details: { jobClass: 'Report' } });
    expect(await scheduler.getTriggerState('T')).toBe('error');
    await scheduler.shutdown();
  });

  it('HOK-03: its latest answer counts', async () => {
    const seen: number[] = [];
    const { jobClassResolver } = resolver((_, times) => () => void seen.push(times));
    const { scheduler } = bench({ jobClassResolver });
    await scheduler.schedule({ job: 'Report' }, { every: 1000 });
    await scheduler.advance('3s');
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(4);
    await scheduler.shutdown();
  });

  it('HOK-04: is awaited', async () => {
    const seen: string[] = [];
    const { jobClassResolver } = resolver(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return () => void seen.push('late');
    });
    const { scheduler } = bench({ jobClassResolver });
    await scheduler.schedule({ job: 'Report' }, { every: 1000 });
    await scheduler.advance('1s');
    expect(seen).toEqual(['late', 'late']);
    await scheduler.shutdown();
  });

  it('HOK-05: is not asked when jobs are stored, listed, paused or deleted', async () => {
    const { asked, jobClassResolver } = resolver(() => null);
    const { scheduler } = bench({ jobClassResolver });
    await scheduler.schedule({ job: 'Report' }, { every: '1h', startAt: START + 1000 });
    await scheduler.listJobs();
    await scheduler.getJob('Report');
    await scheduler.pauseJob('Report');
    await scheduler.resumeAll();
    await scheduler.deleteJob('Report');
    expect(asked).toEqual([]);
  });
});
