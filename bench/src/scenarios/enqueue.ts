/**
 * How fast one-shots that are due in an hour are stored: one by one, each waited for, and by the bulk call.
 *
 * @module
 */
import { openSubject } from '../subjects/open-subject.js';
import { watchServer } from '../servers/server-meter.js';
import { param, resourcesUsed, setupOf, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

const AN_HOUR_MS = 3_600_000;

/** Stores as many one by one as by the bulk call. */
export async function enqueue(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const subject = await openSubject(name, setupOf(task, new Tally()));
  const jobs = param(params, 'jobs');
  const dueAt = Date.now() + AN_HOUR_MS;
  const stopWatching = await watchServer(store, server);
  const cpu = process.cpuUsage();

  const oneBegan = performance.now();
  for (let id = 0; id < jobs; id++) await subject.add({ id, dueAt });
  const oneSeconds = (performance.now() - oneBegan) / 1000;

  let bulk = {};
  if (subject.addMany !== null) {
    const shots = Array.from({ length: jobs }, (_, index) => ({ id: jobs + index, dueAt }));
    const began = performance.now();
    await subject.addMany(shots);
    bulk = { bulkPerSecond: jobs / ((performance.now() - began) / 1000) };
  }
  const added = subject.addMany === null ? jobs : 2 * jobs;
  const { serverCpuSeconds } = await stopWatching(added);
  const used = { ...resourcesUsed(cpu), ...(serverCpuSeconds === undefined ? {} : { serverCpuSeconds }) };
  await subject.stop();
  return { version: subject.version, params, metrics: { onePerSecond: jobs / oneSeconds, ...bulk, ...used } };
}
