/**
 * What a very large number of stored triggers costs while none is due: memory, the start, and looking for work, beside
 * the same with few.
 *
 * @module
 */
import type { JobStore } from '@ametrine/core/spi';
import { runTask } from '../run-task.js';
import { openMeter } from '../servers/server-meter.js';
import { median } from '../statistics.js';
import { type OpenScheduler, openScheduler } from '../subjects/ametrine.js';
import { versionOf } from '../subjects/open-subject.js';
import { fillStore } from './fill.js';
import { param, resourcesUsed, setupOf, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

const FILL_LIMIT_MS = 800_000;
/** Claims that are not counted: the first ones compile what runs. */
const WARM_UP = 20;

/** The triggers to be stored, by their numbers. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The memory is that of a process which only opened the store: a store that is not in memory is filled by another
 * process. The scheduler stands by while the claims are timed, so that it does not take part.
 */
export async function idleMillion(task: Task): Promise<TaskResult> {
  const { params } = task;
  const [few, triggers] = [param(params, 'few'), param(params, 'triggers')];
  const acquires = param(params, 'acquires');
  const cpu = process.cpuUsage();
  const ofFew = await withStored(task, { from: 0, to: few }, (opened) => claimTimes(opened, acquires));

  const bytesBefore = await storedBytes(task);
  return withStored(task, { from: few, to: triggers }, async (opened, setupSeconds) => {
    const bytes = await storedBytes(task);
    const began = performance.now();
    await opened.scheduler.start();
    const startMs = performance.now() - began;
    const { rssMiB } = resourcesUsed(cpu);
    await opened.scheduler.standby();
    const { acquireMs, acquireDueMs } = await claimTimes(opened, acquires);
    const { cpuSeconds } = resourcesUsed(cpu);
    return {
      version: versionOf('@ametrine/core'),
      params,
      metrics: {
        rssMiB,
        acquireMs,
        acquireDueMs,
        acquireMsOfFew: ofFew.acquireMs,
        acquireDueMsOfFew: ofFew.acquireDueMs,
        startMs,
        setupSeconds,
        cpuSeconds,
        ...(bytes === null || bytesBefore === null
          ? {}
          : { serverBytesPerTrigger: (bytes - bytesBefore) / (triggers - few) }),
      },
    };
  });
}

/** The one store in memory of this process, which goes on from one part to the next. */
let inMemory: OpenScheduler | null = null;

async function withStored<T>(
  task: Task,
  span: Span,
  work: (opened: OpenScheduler, setupSeconds: number) => Promise<T>,
): Promise<T> {
  if (task.store === 'memory') {
    inMemory ??= await openScheduler(setupOf(task, new Tally()));
    return work(inMemory, await fillStore(inMemory.scheduler, span));
  }
  const filled = await runTask({ ...task, scenario: 'fill', params: { ...span } }, FILL_LIMIT_MS);
  const opened = await openScheduler(setupOf(task, new Tally()));
  try {
    return await work(opened, filled.metrics.setupSeconds ?? Number.NaN);
  } finally {
    await opened.scheduler.shutdown();
  }
}

/** How long a claim takes that finds nothing, and one that finds one trigger; medians, in ms. */
async function claimTimes(
  { scheduler, store }: OpenScheduler,
  acquires: number,
): Promise<{ readonly acquireMs: number; readonly acquireDueMs: number }> {
  const times = async (expected: number): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < WARM_UP; i++) await claim(store, expected);
    for (let i = 0; i < acquires; i++) took.push(await claim(store, expected));
    return median(took);
  };
  const acquireMs = await times(0);
  await scheduler.scheduleTrigger('bench', { key: 'due', at: Date.now() });
  const acquireDueMs = await times(1);
  await scheduler.unschedule('due');
  return { acquireMs, acquireDueMs };
}

async function claim(store: JobStore, expected: number): Promise<number> {
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
  if (acquired.length !== expected) throw new Error(`${acquired.length} triggers acquired, not ${expected}`);
  await store.releaseAcquiredTriggers(acquired);
  return took;
}

/** Null where no server keeps the triggers. */
async function storedBytes({ store, server }: Task): Promise<number | null> {
  if (server === null) return null;
  const meter = await openMeter(store, server);
  try {
    return await meter.storedBytes();
  } finally {
    await meter.close();
  }
}
