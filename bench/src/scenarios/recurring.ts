/**
 * Whether thousands of schedules keep their rhythm, watched over some periods.
 *
 * @module
 */
import { lateness } from '../statistics.js';
import { openSubject } from '../subjects/open-subject.js';
import type { Recurring } from '../subjects/subject.js';
import { until } from './pass.js';
import { watchServer } from '../servers/server-meter.js';
import { param, resourcesUsed, setupOf, type Task, type TaskResult } from './scenario.js';
import { RunLog, type SeenRun } from './tally.js';

/** From the start of the scheduler to the watched span, and how long after it late runs are still awaited. */
const LEAD_MS = 1000;
const GRACE_MS = 5000;

/**
 * Schedules are staggered over the whole seconds of the period, as even as they go. Which occurrence a run belongs
 * to is what the subject tells its job, or else the latest that could have been due: such a subject can never be
 * seen more than one period late.
 */
export async function recurring(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const periodSeconds = param(params, 'periodSeconds');
  const watchSeconds = param(params, 'watchSeconds');
  const log = new RunLog();
  const subject = await openSubject(name, setupOf(task, log));
  const schedules = param(params, 'schedules');

  const setupBegan = performance.now();
  const someSecond = Math.floor(Date.now() / 1000) * 1000;
  const list: Recurring[] = Array.from({ length: schedules }, (_, id) => ({
    id,
    periodSeconds,
    firstAt: someSecond + (id % periodSeconds) * 1000 + 1000,
  }));
  await subject.addRecurring(list);
  await subject.start();
  const setupSeconds = (performance.now() - setupBegan) / 1000;

  const from = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000;
  const to = from + watchSeconds * 1000;
  const stopWatching = await watchServer(store, server);
  await until(from - 100);
  const cpu = process.cpuUsage();
  const expected = schedules * Math.floor(watchSeconds / periodSeconds);
  const occurrences = new Map<string, number>();
  const late: number[] = [];
  let seen = 0;
  let firedTwice = 0;
  const take = (run: SeenRun): void => {
    const dueAt = run.dueAt ?? latestDueAt(run, list[run.id]);
    if (dueAt < from || dueAt >= to) return;
    const occurrence = `${run.id}@${dueAt}`;
    const times = (occurrences.get(occurrence) ?? 0) + 1;
    occurrences.set(occurrence, times);
    if (times === 1) late.push(run.at - dueAt);
    else firedTwice++;
  };
  const takeAll = (): void => {
    for (; seen < log.runs.length; seen++) take(log.runs[seen] as SeenRun);
  };
  await until(to);
  const used = { ...resourcesUsed(cpu), ...(await stopWatching(expected)) };
  takeAll();
  // Those that are due in the last second may still be on their way.
  for (let end = to; occurrences.size < expected && end < to + GRACE_MS; end += 100) {
    await until(end);
    takeAll();
  }
  await subject.stop();
  return {
    version: subject.version,
    params,
    metrics: {
      expected,
      fired: occurrences.size,
      missed: expected - occurrences.size,
      firedTwice,
      ...lateness(late),
      setupSeconds,
      ...used,
    },
  };
}

function latestDueAt(run: SeenRun, schedule: Recurring | undefined): number {
  if (schedule === undefined) throw new Error(`a run of schedule ${run.id}, which was never made`);
  const periodMs = schedule.periodSeconds * 1000;
  return schedule.firstAt + Math.floor((run.at - schedule.firstAt) / periodMs) * periodMs;
}
