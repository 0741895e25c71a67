import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createScheduler,
  type JobExecutionContext,
  type JobSpec,
  ModuleJobClassResolver,
  type Scheduler,
  silentLogger,
} from '@ametrine/core';
import { MemoryJobStore } from '@ametrine/store-memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type * as WorkerThreads from '../src/index.js';

// The workers of the sources would be TypeScript: the built package is what is tested.
const built = new URL('../dist/index.js', import.meta.url).href;
const { WorkerThreadResolver } = (await import(built)) as typeof WorkerThreads;

interface Ended {
  readonly result: unknown;
  readonly error: Error | null;
  readonly jobData: JobExecutionContext['jobData'];
}

const JOBS: Readonly<Record<string, string>> = {
  Answer: `export class Answer { execute({ data, trigger, firedAt, refireCount, attempt, recovering }) {
    return { sum: data.a + data.b, trigger: trigger.key.name, isDate: firedAt instanceof Date, refireCount, attempt, recovering };
  } }`,
  Counts: 'export default ({ jobData }) => { jobData.count += 1; delete jobData.gone; }',
  Fails: `export default () => { const e = new RangeError('no'); e.code = 'E_NO'; throw e; }`,
  Listens: `export default ({ signal }) => new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    setInterval(() => {}, 1000);
  })`,
  Exits: 'export default () => process.exit(3)',
  Spins: 'export default () => { for (;;); }',
  Leaks: 'export default () => { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())); }',
  ThrowsLater: `export default () => { setTimeout(() => { throw new Error('later'); }, 1); return 'early'; }`,
  Waits: 'export default () => new Promise((resolve) => setTimeout(resolve, 50))',
  Unclonable: 'export default () => () => {}',
  Unschedules: `import { JobExecutionError } from '@ametrine/core';
    export default () => { throw new JobExecutionError('enough', { action: 'unscheduleTrigger' }); }`,
  Reaches: 'export default ({ scheduler }) => scheduler.name',
};

