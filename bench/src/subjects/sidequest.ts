/**
 * Sidequest as a subject, on MariaDB: one process, jobs inline, and the settings that were found best.
 *
 * @module
 */
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { SIDEQUEST, type SidequestModule } from './sidequest-module.js';
import { type Subject, type SubjectSetup, secondsField, serverOf } from './subject.js';

const CONCURRENCY = 100;
const POLL_MS = 10;
const QUEUE = `INSERT IGNORE INTO sidequest_queues (name, concurrency, priority, state)
  VALUES ('default', ${CONCURRENCY}, 0, 'active')`;
const UNDONE = "SELECT 1 FROM sidequest_jobs WHERE state IN ('waiting', 'claimed', 'running') LIMIT 1";

/** Sidequest behind the interface of {@link Subject}. */
export async function openSidequest(setup: SubjectSetup, version: string): Promise<Subject> {
  const { url } = serverOf(setup);
  const { Sidequest } = (await import(SIDEQUEST)) as SidequestModule;
  const { BenchJob, tell } = await import('./sidequest-job.js');
  tell(setup.events);
  const options = {
    backend: { driver: '@sidequest/mysql-backend', config: url },
    queues: [{ name: 'default', concurrency: CONCURRENCY }],
    maxConcurrentJobs: CONCURRENCY,
    jobPollingInterval: POLL_MS,
    fork: false,
    runner: 'inline',
    gracefulShutdown: false,
    logger: { level: 'error' },
    dashboard: { enabled: false },
  };
  await Sidequest.configure(options);
  // Two engines that start together on a table without their queue both make it, and one of them fails.
  const connection = await createConnection(url);
  await connection.query(QUEUE);
  await connection.end();
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: ({ id, dueAt }) => Sidequest.build(BenchJob).availableAt(new Date(dueAt)).enqueue(id),
    addMany: null,
    async addRecurring(recurring) {
      for (const each of recurring) {
        await Sidequest.build(BenchJob).schedule(`${secondsField(each)} * * * * *`, each.id);
      }
    },
    start: () => Sidequest.start(options),
    async settle() {
      const connection = await createConnection(url);
      while ((await connection.query<RowDataPacket[]>(UNDONE))[0].length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await connection.end();
    },
    stop: () => Sidequest.stop(),
  };
}
