import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobExecutionContext, type Scheduler, silentLogger } from '@ametrine/core';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createSchedulerFromConfig,
  createSchedulerFromJson,
  createSchedulerFromProperties,
  explainProperties,
} from './index.js';

describe('a configured scheduler', () => {
  let folder: string;
  const made: Scheduler[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ametrine-config-'));
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map((scheduler) => scheduler.shutdown()));
    await rm(folder, { recursive: true });
  });

  const file = async (name: string, text: string): Promise<string> => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const keep = (scheduler: Scheduler): Scheduler => {
    made.push(scheduler);
    return scheduler;
  };

  const PROPERTIES = `
    org.quartz.scheduler.instanceName = MyServiceScheduler
    org.quartz.threadPool.threadCount = 4
    org.quartz.jobStore.class=megacorp.myservice.quartz.JobStore
    org.quartz.jobStore.dataSource = db
    org.quartz.dataSource.db.URL = jdbc:sqlite:schedules.db
    org.quartz.plugin.triggHistory.class = org.quartz.plugins.history.LoggingTriggerHistoryPlugin
    org.quartz.plugin.jobHistory.class = org.quartz.plugins.history.LoggingJobHistoryPlugin
  `;

  test('from a file of Quartz with a subclass of a store, which finds the class that nobody registered', async () => {
    const ran: string[] = [];
    class JobStore extends SqliteJobStore {
      protected override getJobClassResolver() {
        return {
          description: 'mine',
          resolve: (name: string) => (context: JobExecutionContext) =>
            ran.push(`${name} ${context.scheduler.name}`),
        };
      }
    }
    const lines: string[] = [];
    const scheduler = keep(
      await createSchedulerFromProperties(await file('quartz.properties', PROPERTIES), {
        classes: { 'megacorp.myservice.quartz.JobStore': JobStore },
        logger: { ...silentLogger, info: (line) => lines.push(line) },
      }),
    );
    await scheduler.schedule({ job: 'generated.Job', key: 'j' }, { at: new Date(), key: 't' });
    await scheduler.start();
    await scheduler.whenIdle();
    await scheduler.shutdown();
    expect(ran).toEqual(['generated.Job MyServiceScheduler']);
    expect(scheduler.metadata().concurrency).toBe(4);
    expect(lines.map((line) => line.replace(/\d\d:\d\d:\d\d \d\d\/\d\d\/\d{4}/, 'NOW'))).toEqual([
      'Trigger DEFAULT.t fired job DEFAULT.j at NOW',
      'Job DEFAULT.j starts, fired by trigger DEFAULT.t, at NOW',
      'Job DEFAULT.j ended at NOW with the result 1',
      'Trigger DEFAULT.t completed job DEFAULT.j at NOW with the instruction DELETE TRIGGER',
    ]);
  });

  test('from a file that names the module of its store', async () => {
    await file(
      'stores/mine.mjs',
      `import { SqliteJobStore } from ${JSON.stringify(import.meta.resolve('@ametrine/store-jdbc/sqlite'))};
       export class JobStore extends SqliteJobStore {}`,
    );
    const text = PROPERTIES.replace('megacorp.myservice.quartz.JobStore', './stores/mine.mjs#JobStore');
    const path = await file('quartz.properties', text);
    const { config } = await explainProperties(path);
    expect(config.store).toEqual({ type: './stores/mine.mjs#JobStore', path: 'schedules.db' });
    const scheduler = keep(await createSchedulerFromProperties(path, { logger: silentLogger }));
    expect(await scheduler.listJobs()).toEqual([]);
  });

  test.each([
    ['megacorp.myservice.quartz.JobStore', 'hand the class over'],
    ['../outside.mjs#JobStore', 'lies outside of'],
    ['./link.mjs#JobStore', 'lies outside of'],
    ['./absent.mjs#JobStore', 'there is no module'],
    ['./empty.mjs#JobStore', 'exports no class or function JobStore'],
    ['./broken.mjs#JobStore', 'cannot be loaded: out of order'],
    ['https://example.org/store.js#JobStore', 'hand the class over'],
    ['data:text/javascript,export class JobStore{}#JobStore', 'hand the class over'],
    ['node:fs#JobStore', 'hand the class over'],
  ])('refuses the store %s', async (name, problem) => {
    const base = join(folder, 'app');
    await file('outside.mjs', 'export class JobStore {}');
    await file('app/empty.mjs', 'export const JobStore = 1;');
    await file('app/broken.mjs', 'throw new Error("out of order");');
    await symlink(join(folder, 'outside.mjs'), join(base, 'link.mjs'));
    const properties = { 'org.quartz.jobStore.class': name };
    await expect(createSchedulerFromProperties(properties, { baseDir: base })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_CONFIG', message: expect.stringContaining(problem) }),
    );
  });

  test('from JSON, with a listener, a resolver and a factory of the application', async () => {
    await file(
      'jobs/mail/send.mjs',
      'export const Send = (context) => context.scheduler.context.get("told")("sent");',
    );
    const json = {
      name: 'j',
      context: { greeting: '${env:GREETING}' },
      store: { type: 'memory' },
      jobs: { dir: './jobs' },
      jobFactory: 'Factory',
      jobListeners: { mine: { class: 'Mine', loud: true } },
    };
    const told: string[] = [];
    const heard = vi.fn();
    class Mine {
      constructor(options: unknown) {
        heard(options);
      }
      jobWasExecuted() {
        told.push('heard');
      }
    }
    class Factory {
      newJob(jobClass: never) {
        told.push('made');
        return jobClass;
      }
    }
    const scheduler = keep(
      await createSchedulerFromJson(await file('ametrine.json', JSON.stringify(json)), {
        classes: { Mine, Factory },
        env: { GREETING: 'hello' },
        context: { told: (word: string) => told.push(word) },
        logger: silentLogger,
      }),
    );
    expect(scheduler.context.get('greeting')).toBe('hello');
    await scheduler.schedule({ job: 'mail/send.mjs#Send' }, { at: new Date() });
    await scheduler.start();
    await scheduler.whenIdle();
    await scheduler.shutdown();
    expect(told).toEqual(['made', 'sent', 'heard']);
    expect(heard).toHaveBeenCalledWith({ loud: true });
  });

  test('with jobs in worker threads', async () => {
    // As an application has it: the package of its own node_modules is taken, whose workers are built.
    await symlink(new URL('../../../node_modules', import.meta.url), join(folder, 'node_modules'));
    await file(
      'jobs/Thread.mjs',
      "import { isMainThread } from 'node:worker_threads'; export default () => isMainThread;",
    );
    const path = await file(
      'quartz.properties',
      `org.quartz.threadPool.class = @ametrine/worker-threads
       org.quartz.threadPool.threadCount = 1
       org.quartz.scheduler.classLoadHelper.roots = ./jobs`,
    );
    expect((await explainProperties(path)).config.jobs).toEqual({ dir: ['./jobs'], threads: { threads: 1 } });
    const results: unknown[] = [];
    const scheduler = keep(await createSchedulerFromProperties(path, { logger: silentLogger }));
    scheduler.addJobListener({ name: 'test', jobWasExecuted: ({ result }) => results.push(result) });
    await scheduler.schedule({ job: 'Thread' }, { at: new Date() });
    await scheduler.start();
    await scheduler.whenIdle();
    expect(results).toEqual([false]);
  });

  test.each([
    ['its own option', { jobClassRoots: './late' }, {}],
    ['the jobs of the configuration', {}, { jobs: { dir: './late' } }],
  ])('with a dynamic store, which finds classes that came later, by %s', async (_, own, config) => {
    await mkdir(join(folder, 'late'));
    const ran: string[] = [];
    const scheduler = keep(
      await createSchedulerFromConfig(
        { store: { type: 'DynamicSqliteJobStore', path: 'jobs.db', ...own }, ...config },
        { baseDir: folder, context: { ran }, logger: silentLogger, jobs: { Known: () => ran.push('known') } },
      ),
    );
    await scheduler.start();
    await file(
      'late/Late.mjs',
      'export default ({ scheduler }) => scheduler.context.get("ran").push("late");',
    );
    await scheduler.schedule({ job: 'Late' }, { at: new Date() });
    await scheduler.whenIdle();
    await scheduler.schedule({ job: 'Known' }, { at: new Date() });
    await scheduler.whenIdle();
    expect(ran.sort()).toEqual(['known', 'late']);
  });

  test.each<[unknown, string]>([
    [null, 'is null; expected an object'],
    [{}, 'store: is undefined'],
    [{ store: {} }, "store.type: is undefined; expected a store: 'memory'"],
    [
      { store: { type: 'memory', misfireTresholdMs: 1 } },
      "store.misfireTresholdMs is 1; expected a known key; did you mean 'misfireThresholdMs'?",
    ],
    [
      { store: { type: 'memory' }, concurency: 1 },
      "concurency: expected a known key; did you mean 'concurrency'?",
    ],
    [
      { store: { type: 'memory' }, concurrency: '4' },
      'concurrency: is "4"; expected a whole number of at least 1',
    ],
    [{ store: { type: 'memory' }, plugins: { p: {} } }, 'plugins.p.class: is undefined'],
    [
      {
        store: { type: 'memory' },
        plugins: { p: { class: 'LoggingJobHistoryPlugin', jobFailedMessage: '{x}' } },
      },
      'plugins.p.jobFailedMessage',
    ],
    [
      { store: { type: 'memory' }, interruptJobsOnShutdown: 'sometimes' },
      "expected 'never', 'always' or 'whenNotWaiting'",
    ],
    [
      { store: { type: 'sqlite', path: '${env:NOWHERE_SET}' } },
      'store.path: the environment variable NOWHERE_SET is not set',
    ],
    [{ store: { type: 'Whatever' } }, 'store.type: is "Whatever"; expected one of'],
  ])('refuses the configuration %j', async (config, problem) => {
    await expect(createSchedulerFromConfig(config as never, { env: {} })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_CONFIG', message: expect.stringContaining(problem) }),
    );
  });
});
