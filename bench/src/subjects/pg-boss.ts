/**
 * pg-boss as a subject: a queue in PostgreSQL, with the settings that were found best for each scenario.
 *
 * @module
 */
import { PgBoss } from 'pg-boss';
import { nothingLeft } from './nothing-left.js';
import { type OneShot, type Subject, type SubjectSetup, serverOf } from './subject.js';

const DRAIN = { batchSize: 1000, localConcurrency: 2, burstWhenBatchFull: true };
/** It polls at most twice a second. */
const OTHERWISE = { batchSize: 100, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
const UNDONE =
  "SELECT 1 FROM pgboss.job WHERE name = 'bench' AND state IN ('created', 'retry', 'active') LIMIT 1";

/** pg-boss behind the interface of {@link Subject}. */
export async function openPgBoss(setup: SubjectSetup, version: string): Promise<Subject> {
  const { events, scenario } = setup;
  const connectionString = serverOf(setup).url;
  const boss = new PgBoss({ connectionString, schedule: false });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  if ((await boss.getQueue('bench')) === null) await boss.createQueue('bench');
  const jobOf = ({ id, dueAt }: OneShot) => ({ data: { id }, startAfter: new Date(dueAt) });
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: (shot) => boss.send('bench', { id: shot.id }, { startAfter: new Date(shot.dueAt) }),
    addMany: (shots) => boss.insert('bench', shots.map(jobOf)),
    addRecurring() {
      throw new Error('pg-boss has schedules by the minute only');
    },
    start: () =>
      boss.work<{ id: number }>('bench', scenario.startsWith('drain') ? DRAIN : OTHERWISE, async (jobs) => {
        for (const { data } of jobs) events.ran(data.id, null);
        events.completed(jobs.length);
      }),
    settle: () => nothingLeft(connectionString, UNDONE),
    stop: () => boss.stop({ graceful: false }),
  };
}
