/**
 * Removing by row, without reading what is removed.
 *
 * @module
 */
import type { JobKey, TriggerKey } from '@ametrine/core';
import { type Effects, keyText, type RemoveOutcome } from '@ametrine/core/spi';
import { readKey } from './records.js';
import type { SqlTransaction } from './sql-transaction.js';
import { deleteJobs, deleteOrphans, selectOrphans } from './statements/jobs.js';
import { selectTriggerIds, selectTriggerIdsOfJobs } from './statements/triggers.js';

/** @rule JS-REM-01, JS-REM-02 */
export async function removeJobRows(tx: SqlTransaction, keys: readonly JobKey[]): Promise<RemoveOutcome> {
  const ids = [...(await tx.jobIds(keys)).values()];
  if (ids.length > 0) {
    const triggers = await tx.driver.query(selectTriggerIdsOfJobs(tx.scope, ids));
    await tx.removeTriggerRows(triggers.map(([id]) => id as number));
    await tx.driver.execute(deleteJobs(tx.scope, ids));
  }
  return ids.length === countKeys(keys) ? 'removed' : 'absent';
}

/** @rule JS-REM-02, JS-REM-03 */
export async function removeTriggerRows(
  tx: SqlTransaction,
  effects: Effects,
  keys: readonly TriggerKey[],
): Promise<RemoveOutcome> {
  const rows = await tx.driver.query(selectTriggerIds(tx.scope, keys));
  const found = new Map(rows.map(([, id, jobId]) => [id as number, { jobId: jobId as number }]));
  await tx.removeTriggerRows([...found.keys()]);
  await removeOrphans(tx, effects, [...found.values()]);
  return found.size === countKeys(keys) ? 'removed' : 'absent';
}

/** Removes the jobs that are not durable and have lost their last trigger, and says so (JS-REM-04). */
export async function removeOrphans(
  tx: SqlTransaction,
  effects: Effects,
  removed: readonly { readonly jobId: number }[],
): Promise<void> {
  const jobIds = [...new Set(removed.map(({ jobId }) => jobId))];
  if (jobIds.length === 0) return;
  await tx.lockJobs(jobIds);
  await tx.driver.queryLater(selectOrphans(tx.scope, jobIds), (orphans) => {
    const keys = new Map(orphans.map(([id, group, name]) => [id as number, readKey(group, name)]));
    for (const id of jobIds) {
      const key = keys.get(id);
      if (key !== undefined) effects.jobDeleted(key);
    }
  });
  await tx.driver.execute(deleteOrphans(tx.scope, jobIds));
}

function countKeys(keys: readonly JobKey[]): number {
  return new Set(keys.map(keyText)).size;
}
