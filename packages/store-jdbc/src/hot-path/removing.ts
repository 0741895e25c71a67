/**
 * Removing by row, without reading what is removed.
 *
 * @module
 */
import type { JobKey, TriggerKey } from '@ametrine/core';
import { type Effects, keyText, type RemoveOutcome } from '@ametrine/core/spi';
import type { SqlTransaction } from '../sql-transaction.js';
import { deleteJobs } from '../statements/jobs.js';
import { selectTriggerIds, selectTriggerIdsOfJobs } from '../statements/triggers.js';
import { removeOrphans } from './completing.js';

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

function countKeys(keys: readonly JobKey[]): number {
  return new Set(keys.map(keyText)).size;
}
