/**
 * Graphile Worker as a subject: a queue in PostgreSQL, with the settings of its own performance page, and a poll of
 * 100 ms where jobs are not yet due.
 *
 * @module
 */
import { Logger, makeWorkerUtils, type Runner, run } from 'graphile-worker';
import { nothingLeft } from './nothing-left.js';
import { type OneShot, type Subject, type SubjectSetup, serverOf } from './subject.js';

const DRAIN = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
const OTHERWISE = { concurrentJobs: 10, maxPoolSize: 12, pollInterval: 100 };
const UNDONE = 'SELECT 1 FROM graphile_worker._private_jobs LIMIT 1';

/** Graphile Worker behind the interface of {@link Subject}. */
export async function openGraphileWorker(setup: SubjectSetup, version: string): Promise<Subject> {
  const { events, scenario } = setup;
  const connectionString = serverOf(setup).url;
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  let runner: Runner | null = null;
  const specOf = ({ id, dueAt }: OneShot) => ({
    identifier: 'bench' as const,
    payload: { id },
    runAt: new Date(dueAt),
  });
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: ({ id, dueAt }) => utils.addJob('bench', { id }, { runAt: new Date(dueAt) }),
    addMany: (shots) => utils.addJobs(shots.map(specOf)),
    addRecurring() {
      throw new Error('graphile-worker has schedules by the minute only');
    },
    async start() {
      runner = await run({
        preset: { worker: { connectionString, ...(scenario.startsWith('drain') ? DRAIN : OTHERWISE) } },
        taskList: {
          bench: (payload) => {
            events.ran((payload as { id: number }).id, null);
            events.completed(1);
          },
        },
        logger,
        noHandleSignals: true,
      });
    },
    settle: () => nothingLeft(connectionString, UNDONE),
    async stop() {
      await runner?.stop();
      await utils.release();
    },
  };
}
