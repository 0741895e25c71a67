/**
 * Fills a store with triggers of one durable job, none due for an hour.
 *
 * @module
 */
import type { Scheduler } from '@ametrine/core';
import { openScheduler, scheduleMany } from '../subjects/ametrine.js';
import { versionOf } from '../subjects/open-subject.js';
import { param, setupOf, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

const AN_HOUR_MS = 3_600_000;
/** Triggers of one bulk call. */
const CHUNK = 10_000;

/** As a task of its own: fills a store that is not in memory and closes it. */
export async function fill(task: Task): Promise<TaskResult> {
  const { params } = task;
  const { scheduler } = await openScheduler(setupOf(task, new Tally()));
  const setupSeconds = await fillStore(scheduler, { from: param(params, 'from'), to: param(params, 'to') });
  await scheduler.shutdown();
  return { version: versionOf('@ametrine/core'), params, metrics: { setupSeconds } };
}

/** Stores one-shots due one after another from in an hour on, by their numbers; answers how long that took, in seconds. */
export async function fillStore(
  scheduler: Scheduler,
  { from: first, to }: { readonly from: number; readonly to: number },
): Promise<number> {
  const began = performance.now();
  const firstAt = Date.now() + AN_HOUR_MS;
  for (let from = first; from < to; from += CHUNK) {
    const length = Math.min(CHUNK, to - from);
    const chunk = Array.from({ length }, (_, index) => ({
      key: String(from + index),
      at: firstAt + from + index,
    }));
    await scheduleMany(scheduler, chunk);
  }
  return (performance.now() - began) / 1000;
}
