/**
 * Reading many triggers when one that cannot be read must not stop the others (JS-ACQ-09, JS-MIS-06).
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import { readTrigger, shownKeyOf, type TriggerRow, unreadableError } from './records.js';
import type { SqlRow } from './sql.js';
import type { SqlJobs } from './sql-jobs.js';
import { setUnreadable } from './statements/triggers.js';

/** The transaction in which a scan takes place. */
type Step = Pick<SqlJobs, 'driver' | 'scope' | 'effects'>;

/** What a scan found. */
export interface Scanned {
  readonly triggers: readonly TriggerRow[];
  /** How many rows were put in error because they could not be read; the scan finds others in their place. */
  readonly setAside: number;
}

/**
 * Reads rows of triggers. Those that cannot be read are put in error and told of; a transaction that only reads leaves
 * them out.
 *
 * @param jobKeyOf - the key of a row's job; undefined when the job is not there, which leaves the trigger out
 * @throws SchedulerError what `jobKeyOf` throws is taken for the fault of the row
 */
export async function readScan(
  tx: Step,
  rows: readonly SqlRow[],
  jobKeyOf: (row: SqlRow) => JobKey | undefined,
): Promise<Scanned> {
  const triggers: TriggerRow[] = [];
  const unreadable: number[] = [];
  for (const row of rows) {
    try {
      const jobKey = jobKeyOf(row);
      if (jobKey !== undefined) triggers.push(readTrigger(row, jobKey));
    } catch (error) {
      unreadable.push(tellOfDamage(tx, row, error));
    }
  }
  if (unreadable.length === 0 || tx.effects === null) return { triggers, setAside: 0 };
  await tx.driver.execute(setUnreadable(tx.scope, unreadable));
  return { triggers, setAside: unreadable.length };
}

/** Tells of a trigger that cannot be read, and gives the id of its row, which is to be put in error. */
export function tellOfDamage(tx: Step, row: SqlRow, error: unknown): number {
  tx.effects?.storeError(
    `Trigger ${shownKeyOf(row)} is put in error: it cannot be read`,
    unreadableError(error),
  );
  return row[0] as number;
}