describe('a job in a worker thread', () => {
  let folder: string;
  const made: Scheduler[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(import.meta.dirname, '../dist/jobs-'));
    for (const [name, code] of Object.entries(JOBS)) await writeFile(join(folder, `${name}.mjs`), code);
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map((scheduler) => scheduler.shutdown({ wait: false })));
    await rm(folder, { recursive: true });
  });

  const inThreads = (options: Partial<WorkerThreads.WorkerThreadOptions> = {}): Scheduler => {
    const threads = new WorkerThreadResolver({ roots: [folder], threads: 2, ...options });
    const scheduler = createScheduler({
      store: new MemoryJobStore(),
      jobClassResolver: threads,
      plugins: { threads },
      logger: silentLogger,
    });
    made.push(scheduler);
    return scheduler;
  };
  const inline = (): Scheduler => {
    const jobClassResolver = new ModuleJobClassResolver({ roots: [folder] });
    const scheduler = createScheduler({
      store: new MemoryJobStore(),
      jobClassResolver,
      logger: silentLogger,
    });
    made.push(scheduler);
    return scheduler;
  };

  /** Runs it once and tells how it ended, as a listener sees it; `during` is called when it runs. */
  async function runOnce(
    scheduler: Scheduler,
    spec: JobSpec,
    during?: (context: JobExecutionContext) => void,
  ): Promise<Ended> {
    const ended = new Promise<Ended>((resolve) => {
      const stop = scheduler.addJobListener({
        name: 'test',
        jobToBeExecuted: (context) => void (during && setImmediate(during, context)),
        jobWasExecuted: ({ result, jobData }, error) => {
          stop();
          resolve({ result, error, jobData: { ...jobData } });
        },
      });
    });
    await scheduler.schedule(spec, { at: new Date(), key: `t-${Math.random()}` });
    await scheduler.start();
    return ended;
  }

  describe.each([
    ['inline', inline],
    ['in a thread', inThreads],
  ] as const)('%s', (_, make) => {
    test('sees its data and facts, and its result is seen', async () => {
      const { result, error } = await runOnce(make(), { job: 'Answer', data: { a: 40n, b: 2n } });
      expect(error).toBeNull();
      expect(result).toEqual({
        sum: 42n,
        trigger: expect.stringMatching(/^t-/) as string,
        isDate: true,
        refireCount: 0,
        attempt: 1,
        recovering: false,
      });
    });

    test('has what it changed in its data stored', async () => {
      const scheduler = make();
      const job = { job: 'Counts', key: 'c', persistDataAfterExecution: true, durable: true };
      await runOnce(scheduler, { ...job, data: { count: 1, gone: true, at: new Date(5) } });
      await scheduler.whenIdle();
      expect((await scheduler.getJob('c'))?.data).toEqual({ count: 2, at: new Date(5) });
    });

    test('fails with its error', async () => {
      const { error } = await runOnce(make(), { job: 'Fails' });
      expect(error).toMatchObject({ name: 'RangeError', message: 'no', code: 'E_NO' });
      expect(error?.stack).toContain('Fails.mjs');
    });

    test('is interrupted by its signal', async () => {
      const scheduler = make();
      const { error } = await runOnce(scheduler, { job: 'Listens' }, ({ fireInstanceId }) =>
        scheduler.interruptRun(fireInstanceId),
      );
      expect(error).toMatchObject({ name: 'JobInterruption', by: 'interrupt' });
    });

    test('says what becomes of its trigger', async () => {
      const scheduler = make();
      const finalized: string[] = [];
      scheduler.addSchedulerListener({ triggerFinalized: ({ key }) => void finalized.push(key.name) });
      await scheduler.schedule({ job: 'Unschedules' }, { every: '1h', key: 'u' });
      await scheduler.start();
      await scheduler.whenIdle();
      expect(finalized).toEqual(['u']);
    });
  });

  test.each<[string, Partial<WorkerThreads.WorkerThreadOptions>, string, boolean]>([
    ['Exits', {}, 'ended before the run did', false],
    ['Leaks', { memoryLimitMb: 16 }, 'used up the memory', false],
    ['Spins', { interruptGraceMs: 20 }, 'its worker thread was ended', true],
    ['Unclonable', {}, 'cannot leave its worker thread', false],
    ['Reaches', {}, 'cannot reach its scheduler', false],
  ])('%s: fails alone, and the scheduler goes on', async (job, options, message, interrupt) => {
    const scheduler = inThreads(options);
    const { error } = await runOnce(scheduler, { job, key: 'bad' }, (context) => {
      if (interrupt) scheduler.interruptRun(context.fireInstanceId);
    });
    expect(error?.message).toContain(message);
    const next = await runOnce(scheduler, { job: 'Answer', data: { a: 1, b: 2 } });
    expect(next).toMatchObject({ error: null, result: { sum: 3 } });
  });

  test('that throws after it ended takes down at most its thread', async () => {
    const scheduler = inThreads({ threads: 1 });
    expect(await runOnce(scheduler, { job: 'ThrowsLater', key: 'l' })).toMatchObject({
      error: null,
      result: 'early',
    });
    // The thread that the timer is in may die under the next run, which then fails; the one after that does not.
    await runOnce(scheduler, { job: 'Waits', key: 'w' });
    const next = await runOnce(scheduler, { job: 'Answer', data: { a: 1, b: 2 } });
    expect(next).toMatchObject({ error: null, result: { sum: 3 } });
  });

  test('whose module is broken, hangs or spins is a class that is not found', async () => {
    await writeFile(join(folder, 'Broken.mjs'), 'export default = ;');
    await writeFile(join(folder, 'Dies.mjs'), 'process.exit(1)');
    await writeFile(join(folder, 'Hangs.mjs'), 'setInterval(() => {}, 1000); await new Promise(() => {});');
    await using threads = new WorkerThreadResolver({ roots: [folder], importTimeoutMs: 200 });
    for (const name of ['Broken', 'Dies', 'Hangs'])
      await expect(threads.resolve(name), name).rejects.toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND' });
    expect(await threads.resolve('Absent')).toBeNull();
    await expect(threads.resolve('../Secret')).rejects.toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND' });
  });

  test.each([
    [{ threads: 0 }, 'options.threads'],
    [{ memoryLimitMb: 1 }, 'options.memoryLimitMb'],
    [{ interruptGraceMs: -1 }, 'options.interruptGraceMs'],
    [{ thread: 1 }, "did you mean 'threads'"],
  ])('refuses %j', (options, problem) => {
    expect(() => new WorkerThreadResolver({ roots: [folder], ...options } as never)).toThrow(problem);
  });
});
