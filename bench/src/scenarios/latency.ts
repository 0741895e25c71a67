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
const LEAD_PER_JOB_MS = 1;
/** The same with a server: a commit waits for the disk. */
const LEAD_PER_COMMIT_MS = 6;

/** The lateness of each run against the instant it was asked for, however the subject rounds it. */
export async function latency(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const jobs = param(params, 'jobs');
  const log = new RunLog();
  const subject = await openSubject(name, setupOf(task, log));
  const firstAt = Date.now() + LEAD_MS + jobs * (server === null ? LEAD_PER_JOB_MS : LEAD_PER_COMMIT_MS);
  const step = param(params, 'spreadMs') / jobs;
  const dueAt = (id: number): number => Math.round(firstAt + id * step);
  for (let id = 0; id < jobs; id++) await subject.add({ id, dueAt: dueAt(id) });
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
