/**
 * One life of a scheduler under a kill test: it writes down everything it does, line by line, until it is killed or
 * told to stop.
 *
 * `node worker.mjs <options as JSON>`; see {@link WorkerOptions} in lives.ts.
 *
 * @module
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as work } from 'node:timers/promises';
import { createScheduler, DEFAULT_GROUP, isSchedulerError, RECOVERY_GROUP } from '@ametrine/core';
import { loadAdapter } from './stores/adapter.mjs';
import { workloadOf } from './workloads.mjs';

/** @type {import('./lives.js').WorkerOptions} */
const {
  store: storeName,
  connection,
  workload: choice,
  logFile,
  life,
  instanceId,
  ...options
} = JSON.parse(process.argv[2] ?? '');
const log = openSync(logFile, 'a');
const { jobs, triggers, oneShots } = workloadOf(choice);
/** Runs are many: one message for all of this long is enough to wake the test. */
const WAKE_EVERY_MS = 50;
const BETWEEN_ATTEMPTS_MS = 200;
let wakes = false;

/**
 * The file is the truth: what is written synchronously outlives the process. The message only wakes the test.
 *
 * @param {string} event
 * @param {object} facts
 */
function note(event, facts = {}) {
  const line = { life, at: Date.now(), event, ...facts };
  writeSync(log, `${JSON.stringify(line)}\n`);
  if (event === 'started') process.send?.(event);
  if (wakes) return;
  wakes = true;
  setTimeout(() => {
    wakes = false;
    if (process.connected) process.send?.('news');
  }, WAKE_EVERY_MS).unref();
}

const adapter = await loadAdapter(storeName);

function openStore() {
  const store = adapter.openStore(/** @type {never} */ (connection));
  const complete = store.triggeredJobsComplete.bind(store);
  // Writes down what the store acknowledged.
  store.triggeredJobsComplete = async (completions, completing) => {
    const outcomes = await complete(completions, completing);
    for (const [index, { fireInstanceId }] of completions.entries()) {
      note(outcomes[index] ?? 'stale', { fireInstanceId });
    }
    return outcomes;
  };
  return store;
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
  store: openStore(),
  name: 'kill-test',
  concurrency: options.concurrency,
  checkInIntervalMs: 1000,
  jobs: { Run: run },
  ...(instanceId === null ? {} : { instanceId }),
  listeners: {
    scheduler: [
      {
        instanceRecovered: ({ instanceId: dead, released, recovering, abandoned }) =>
          note('recovered', { dead, released, recovering: recovering.length, abandoned }),
        schedulerError: (message, error) =>
          note('problem', {
            message: `${message}: ${error.message}`,
            code: 'code' in error ? error.code : undefined,
          }),
      },
    ],
  },
});

/**
 * A call that fails because of what the test does to the servers is repeated, as a supervisor would start the process
 * again. When it never succeeds, the test gives up on this life.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
async function persistently(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isSchedulerError(error) || adapter.tolerates?.includes(error.code) !== true) throw error;
      await work(BETWEEN_ATTEMPTS_MS);
    }
  }
}

async function storeWorkload() {
  const now = Date.now();
  /** @type {Map<string, import('@ametrine/core').TriggerSpec[]>} */
  const specs = new Map(Object.keys(jobs).map((name) => [name, []]));
  for (const [key, { job, spec }] of Object.entries(triggers)) specs.get(job)?.push({ key, ...spec });
  for (const [key, { job, afterMs }] of Object.entries(oneShots))
    specs.get(job)?.push({ key, at: now + afterMs });
  await scheduler.scheduleAll(
    Object.entries(jobs).map(([name, { nonConcurrent, requestsRecovery, persists }]) => ({
      job: { key: name, job: 'Run', nonConcurrent, requestsRecovery, persistDataAfterExecution: persists },
      triggers: specs.get(name) ?? [],
    })),
  );
}

/** @returns {Promise<Record<string, string>>} the state of every trigger but those of recovery runs */
async function statesOfAll() {
  /** @type {Record<string, string>} */
  const states = {};
  for (const key of await scheduler.listTriggerKeys()) {
    if (key.group === RECOVERY_GROUP && options.runs) continue;
    const name = key.group === DEFAULT_GROUP ? key.name : `${key.group}.${key.name}`;
    states[name] = await scheduler.getTriggerState(key);
  }
  return states;
}

if (options.create && (await scheduler.listTriggerKeys()).length === 0) await storeWorkload();
if (options.inspects) {
  const states = await persistently(statesOfAll);
  note(options.runs ? 'opened' : 'inspected', { states });
}
if (options.runs) {
  await persistently(() => scheduler.start());
  note('started');
}

async function stop() {
  await scheduler.shutdown();
  note('stopped');
  process.disconnect();
}
process.once('message', () => void stop());
// The test is gone: nobody would end this process.
process.once('disconnect', () => process.exit());
if (!options.runs) await stop();
