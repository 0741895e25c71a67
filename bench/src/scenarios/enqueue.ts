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

/** What the server did is told of the calls one by one: a bulk call would hide what one costs. */
export async function enqueue(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const subject = await openSubject(name, setupOf(task, new Tally()));
  const [jobs, oneByOne] = [param(params, 'jobs'), param(params, 'oneByOne')];
  const dueAt = Date.now() + AN_HOUR_MS;
  const stopWatching = await watchServer(store, server);
  const cpu = process.cpuUsage();

  const oneBegan = performance.now();
  for (let id = 0; id < oneByOne; id++) await subject.add({ id, dueAt });
  const oneSeconds = (performance.now() - oneBegan) / 1000;
  const served = await stopWatching(oneByOne);

  let bulk = {};
  if (subject.addMany !== null) {
    const shots = Array.from({ length: jobs }, (_, index) => ({ id: oneByOne + index, dueAt }));
    const began = performance.now();
    await subject.addMany(shots);
    bulk = { bulkPerSecond: jobs / ((performance.now() - began) / 1000) };
  }
  const used = resourcesUsed(cpu);
  await subject.stop();
  return {
    version: subject.version,
    params,
    metrics: { onePerSecond: oneByOne / oneSeconds, ...bulk, ...used, ...served },
  };
}
