/**
 * node-schedule as a subject: one sorted list of invocations, in memory.
 *
 * @module
 */
import schedule from 'node-schedule';
import { type Subject, type SubjectSetup, secondsField } from './subject.js';

/** node-schedule behind the interface of {@link Subject}. */
export function openNodeSchedule({ events }: SubjectSetup, version: string): Subject {
  const run = (id: number): void => {
    events.ran(id, null);
    events.completed(1);
  };
  return {
    version,
    // It fires one job per timer tick, about 900 a second: more would only take longer.
    limits: { drain: 20_000 },
    firesAtOnce: true,
    add: ({ id, dueAt }) => schedule.scheduleJob(new Date(dueAt), () => run(id)),
    addMany: null,
    addRecurring(recurring) {
      for (const each of recurring)
        schedule.scheduleJob(`${secondsField(each)} * * * * *`, () => run(each.id));
    },
    start() {},
    stop: () => schedule.gracefulShutdown(),
  };
}
