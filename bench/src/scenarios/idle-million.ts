/**
 * What a very large number of stored triggers costs while none is due: memory, the start, and looking for work.
 *
 * @module
 */
import { runTask } from '../run-task.js';
import { median } from '../statistics.js';
import { openScheduler } from '../subjects/ametrine.js';
import { versionOf } from '../subjects/open-subject.js';
import { fillStore } from './fill.js';
import { param, resourcesUsed, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

const FILL_LIMIT_MS = 500_000;

/**
 * The memory is that of a process which only opened the store: a store in files is filled by another process. The
 * scheduler stands by while the claims are timed, so that it does not take part.
 */
export async function idleMillion(task: Task): Promise<TaskResult> {
  const { store: kind, folder, params } = task;
  const filled = kind === 'memory' ? null : await runTask({ ...task, scenario: 'fill' }, FILL_LIMIT_MS);
  const cpu = process.cpuUsage();
  const { scheduler, store } = await openScheduler(kind, folder, new Tally());
  const setupSeconds =
    filled?.metrics.setupSeconds ?? (await fillStore(scheduler, param(params, 'triggers')));
  const began = performance.now();
  await scheduler.start();
  const startMs = performance.now() - began;
  const { rssMiB } = resourcesUsed(cpu);
  await scheduler.standby();

  const acquire = async (expected: number): Promise<number> => {
    const now = Date.now();
    const asked = performance.now();
    const { acquired } = await store.acquireNextTriggers({
      now,
      noLaterThan: now,
      maxCount: 10,
      timeWindowMs: 0,
      fireDue: false,
    });
    const took = performance.now() - asked;
    if (acquired.length !== expected)
      throw new Error(`${acquired.length} triggers acquired, not ${expected}`);
    await store.releaseAcquiredTriggers(acquired);
    return took;
  };
  const times = async (expected: number): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < param(params, 'acquires'); i++) took.push(await acquire(expected));
    return median(took);
  };
  const acquireMs = await times(0);
  await scheduler.scheduleTrigger('bench', { key: 'due', at: Date.now() });
  const acquireDueMs = await times(1);
  const { cpuSeconds } = resourcesUsed(cpu);
  await scheduler.shutdown();
  return {
    version: versionOf('@ametrine/core'),
    params,
    metrics: { rssMiB, acquireMs, acquireDueMs, startMs, setupSeconds, cpuSeconds },
  };
}
