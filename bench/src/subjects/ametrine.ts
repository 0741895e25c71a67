/**
 * This library as a subject.
 *
 * @module
 */
import { createScheduler, type JobSpec, type Scheduler, type TriggerSpec } from '@ametrine/core';
import type { JobStore } from '@ametrine/core/spi';
import { versionOf } from './open-subject.js';
import { openOwnStore } from './own-stores.js';
import type { Subject, SubjectSetup } from './subject.js';

/** How many runs at a time: enough for batches to pay, and still small beside the work. */
const CONCURRENCY = 256;
/**
 * On PostgreSQL batches like those of pg-boss, for a commit waits for the disk; on Redis the usual ones. Twice as many slots:
 * the next batch is claimed while one begins.
 */
const SLOTS: Readonly<Partial<Record<SubjectSetup['store'], object>>> = {
  postgres: { concurrency: 2000, maxBatchSize: 1000 },
  redis: { concurrency: 512, maxBatchSize: 256 },
};
/** The one durable job that every trigger fires. */
const job: JobSpec = { key: 'bench', job: 'Bench', durable: true };

/** A scheduler over a fresh or an existing store. */
export interface OpenScheduler {
  readonly scheduler: Scheduler;
  readonly store: JobStore;
}

/** Opens a scheduler whose one job tells `events` of its runs. */
export async function openScheduler(setup: SubjectSetup): Promise<OpenScheduler> {
  const { store, folder, server, setting, events } = setup;
  const opened = await openOwnStore(store, { folder, url: server?.url ?? '', setting });
  const jobStore = countCompletions(opened, events);
  const scheduler = createScheduler({
    store: jobStore,
    name: 'bench',
    concurrency: CONCURRENCY,
    ...SLOTS[store],
    jobs: {
      Bench: (context) => events.ran(Number(context.trigger.key.name), context.scheduledFireAt.getTime()),
    },
  });
  await scheduler.addJob(job, { replace: true });
  return { scheduler, store: jobStore };
}

/** Stores triggers of the bench job in one call. */
export async function scheduleMany(scheduler: Scheduler, triggers: readonly TriggerSpec[]): Promise<void> {
  await scheduler.scheduleAll([{ job, triggers }], { replace: true });
}

/** Ametrine behind the interface of {@link Subject}. */
export async function openAmetrine(setup: SubjectSetup): Promise<Subject> {
  const { scheduler } = await openScheduler(setup);
  return {
    version: versionOf('@ametrine/core'),
    limits: {},
    firesAtOnce: false,
    add: ({ id, dueAt }) => scheduler.scheduleTrigger('bench', { key: String(id), at: dueAt }),
    addMany: (shots) =>
      scheduleMany(
        scheduler,
        shots.map(({ id, dueAt }) => ({ key: String(id), at: dueAt })),
      ),
    addRecurring: (recurring) =>
      scheduleMany(
        scheduler,
        recurring.map(({ id, periodSeconds, firstAt }) => ({
          key: String(id),
          every: periodSeconds * 1000,
          startAt: firstAt,
        })),
      ),
    start: () => scheduler.start(),
    stop: () => scheduler.shutdown(),
  };
}

/** A run counts as ended when the store has taken its completion, not when the job's code returned. */
function countCompletions(store: JobStore, events: SubjectSetup['events']): JobStore {
  const complete = store.triggeredJobsComplete.bind(store);
  store.triggeredJobsComplete = async (completions, options) => {
    const outcomes = await complete(completions, options);
    events.completed(outcomes.filter((outcome) => outcome === 'completed').length);
    return outcomes;
  };
  return store;
}
