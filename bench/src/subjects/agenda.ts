/**
 * Agenda as a subject, on MongoDB, at the write concern of the measurement.
 *
 * @module
 */
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { type Subject, type SubjectSetup, secondsField, serverOf } from './subject.js';

const PROCESS_EVERY_MS = 200;
const CONCURRENCY = 100;

/** Agenda behind the interface of {@link Subject}. */
export async function openAgenda(setup: SubjectSetup, version: string): Promise<Subject> {
  const { events, setting } = setup;
  const address = new URL(serverOf(setup).url);
  address.pathname = '/agenda';
  const { w = 'majority', j = true } = setting.writeConcern ?? {};
  address.searchParams.set('w', String(w));
  address.searchParams.set('journal', String(j));
  const agenda = new Agenda({
    backend: new MongoBackend({ address: address.href }),
    processEvery: PROCESS_EVERY_MS,
    defaultConcurrency: CONCURRENCY,
    maxConcurrency: CONCURRENCY,
  });
  agenda.on('error', (error) => console.error(error));
  agenda.on('complete', () => events.completed(1));
  agenda.define<{ id: number }>('bench', async ({ attrs }) => events.ran(attrs.data.id, null));
  await agenda.ready;
  return {
    version,
    limits: {},
    firesAtOnce: false,
    add: ({ id, dueAt }) => agenda.schedule(new Date(dueAt), 'bench', { id }),
    addMany: null,
    async addRecurring(recurring) {
      for (const each of recurring) {
        const job = agenda.create('bench', { id: each.id });
        job.repeatEvery(`${secondsField(each)} * * * * *`, { skipImmediate: true });
        await job.save();
      }
    },
    start: () => agenda.start(),
    stop: () => agenda.stop(),
  };
}
