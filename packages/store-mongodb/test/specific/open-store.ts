import { randomUUID } from 'node:crypto';
import {
  defineJob,
  defineTrigger,
  type JobDetail,
  type JobSpec,
  type KeyInput,
  type Trigger,
  type TriggerSpec,
  withFirstFire,
} from '@ametrine/core';
import type { FiredBundle, JobClassResolver, JobStore, StoreSignals } from '@ametrine/core/spi';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { onTestFinished } from 'vitest';
import { MongoDBJobStore, type MongoStoreOptions } from '../../src/index.js';

/** The instant at which the tests begin. */
export const T0: number = Date.UTC(2026, 2, 2, 10);

/** Finds every class. */
export const everyClass: JobClassResolver = { description: 'every class', resolve: () => () => {} };

/** Signals that are kept, and can be waited for. */
export class HeardSignals implements StoreSignals {
  readonly changes: (number | null)[] = [];
  readonly errors: string[] = [];
  readonly #waiting = new Set<() => void>();

  schedulingChanged(candidateAt: number | null): void {
    this.changes.push(candidateAt);
    for (const wake of this.#waiting) wake();
  }
  triggerMisfired(): void {}
  triggerFinalized(): void {}
  triggerInError(): void {}
  jobDeleted(): void {}
  storeError(message: string): void {
    this.errors.push(message);
  }

  /** Resolves when the schedule changed, now or later; or so often that the changes are enough. */
  async changed(isEnough = (changes: readonly (number | null)[]) => changes.length > 0): Promise<void> {
    while (!isEnough(this.changes)) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

/** A client and an empty database of it, for one test. */
export async function freshDatabase(
  uri: string,
  options: MongoClientOptions = {},
): Promise<{ readonly client: MongoClient; readonly db: Db }> {
  const client = await new MongoClient(uri, options).connect();
  const db = client.db(`test_${randomUUID().replaceAll('-', '')}`);
  onTestFinished(async () => {
    await db.dropDatabase().catch(() => {});
    await client.close();
  });
  return { client, db };
}

/** A store that has started. */
export async function start(
  options: MongoStoreOptions,
  instanceId = 'node',
): Promise<{ readonly store: MongoDBJobStore; readonly signals: HeardSignals }> {
  const store = new MongoDBJobStore(options);
  const signals = new HeardSignals();
  await store.initialize({ schedulerName: 'test', instanceId, signals, jobClassResolver: everyClass });
  onTestFinished(() => store.shutdown().catch(() => {}));
  await store.schedulerStarted({ now: T0, checkInIntervalMs: 5000 });
  return { store, signals };
}

/** A durable job of one class. */
export function aJob(key: KeyInput, spec: Partial<JobSpec> = {}): JobDetail {
  return defineJob({ key, job: 'Job', durable: true, ...spec } as JobSpec);
}

/** A trigger, due at T0 unless told otherwise. */
export function aTrigger(job: JobDetail, key: KeyInput, spec: object = { at: T0 }): Trigger {
  const trigger = defineTrigger({ key, ...spec } as TriggerSpec, { jobKey: job.key, now: T0 });
  return withFirstFire(trigger, null);
}

/** Claims and fires what is due. */
export async function run(
  store: JobStore,
  now: number = T0,
  maxCount = 1000,
): Promise<readonly FiredBundle[]> {
  const { acquired, fired } = await store.acquireNextTriggers({
    now,
    noLaterThan: now,
    maxCount,
    timeWindowMs: 0,
    fireDue: true,
  });
  const results = [...fired, ...(await store.triggersFired(acquired, { now }))];
  return results.flatMap((result) => (result.kind === 'fired' ? [result.bundle] : []));
}

/** Ends runs; one-shots go. */
export function end(store: JobStore, bundles: readonly FiredBundle[], now: number = T0): Promise<unknown> {
  return store.triggeredJobsComplete(
    bundles.map(({ fireInstanceId, trigger, job }) => ({
      fireInstanceId,
      trigger,
      jobKey: job.key,
      instruction: trigger.nextFireAt === null ? 'deleteTrigger' : 'none',
      changedData: null,
    })),
    { now },
  );
}
