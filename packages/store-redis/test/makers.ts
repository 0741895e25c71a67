/**
 * What the tests of this store share.
 *
 * @module
 */
import type { JobDetail, JobKey, SchedulerError, Trigger } from '@ametrine/core';
import type { StoreSignals } from '@ametrine/core/spi';
import type { RedisStoreOptions } from '../src/redis-options.js';
import { RedisJobStore } from '../src/redis-store.js';

/** The server's time does not matter to what is tested here. */
export const NOW = 1_772_445_600_000;

/** A store that is open and started, with what it said. */
export interface OpenedStore {
  readonly store: RedisJobStore;
  readonly problems: SchedulerError[];
  /** Jobs that went with their last trigger. */
  readonly deleted: JobKey[];
  /** Resolves at the next news of the schedule. */
  news(): Promise<number | null>;
}

/** Opens a store. */
export async function open(options: RedisStoreOptions, instanceId: string = 'n1'): Promise<OpenedStore> {
  const store = new RedisJobStore({ patienceMs: 10_000, ...options });
  const problems: SchedulerError[] = [];
  const deleted: JobKey[] = [];
  const waiting: ((candidateAt: number | null) => void)[] = [];
  const signals: StoreSignals = {
    schedulingChanged: (candidateAt) => {
      for (const heard of waiting.splice(0)) heard(candidateAt);
    },
    triggerMisfired: () => {},
    triggerFinalized: () => {},
    triggerInError: () => {},
    jobDeleted: (key) => deleted.push(key),
    storeError: (_, error) => problems.push(error),
  };
  const jobClassResolver = {
    description: 'a test',
    resolve: () =>
      Promise.resolve(
        class {
          execute(): void {}
        },
      ),
  };
  await store.initialize({ schedulerName: 'test', instanceId, signals, jobClassResolver });
  await store.schedulerStarted({ now: NOW, checkInIntervalMs: 7500 });
  return { store, problems, deleted, news: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** A durable job. */
export function job(name: string): JobDetail {
  return {
    key: { group: 'DEFAULT', name },
    jobClass: 'Work',
    description: null,
    durable: true,
    requestsRecovery: false,
    nonConcurrent: false,
    persistDataAfterExecution: false,
    data: {},
  };
}

/** A one-shot of a job. */
export function once(name: string, of: JobDetail, at: number = NOW): Trigger {
  return {
    key: { group: 'DEFAULT', name },
    jobKey: of.key,
    description: null,
    calendarName: null,
    misfireInstruction: 'smart',
    priority: 5,
    startAt: at,
    endAt: null,
    data: {},
    schedule: { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 },
    nextFireAt: at,
    previousFireAt: null,
    timesTriggered: 0,
    recovers: null,
  };
}
