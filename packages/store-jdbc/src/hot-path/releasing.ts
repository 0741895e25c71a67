/**
 * Giving claims back, in a bounded number of statements for a whole batch.
 *
 * @module
 */
import type { AcquiredTrigger, Effects } from '@ametrine/core/spi';
import type { SqlTransaction } from '../sql-transaction.js';
import { releaseTriggers } from '../statements/claim.js';
import { clearRuns, deleteExecutions } from '../statements/executions.js';
import { type EndingRow, findEndings } from './ended-runs.js';

/** @rule JS-REL-01, JS-REL-02 */
export async function release(
  tx: SqlTransaction,
  effects: Effects,
  acquired: readonly AcquiredTrigger[],
): Promise<void> {
  const { rows, spilled } = await findEndings(
    tx,
    acquired.map(({ fireInstanceId, trigger }) => ({ fireInstanceId, key: trigger.key })),
  );
  const offRows = new Set<EndingRow>();
  const freed = new Set<EndingRow>();
  const unspilled: string[] = [];
  let freesJobs = false;
  acquired.forEach(({ fireInstanceId }, position) => {
    const row = rows[position];
    if (row?.runId === fireInstanceId) {
      if (row.runExecuting) return;
      offRows.add(row);
      freesJobs ||= row.runNonConcurrent;
    } else {
      const execution = spilled.get(fireInstanceId);
      if (execution?.state !== 'acquired') return;
      unspilled.push(fireInstanceId);
      freesJobs ||= execution.nonConcurrent;
    }
    if (row?.state === 'acquired' && row.claimId === fireInstanceId) freed.add(row);
  });
  const { driver, scope } = tx;
  if (offRows.size > 0)
    await driver.execute(
      clearRuns(
        scope,
        [...offRows].map(({ id }) => id),
      ),
    );
  if (unspilled.length > 0) await driver.execute(deleteExecutions(scope, unspilled));
  if (freed.size > 0)
    await driver.execute(
      releaseTriggers(
        scope,
        [...freed].map(({ id }) => id),
      ),
    );
  for (const { nextFireAt } of freed) effects.schedulingChanged(nextFireAt);
  // Whatever became of a claimed trigger itself, its siblings may be claimed again (JS-SIG-02).
  if (freesJobs) effects.schedulingChanged(null);
}
