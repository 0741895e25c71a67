import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  JobInterruptMonitorPlugin,
  LoggingJobHistoryPlugin,
  LoggingTriggerHistoryPlugin,
  RUN_HISTORY_GROUP,
  RunHistoryPlugin,
  readRunHistory,
} from '@ametrine/config/plugins';
import { type JobFunction, type SchedulerPlugin, silentLogger } from '@ametrine/core';
import { createManualScheduler, type ManualScheduler } from '@ametrine/core/testing';
import { MemoryJobStore } from '@ametrine/store-memory';
import { afterEach, describe, expect, test } from 'vitest';

let scheduler: ManualScheduler;
let lines: string[] = [];
afterEach(() => scheduler.shutdown());

function make(
  plugins: Record<string, SchedulerPlugin>,
  jobs: Record<string, JobFunction> = {},
): ManualScheduler {
  lines = [];
  const line = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const logger = { ...silentLogger, info: line('info'), warn: line('warn') };
  scheduler = createManualScheduler({ store: new MemoryJobStore(), plugins, jobs, logger });
  return scheduler;
}

const now = (): Date => new Date(scheduler.clock.now());

describe('LoggingJobHistoryPlugin', () => {
  test('fills every argument into its templates', async () => {
    const all = '{0}|{1}|{2,date,HH:mm:ss}|{3}|{4}|{5,date,HH:mm:ss}|{6,date,HH:mm:ss}|{7}|{8}';
    const options = {
      jobToBeFiredMessage: all,
      jobSuccessMessage: all,
      jobFailedMessage: all,
      jobWasVetoedMessage: all,
      timeZone: 'UTC',
    };
    make(
      { history: new LoggingJobHistoryPlugin(options) },
      {
        works: () => ({ done: 1 }),
        fails: () => {
          throw new Error('no');
        },
      },
    );
    scheduler.addTriggerListener({ name: 'veto', vetoJobExecution: ({ key }) => key.name === 'vetoed' });
    await scheduler.schedule(
      { job: 'works', key: { name: 'j', group: 'g' } },
      { every: '1h', key: { name: 't', group: 'tg' } },
    );
    await scheduler.runDue();
    await scheduler.schedule({ job: 'fails' }, { at: now(), key: 'f' });
    await scheduler.schedule({ job: 'works' }, { at: now(), key: 'vetoed' });
    await scheduler.runDue();
    expect([...lines].sort()).toEqual([
      'info fails|DEFAULT|00:00:00|f|DEFAULT|00:00:00|null|0|{8}',
      'info j|g|00:00:00|t|tg|00:00:00|01:00:00|0|{"done":1}',
      'info j|g|00:00:00|t|tg|00:00:00|01:00:00|0|{8}',
      'info works|DEFAULT|00:00:00|vetoed|DEFAULT|00:00:00|null|0|{8}',
      'warn fails|DEFAULT|00:00:00|f|DEFAULT|00:00:00|null|0|no',
    ]);
  });

  test.each([[{ jobFailedMessage: '{' }], [{ jobFailedMesage: '' }], [{ timeZone: 'Mars' }]])(
    'refuses %j',
    (options) => {
      make({});
      expect(() => new LoggingJobHistoryPlugin(options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    },
  );
});

describe('LoggingTriggerHistoryPlugin', () => {
  test('fills every argument into its templates', async () => {
    const all = '{0}|{1}|{2,date,HH:mm:ss}|{3,date,HH:mm:ss}|{4,date,HH:mm:ss}|{5}|{6}|{7}|{8}|{9}';
    const options = {
      triggerFiredMessage: all,
      triggerMisfiredMessage: all,
      triggerCompleteMessage: all,
      timeZone: 'UTC',
    };
    make({ history: new LoggingTriggerHistoryPlugin(options) }, { works: () => 1 });
    await scheduler.schedule({ job: 'works', key: 'j' }, { every: '1h', key: 't' });
    await scheduler.runDue();
    await scheduler.standby();
    await scheduler.clock.advance(130 * 60_000);
    await scheduler.start();
    await scheduler.whenIdle();
    expect(lines.slice(0, 3)).toEqual([
      'info t|DEFAULT|00:00:00|01:00:00|00:00:00|j|DEFAULT|0|{8}|{9}',
      'info t|DEFAULT|00:00:00|01:00:00|00:00:00|j|DEFAULT|0|0|DO NOTHING',
      'info t|DEFAULT|00:00:00|01:00:00|02:10:00|j|DEFAULT|{7}|{8}|{9}',
    ]);
  });
});

describe('JobInterruptMonitorPlugin', () => {
  test('interrupts what lasts longer than it may, and nothing else', async () => {
    const ended: string[] = [];
    let begun = 0;
    let allBegun = (): void => {};
    const ready = new Promise<void>((resolve) => {
      allBegun = resolve;
    });
    const untilInterrupted: JobFunction = ({ signal, job }) => {
      begun += 1;
      if (begun === 3) allBegun();
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          ended.push(job.key.name);
          resolve(null);
        }),
      );
    };
    make({ monitor: new JobInterruptMonitorPlugin({ defaultMaxRunTime: '60000' }) }, { untilInterrupted });
    const data = { AutoInterruptable: 'true' };
    for (const [key, own] of [
      ['short', { ...data, MaxRunTime: '1000' }],
      ['usual', data],
      ['free', {}],
    ] as const)
      await scheduler.schedule({ job: 'untilInterrupted', key, data: own }, { at: now() });
    await scheduler.start();
    await ready;
    const after = async (ms: number): Promise<string[]> => {
      await scheduler.clock.advance(ms);
      await new Promise<void>((resolve) => setImmediate(resolve));
      return [...ended];
    };
    expect(await after(999)).toEqual([]);
    expect(await after(1)).toEqual(['short']);
    expect(await after(59_000)).toEqual(['short', 'usual']);
    scheduler.interrupt('free');
    await scheduler.whenIdle();
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });
});

