/**
 * Defects in the data.
 *
 * @module
 */
import type { JobData, SchedulerError } from '@ametrine/core';
import type { StoreTransaction } from '@ametrine/core/spi';
import { brokenCalls, brokenPrimitives, type Mutant } from './mutant.js';

/** DAT. */
export const dataMutants: readonly Mutant[] = [
  brokenPrimitives('JS-DAT-01/plain-json', 'data are kept as JSON', (tx) =>
    withData(tx, (data) => JSON.parse(JSON.stringify(data, textOf)) as JobData),
  ),
  brokenPrimitives('JS-DAT-01/proto', 'a key named __proto__ is assigned', (tx) =>
    withData(tx, (data) => {
      const copy: Record<string, JobData[string]> = {};
      for (const [name, value] of Object.entries(data)) copy[name] = value;
      return copy;
    }),
  ),
  brokenPrimitives('JS-DAT-01/dots', 'a key with a dot is cut at the dot', (tx) =>
    withData(tx, (data) =>
      Object.fromEntries(Object.entries(data).map(([name, value]) => [name.split('.')[0] ?? name, value])),
    ),
  ),
  brokenCalls('JS-DAT-02/drops-it', 'what cannot be kept is left out', (store) => ({
    storeJob: (job, options) => store.storeJob({ ...job, data: withoutOddities(job.data) }, options),
  })),
  brokenCalls('JS-DAT-02/writes-first', 'a refused job is there, without its data', (store) => ({
    storeJob: (job, options) =>
      store.storeJob(job, options).catch(async (error: SchedulerError) => {
        if (error.code === 'ERR_INVALID_DATA') await store.storeJob({ ...job, data: {} }, { replace: true });
        throw error;
      }),
  })),
];

function withData(tx: StoreTransaction, change: (data: JobData) => JobData): Partial<StoreTransaction> {
  return { putJobs: (jobs) => tx.putJobs(jobs.map((job) => ({ ...job, data: change(job.data) }))) };
}

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Data as a careless serializer leaves them. */
function withoutOddities(data: JobData): JobData {
  try {
    return JSON.parse(JSON.stringify(data, textOf)) as JobData;
  } catch {
    return {};
  }
}
