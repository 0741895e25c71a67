/**
 * How fast a backlog of due one-shots of one durable no-op job is worked off.
 *
 * @module
 */
import { openSubject } from '../subjects/open-subject.js';
import type { OneShot } from '../subjects/subject.js';
import { until } from './pass.js';
import { refreshStatistics } from '../servers/refresh-statistics.js';
import { watchServer } from '../servers/server-meter.js';
import { param, resourcesUsed, setupOf, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

/** How long a subject whose jobs fire by themselves gets to create each, in ms. */
const CREATION_MS = 0.75;
/** How long before they are due the measurement of such a subject is set up, in ms. */
const HEAD_MS = 50;

/** From the start, or from when they are due if there is no start, to the end of the last run, as the subject's store knows it. */
export async function drain(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const tally = new Tally();
  const subject = await openSubject(name, setupOf(task, tally));
  const jobs = Math.min(param(params, 'jobs'), subject.limits.drain ?? Number.POSITIVE_INFINITY);

  const dueAt = subject.firesAtOnce ? Date.now() + Math.max(1000, jobs * CREATION_MS) : Date.now();
  const shots: OneShot[] = Array.from({ length: jobs }, (_, id) => ({ id, dueAt }));
  const setupBegan = performance.now();
  if (subject.addMany !== null) await subject.addMany(shots);
  else for (const shot of shots) await subject.add(shot);
  const setupSeconds = (performance.now() - setupBegan) / 1000;
  if (subject.firesAtOnce) {
    if (Date.now() >= dueAt - HEAD_MS) throw new Error(`${jobs} jobs were not created before they were due`);
    await until(dueAt - HEAD_MS);
  }

  await refreshStatistics(store, server);
  const stopWatching = await watchServer(store, server);
  const cpu = process.cpuUsage();
  const done = tally.reaches(jobs);
  const began = subject.firesAtOnce ? dueAt - performance.timeOrigin : performance.now();
  await subject.start();
  await done;
  await subject.settle?.();
  const seconds = (performance.now() - began) / 1000;
  const used = { ...resourcesUsed(cpu), ...(await stopWatching(jobs)) };
  await subject.stop();
  return {
    version: subject.version,
    params: { ...params, jobs },
    metrics: {
      jobsPerSecond: jobs / seconds,
      firedTwice: tally.firedTwice,
      notRun: jobs - tally.ids,
      setupSeconds,
      ...used,
    },
  };
}