describe('RunHistoryPlugin', () => {
  test('keeps what became of every run, for all nodes to read, and not for ever', async () => {
    make(
      { history: new RunHistoryPlugin({ maxRuns: 3 }) },
      {
        works: () => 1,
        fails: () => {
          throw new Error('no');
        },
      },
    );
    await scheduler.schedule({ job: 'works', key: { name: 'j', group: 'g' } }, { every: '1h', key: 't' });
    await scheduler.advance('3h');
    await scheduler.advance('1s');
    await scheduler.schedule({ job: 'fails' }, { at: now(), key: 'f' });
    await scheduler.runDue();
    await scheduler.advance('1h');
    const runs = await readRunHistory(scheduler);
    expect(runs.length).toBeLessThan(6);
    expect(runs.slice(0, 3).map(({ job, outcome, error }) => [job.name, outcome, error])).toEqual([
      ['j', 'succeeded', null],
      ['fails', 'failed', 'no'],
      ['j', 'succeeded', null],
    ]);
    expect(runs[1]).toMatchObject({
      trigger: { group: 'DEFAULT', name: 'f' },
      scheduledFireAt: new Date('2026-01-01T03:00:01Z'),
      endedAt: new Date('2026-01-01T03:00:01Z'),
      node: scheduler.instanceId,
      attempt: 1,
      recovering: false,
    });
    expect(
      (await readRunHistory(scheduler, { job: 'fails', limit: 1 })).map(({ outcome }) => outcome),
    ).toEqual(['failed']);
    expect(await scheduler.listTriggersOfJob({ group: RUN_HISTORY_GROUP, name: 'x' })).toEqual([]);
  });

  test('leaves its records out of what an application counts and lists', async () => {
    make({ history: new RunHistoryPlugin() }, { works: () => 1 });
    await scheduler.schedule({ job: 'works', key: 'j' }, { every: '1m', key: 't' });
    await scheduler.advance('5m');
    expect((await scheduler.listJobKeys(RUN_HISTORY_GROUP)).length).toBeGreaterThan(3);
    expect(await scheduler.getCounts()).toMatchObject({ jobs: 1, triggers: 1 });
    expect(await scheduler.listJobKeys()).toEqual([{ group: 'DEFAULT', name: 'j' }]);
    expect((await scheduler.listJobs({ anything: true })).map(({ key }) => key.name)).toEqual(['j']);
    expect(await scheduler.listJobGroups()).toEqual(['DEFAULT']);
  });

  test('removes what is too old', async () => {
    make({ history: new RunHistoryPlugin({ maxAge: '1h', maxRuns: 1000 }) }, { works: () => 1 });
    await scheduler.schedule({ job: 'works', key: 'j' }, { every: '1m', key: 't' });
    await scheduler.advance('15h');
    const runs = await readRunHistory(scheduler, { limit: 10_000 });
    expect(runs.length).toBeGreaterThan(59);
    expect(runs.length).toBeLessThan(600);
  });
});

describe('ShutdownHookPlugin', () => {
  test('shuts down in order when the process is told to end', async () => {
    make({});
    const folder = mkdtempSync(join(import.meta.dirname, '../dist/hook-'));
    try {
      const program = join(folder, 'main.mjs');
      writeFileSync(
        program,
        `import { createScheduler } from '@ametrine/core';
         import { ShutdownHookPlugin } from '@ametrine/config/plugins';
         import { MemoryJobStore } from '@ametrine/store-memory';
         let end;
         const slow = () => new Promise((resolve) => { end = resolve; console.log('runs'); });
         const scheduler = createScheduler({ store: new MemoryJobStore(), jobs: { slow }, plugins: { hook: new ShutdownHookPlugin() } });
         scheduler.addSchedulerListener({ schedulerShuttingDown: () => { console.log('ends'); end(); }, schedulerShutDown: () => console.log('over') });
         await scheduler.schedule({ job: 'slow' }, { at: new Date() });
         await scheduler.start();
         setInterval(() => {}, 1000);`,
      );
      const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (said === 'runs\n') child.kill('SIGTERM');
      });
      const [code, signal] = await once(child, 'close');
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
      expect(said).toBe('runs\nends\nover\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
