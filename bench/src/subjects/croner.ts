/**
 * croner as a subject: one timer per job, in memory.
 *
 * @module
 */
import { Cron } from 'croner';
import { type Subject, type SubjectSetup, secondsField } from './subject.js';

/** croner behind the interface of {@link Subject}. */
export function openCroner({ events }: SubjectSetup, version: string): Subject {
  const jobs: Cron[] = [];
  const run = (id: number): void => {
    events.ran(id, null);
    events.completed(1);
  };
  return {
    version,
    // 85 KiB each: before 60,000 one-shots Node's heap of 4 GiB is full.
    limits: { drain: 20_000 },
    firesAtOnce: true,
    add: ({ id, dueAt }) => jobs.push(new Cron(new Date(dueAt), () => run(id))),
    addMany: null,
    addRecurring(recurring) {
      for (const each of recurring)
        jobs.push(new Cron(`${secondsField(each)} * * * * *`, () => run(each.id)));
    },
    start() {},
    stop() {
      for (const job of jobs) job.stop();
    },
  };
}
