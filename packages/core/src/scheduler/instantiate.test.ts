import { describe, expect, it } from 'vitest';
import { bench, START } from '../../test/fixtures/scheduler-bench.js';
import type { Job } from '../spi/job-class.js';
import type { JobExecutionContext } from './execution-context.js';

describe('what runs', () => {
  class Greeter implements Job {
    static made = 0;
    readonly #greeting: string;
    constructor(greeting = 'hello') {
      Greeter.made += 1;
      this.#greeting = greeting;
    }
    execute(context: JobExecutionContext): void {
      (context.scheduler.context.get('said') as string[]).push(this.#greeting);
    }
  }
  class ByField implements Job {
    readonly execute = (context: JobExecutionContext): void => {
      (context.scheduler.context.get('said') as string[]).push('by field');
    };
  }

  it('is a new instance of a class for every run, or a function', async () => {
    const said: string[] = [];
    const { scheduler } = bench({ context: { said } });
    Greeter.made = 0;
    await scheduler.schedule({ job: Greeter }, { every: 1000, repeat: 2 });
    await scheduler.schedule({ job: ByField }, { at: START });
    await scheduler.schedule(
      {
        job: function plain() {
          said.push('plain');
        },
      },
      { at: START },
    );
    await scheduler.advance('2s');
    expect(said.sort()).toEqual(['by field', 'hello', 'hello', 'hello', 'plain']);
    expect(Greeter.made).toBe(3);
    await scheduler.shutdown();
  });

  it('is what the job factory makes, which may take its time', async () => {
    const said: string[] = [];
    const { scheduler } = bench({
      context: { said },
      jobFactory: async (jobClass, bundle) => {
        await Promise.resolve();
        expect(bundle.job.jobClass).toBe('Greeter');
        return new (jobClass as typeof Greeter)('injected');
      },
    });
    await scheduler.schedule({ job: Greeter }, { at: START });
    await scheduler.runDue();
    expect(said).toEqual(['injected']);
    await scheduler.shutdown();
  });

  class Unmakeable {
    constructor() {
      throw new Error('no database');
    }
    execute(): void {}
  }
  class Idle {}

  it.each([
    ['a constructor that throws', Unmakeable, {}],
    ['a class without execute', Idle as never, {}],
    [
      'a factory that throws',
      Greeter,
      {
        jobFactory: () => {
          throw new Error('no container');
        },
      },
    ],
    [
      'a factory that rejects',
      Greeter,
      {
        jobFactory: async () => {
          throw new Error('no container');
        },
      },
    ],
    ['a factory that makes nothing', Greeter, { jobFactory: () => undefined as never }],
  ])('puts all triggers of the job in error: %s', async (_, jobClass, options) => {
    const { scheduler, errors } = bench(options);
    await scheduler.schedule({ job: jobClass, key: 'J' }, [
      { key: 'a', every: 1000 },
      { key: 'b', every: '1d', startAt: START + 5000 },
    ]);
    await scheduler.schedule({ job: 'note' }, { key: 'other', every: '1h', startAt: START + 5000 });
    await scheduler.advance(0);
    expect(errors).toEqual([expect.stringContaining('could not be made from its class')]);
    expect(await scheduler.getTriggerState('a')).toBe('error');
    expect(await scheduler.getTriggerState('b')).toBe('error');
    expect(await scheduler.getTriggerState('other')).toBe('normal');
    expect(scheduler.currentlyExecuting()).toEqual([]);
    await scheduler.shutdown();
  });
});
