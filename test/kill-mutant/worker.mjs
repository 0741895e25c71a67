/**
 * One life of the kill test: a scheduler over the given file that writes down everything it does, line by line,
 * until it is killed or told to stop.
 *
 * `node worker.mjs <options as JSON>`; see {@link WorkerOptions} in lives.ts.
 *
 * @module
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as work } from 'node:timers/promises';
import { createScheduler, RECOVERY_GROUP } from '@ametrine/core';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';
import { jobs, triggers } from './workload.mjs';

/** @type {import('./lives.js').WorkerOptions} */
const { file, logFile, life, create, instanceId } = JSON.parse(process.argv[2] ?? '');
const log = openSync(logFile, 'a');

/**
 * The file is the truth: what is written synchronously outlives the process. The message only wakes the test.
 *
 * @param {string} event
 * @param {object} facts
 */
function note(event, facts = {}) {
  const line = { life, at: Date.now(), event, ...facts };
  writeSync(log, `${JSON.stringify(line)}\n`);
  process.send?.(event);
}

/** Writes down what the store acknowledged. */
class WatchedStore extends SqliteJobStore {
  async schedulerStarted() { return []; }
  /** @type {SqliteJobStore['triggeredJobsComplete']} */
  async triggeredJobsComplete(completions, options) {
    const outcomes = await super.triggeredJobsComplete(completions, options);
    for (const [index, { fireInstanceId }] of completions.entries()) {
      note(outcomes[index] ?? 'stale', { fireInstanceId });
    }
    return outcomes;
  }
}

/** @param {import('@ametrine/core').JobExecutionContext} context */
async function run({
  fireInstanceId,
  job,
  trigger,
  firedAt,
  scheduledFireAt,
  recovering,
  recovers,
  jobData,
}) {
  const facts = jobs[job.key.name];
  const before = Number(jobData.count ?? 0);
  note('start', {
    fireInstanceId,
    job: job.key.name,
    trigger: trigger.key,
    firedAt: firedAt.getTime(),
    scheduledFireAt: scheduledFireAt.getTime(),
    recovering,
    recovers,
    ...(facts?.persists ? { count: before } : {}),
  });
  await work(Math.random() * (facts?.longestMs ?? 0));
  if (facts?.persists) jobData.count = before + 1;
  note('end', { fireInstanceId, ...(facts?.persists ? { count: before + 1 } : {}) });
}

const scheduler = createScheduler({
  store: new WatchedStore({ path: file }),
  name: 'kill-test',
  concurrency: 4,
  jobs: { Run: run },
  ...(instanceId === null ? {} : { instanceId }),
  listeners: {
    scheduler: [
      {
        instanceRecovered: ({ instanceId: dead, released, recovering, abandoned }) =>
          note('recovered', { dead, released, recovering: recovering.length, abandoned }),
        schedulerError: (message, error) => note('problem', { message: `${message}: ${error.message}` }),
      },
    ],
  },
});

if (create && (await scheduler.listTriggerKeys()).length === 0) {
  const entries = Object.entries(jobs).map(([name, { nonConcurrent, requestsRecovery, persists }]) => ({
    job: { key: name, job: 'Run', nonConcurrent, requestsRecovery, persistDataAfterExecution: persists },
    triggers: Object.entries(triggers)
      .filter(([, { job }]) => job === name)
      .map(([key, { spec }]) => ({ key, ...spec })),
  }));
  await scheduler.scheduleAll(entries);
}

/** @type {Record<string, string>} */
const states = {};
for (const key of await scheduler.listTriggerKeys()) {
  if (key.group !== RECOVERY_GROUP) states[key.name] = await scheduler.getTriggerState(key);
}
note('opened', { states });
await scheduler.start();
note('started');

async function stop() {
  await scheduler.shutdown();
  note('stopped');
  process.disconnect();
}
process.once('message', () => void stop());
// The test is gone: nobody would end this process.
process.once('disconnect', () => process.exit());
