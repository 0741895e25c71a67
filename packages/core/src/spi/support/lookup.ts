/**
 * Reads that several steps share.
 *
 * @module
 */
import type { Calendar } from '../../calendars/calendar.js';
import type { JobDetail } from '../../job.js';
import { type JobKey, keyText, type TriggerKey } from '../../key.js';
import type { TriggerRecord } from '../records.js';
import type { StoreTransaction } from '../store-transaction.js';

/** The named calendars that exist, each read once. */
export async function calendarsOf(
  tx: StoreTransaction,
  names: readonly (string | null)[],
): Promise<ReadonlyMap<string, Calendar>> {
  const found = new Map<string, Calendar>();
  for (const name of new Set(names)) {
    if (name === null) continue;
    const calendar = await tx.getCalendar(name);
    if (calendar !== null) found.set(name, calendar);
  }
  return found;
}

/** One job, or null. */
export async function findJob(tx: StoreTransaction, key: JobKey): Promise<JobDetail | null> {
  return (await tx.getJobs([key]))[0] ?? null;
}

/** One trigger with its state, or null. */
export async function findTrigger(tx: StoreTransaction, key: TriggerKey): Promise<TriggerRecord | null> {
  return (await tx.getTriggers([key]))[0] ?? null;
}

/** Keys without doubles, in their first order. */
export function distinctKeys<K extends JobKey>(keys: readonly K[]): readonly K[] {
  const seen = new Map<string, K>();
  for (const key of keys) if (!seen.has(keyText(key))) seen.set(keyText(key), key);
  return [...seen.values()];
}
