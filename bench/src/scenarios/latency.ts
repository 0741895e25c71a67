/**
 * How late one-shots start that are spread evenly over some seconds, so that hardly two are due together.
 *
 * @module
 */
import { lateness } from '../statistics.js';
import { openSubject } from '../subjects/open-subject.js';
import { watchServer } from '../servers/server-meter.js';
import { param, resourcesUsed, setupOf, type Task, type TaskResult } from './scenario.js';
import { RunLog } from './tally.js';

/** From the start of the scheduler to the first one-shot, and per one-shot that has to be stored before. */
const LEAD_MS = 1000;
const LEAD_PER_JOB_MS = 2;
/** The same with a server: a commit waits for the disk. */
const LEAD_PER_COMMIT_MS = 15;

/** The lateness of each run against the instant it was asked for, however the subject rounds it. */
export async function latency(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const jobs = param(params, 'jobs');
  const log = new RunLog();
  const subject = await openSubject(name, setupOf(task, log));
  // Storing is no part of this: where it waits for a disk, the bulk call does it.
  const inBulk = server !== null && subject.addMany !== null;
  const leadPerJobMs = server === null || inBulk ? LEAD_PER_JOB_MS : LEAD_PER_COMMIT_MS;
  const firstAt = Date.now() + LEAD_MS + jobs * leadPerJobMs;
  const step = param(params, 'spreadMs') / jobs;
  const dueAt = (id: number): number => Math.round(firstAt + id * step);
  const shots = Array.from({ length: jobs }, (_, id) => ({ id, dueAt: dueAt(id) }));
  if (inBulk) await subject.addMany?.(shots);
  else for (const shot of shots) await subject.add(shot);
  if (Date.now() >= firstAt) throw new Error(`${jobs} jobs were not stored before the first was due`);

  const stopWatching = await watchServer(store, server);
  const cpu = process.cpuUsage();
  const done = log.reaches(jobs);
  await subject.start();
  await done;
  const used = { ...resourcesUsed(cpu), ...(await stopWatching(jobs)) };
  await subject.stop();
  const late = log.runs.map(({ id, at }) => at - dueAt(id));
  return {
    version: subject.version,
    params,
    metrics: { ...lateness(late), firedTwice: log.firedTwice, notRun: jobs - log.ids, ...used },
  };
}
