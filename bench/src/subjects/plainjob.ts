/**
 * plainjob as a subject: a queue in a SQLite file, WAL and synchronous=NORMAL as it sets them itself.
 *
 * @module
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { better, defineQueue, defineWorker, type Worker } from 'plainjob';
import { type Subject, type SubjectSetup, secondsField } from './subject.js';

const POLL_MS = 10;
const quiet = { error() {}, warn() {}, info() {}, debug() {} };

/** plainjob behind the interface of {@link Subject}. */
export function openPlainjob({ folder, events }: SubjectSetup, version: string): Subject {
  const queue = defineQueue({ connection: better(new Database(join(folder, 'plainjob.db'))), logger: quiet });
  const workers: Worker[] = [];
  const addWorker = (type: string, run: (data: string) => void): void => {
    const onCompleted = (): void => events.completed(1);
    workers.push(
      defineWorker(type, ({ data }) => run(data), {
        queue,
        pollIntervall: POLL_MS,
        logger: quiet,
        onCompleted,
      }),
    );
  };
  addWorker('bench', (data) => events.ran(JSON.parse(data) as number, null));
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: ({ id, dueAt }) => queue.add('bench', id, { delay: dueAt - Date.now() }),
    addMany(shots) {
      const [first] = shots;
      if (first === undefined) return;
      const ids = shots.map((shot) => shot.id);
      queue.addMany('bench', ids, { delay: first.dueAt - Date.now() });
    },
    addRecurring(recurring) {
      for (const each of recurring) {
        addWorker(`bench-${each.id}`, () => events.ran(each.id, null));
        queue.schedule(`bench-${each.id}`, { cron: `${secondsField(each)} * * * * *` });
      }
    },
    start() {
      for (const worker of workers) void worker.start();
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
