/**
 * Storing new jobs and triggers.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import {
  bornState,
  type Effects,
  encodeData,
  type JobWithTriggers,
  type PausedGroups,
  withGroupsBornPaused,
} from '@ametrine/core/spi';
import { jobValues, LARGE_DATA, triggerValues } from '../records.js';
import type { SqlRow } from '../sql.js';
import type { SqlTransaction } from '../sql-transaction.js';
import { flagExecutions } from '../statements/executions.js';
import { insertJobs } from '../statements/jobs.js';
import { readPausedGroups, selectPausedGroups } from '../statements/pausing.js';
import { insertTriggerData, insertTriggers, insertWaitingTrigger } from '../statements/triggers.js';

const NOTHING_PAUSED: PausedGroups = { triggerGroups: [], jobGroups: [], all: false };

/** Memory stays bounded however many there are: this many triggers become rows at a time. */
const CHUNK = 2000;

/**
 * Inserts jobs with triggers, none of which may exist. Nothing is looked up first: the unique indexes refuse what
 * exists, which the caller takes back and explains.
 *
 * @returns whether that could be done beside other steps; if not, it must be taken back
 * @throws the driver's error for a duplicate
 * @rule JS-STO-06, JS-STO-07
 */
export async function insertEntries(
  tx: SqlTransaction,
  effects: Effects,
  entries: readonly JobWithTriggers[],
): Promise<boolean> {
  let before = NOTHING_PAUSED;
  await tx.driver.queryLater(selectPausedGroups(tx.scope), (rows) => {
    before = readPausedGroups(rows);
  });
  const jobRows = entries.map(({ job }) => jobValues(job));
  const jobIds = await tx.driver.insertEach(insertJobs(tx.scope, jobRows));
  await tx.driver.execute(flagExecutions(tx.scope));
  let paused = before;
  let rows: SqlRow[] = [];
  let large: (readonly [place: number, data: string])[] = [];
  for (const [position, { triggers }] of entries.entries()) {
    paused = withGroupsBornPaused(paused, triggers) ?? paused;
    for (const trigger of triggers) {
      const state = bornState(trigger, paused);
      if (state === 'waiting') effects.schedulingChanged(trigger.nextFireAt);
      const data = encodeData(trigger.data);
      if (data.length > LARGE_DATA) large.push([rows.length, data]);
      rows.push(triggerValues({ trigger, state, fireInstanceId: null }, jobIds[position] as number, data));
      if (rows.length === CHUNK) {
        await insertRows(tx, rows, large);
        rows = [];
        large = [];
      }
    }
  }
  await insertRows(tx, rows, large);
  if (paused === before) return true;
  // Somebody else may be adding to the marks at this moment: that takes a transaction which is alone.
  if (tx.scope.dialect.rowLocks !== null) return false;
  await tx.putPausedGroups(paused);
  return true;
}

async function insertRows(
  tx: SqlTransaction,
  rows: readonly SqlRow[],
  large: readonly (readonly [place: number, data: string])[],
): Promise<void> {
  const insertion = insertTriggers(tx.scope, rows);
  if (large.length === 0) return tx.driver.executeEach(insertion);
  const ids = await tx.driver.insertEach(insertion);
  const dataRows = large.map(([place, data]) => [ids[place] as number, data]);
  await tx.driver.executeEach(insertTriggerData(tx.scope, dataRows));
}

/**
 * Inserts a trigger, with one statement. It is refused when the trigger exists, has no job, or is not to wait as most do.
 *
 * @returns whether that is how it can be stored; if not, nothing was done
 * @throws the driver's error for what exists, or for what is missing
 * @rule JS-STO-03
 */
export async function insertTrigger(
  tx: SqlTransaction,
  effects: Effects,
  trigger: Trigger,
): Promise<boolean> {
  const data = encodeData(trigger.data);
  if (data.length > LARGE_DATA || trigger.nextFireAt === null) return false;
  const values = triggerValues({ trigger, state: 'waiting', fireInstanceId: null }, 0, data);
  await tx.driver.execute(insertWaitingTrigger(tx.scope, trigger, values));
  effects.schedulingChanged(trigger.nextFireAt);
  return true;
}
