/**
 * Removing jobs and triggers, over the storage primitives.
 *
 * @module
 */
import { type JobKey, keyText, type TriggerKey } from '../../key.js';
import type { Effects } from '../effects.js';
import type { RemoveOutcome } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { distinctKeys } from './lookup.js';

/** @rule JS-REM-01, JS-REM-02 */
export async function removeJobs(tx: StoreTransaction, keys: readonly JobKey[]): Promise<RemoveOutcome> {
  const wanted = distinctKeys(keys);
  const found = await tx.getJobs(wanted);
  for (const { key } of found) {
    const triggers = await tx.selectTriggers({ by: 'job', jobKey: key });
    await tx.removeTriggers(triggers.map(({ trigger }) => trigger.key));
  }
  await tx.removeJobs(found.map(({ key }) => key));
  return found.length === wanted.length ? 'removed' : 'absent';
}

/** @rule JS-REM-02, JS-REM-03 */
export async function removeTriggers(
  tx: StoreTransaction,
  effects: Effects,
  keys: readonly TriggerKey[],
): Promise<RemoveOutcome> {
  const wanted = distinctKeys(keys);
  const found = await tx.getTriggers(wanted);
  await tx.removeTriggers(found.map(({ trigger }) => trigger.key));
  await removeOrphans(
    tx,
    effects,
    found.map(({ trigger }) => trigger.jobKey),
  );
  return found.length === wanted.length ? 'removed' : 'absent';
}

/** Removes those of the jobs that are not durable and have no trigger left, and says so (JS-REM-04). */
export async function removeOrphans(
  tx: StoreTransaction,
  effects: Effects,
  jobKeys: readonly JobKey[],
): Promise<void> {
  const perishable = (await tx.getJobs(distinctKeys(jobKeys)))
    .filter((job) => !job.durable)
    .map((job) => job.key);
  if (perishable.length === 0) return;
  const kept = new Set((await tx.jobsWithTriggers(perishable)).map(keyText));
  const orphans = perishable.filter((key) => !kept.has(keyText(key)));
  await tx.removeJobs(orphans);
  for (const key of orphans) effects.jobDeleted(key);
}
