/**
 * BullMQ as a subject: a queue in Redis, with the concurrency that was found best for each scenario.
 *
 * @module
 */
import { Queue, Worker } from 'bullmq';
import { type OneShot, type Subject, type SubjectSetup, secondsField, serverOf } from './subject.js';

const DRAIN_CONCURRENCY = 50;
const CONCURRENCY = 100;
/** Schedules that are stored at a time. */
const CHUNK = 500;

/** BullMQ behind the interface of {@link Subject}. */
export async function openBullmq(setup: SubjectSetup, version: string): Promise<Subject> {
  const { events, scenario } = setup;
  const { hostname, port } = new URL(serverOf(setup).url);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue<{ id: number }>('bench', { connection });
  await queue.waitUntilReady();
  let worker: Worker<{ id: number }> | null = null;
  const optionsOf = ({ dueAt }: OneShot): { delay: number } => ({ delay: Math.max(0, dueAt - Date.now()) });
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: (shot) => queue.add('bench', { id: shot.id }, optionsOf(shot)),
    addMany: (shots) =>
      queue.addBulk(shots.map((shot) => ({ name: 'bench', data: { id: shot.id }, opts: optionsOf(shot) }))),
    async addRecurring(recurring) {
      for (let from = 0; from < recurring.length; from += CHUNK) {
        await Promise.all(
          recurring
            .slice(from, from + CHUNK)
            .map((each) =>
              queue.upsertJobScheduler(
                `schedule-${each.id}`,
                { pattern: `${secondsField(each)} * * * * *` },
                { name: 'bench', data: { id: each.id } },
              ),
            ),
        );
      }
    },
    async start() {
      const concurrency = scenario.startsWith('drain') ? DRAIN_CONCURRENCY : CONCURRENCY;
      worker = new Worker('bench', async ({ data, opts }) => events.ran(data.id, opts.prevMillis ?? null), {
        connection,
        concurrency,
      });
      worker.on('completed', () => events.completed(1));
      worker.on('error', (error) => console.error(error));
      await worker.waitUntilReady();
    },
    async stop() {
      await worker?.close();
      await queue.close();
    },
  };
}
