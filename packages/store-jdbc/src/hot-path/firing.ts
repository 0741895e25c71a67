/**
 * Firing what was claimed ahead of its time, in a bounded number of statements for a whole batch.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import {
  type AcquiredTrigger,
  bundleOf,
  calendarNamed,
  type FireOutcome,
  fireDecision,
  keyText,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { readExecution, readJob, readKey, type TriggerRow } from '../records.js';
import { readScan } from '../scan.js';
import type { SqlRow } from '../sql.js';
import type { SqlTransaction } from '../sql-transaction.js';
import { claimTriggers, claimValues, selectRunningJobs } from '../statements/claim.js';
import { deleteExecutions, selectSpilled } from '../statements/executions.js';
import { selectJobsOfTriggers, selectTriggers } from '../statements/triggers.js';
import { calendarNames } from './calendar-names.js';

/** The part of an execution that a fire keeps. */
interface Claim {
  readonly node: string;
  readonly scheduledAt: number;
}

/** @rule JS-FIR-01 to JS-FIR-08 */
export async function fire(
  tx: SqlTransaction,
  instanceId: string,
  acquired: readonly AcquiredTrigger[],
  now: number,
): Promise<readonly FireOutcome[]> {
  const keys = acquired.map(({ trigger }) => trigger.key);
  await tx.lockTriggers(keys);
  const [triggerRows = [], jobRows = []] = await tx.driver.queryAll([
    selectTriggers(tx.scope, { by: 'keys', keys }, null),
    selectJobsOfTriggers(tx.scope, keys),
  ]);
  const rows = await readRows(tx, triggerRows);
  const held = [...rows.values()].filter(({ record }) => record.fireInstanceId !== null);
  const elsewhere = await claimsInTable(tx, held);
  const jobs = readJobs(jobRows, held);
  const calendars = await tx.calendarsOf(calendarNames(held));
  const running = await runningJobs(tx, jobs);

  const outcomes: FireOutcome[] = [];
  const updates: SqlRow[] = [];
  const records = new Map<number, TriggerRecord>();
  for (const { fireInstanceId, trigger: claimed } of acquired) {
    const row = rows.get(keyText(claimed.key));
    const record = row === undefined ? null : (records.get(row.id) ?? row.record);
    const claim = row === undefined ? undefined : claimOf(row, fireInstanceId, instanceId, elsewhere);
    const calendarName = record?.trigger.calendarName ?? null;
    const calendar = calendarNamed(calendars, calendarName);
    const decision = fireDecision({
      record: claim === undefined ? null : record,
      fireInstanceId,
      job: row === undefined ? null : (jobs.get(row.jobId) ?? null),
      calendar,
      calendarMissing: calendarName !== null && calendar === null,
      jobRuns: row !== undefined && running.has(row.jobId),
    });
    if (decision.kind === 'refuse' || row === undefined || claim === undefined) {
      const reason = decision.kind === 'refuse' ? decision.reason : 'claimLost';
      outcomes.push({ kind: 'notFired', fireInstanceId, reason });
      continue;
    }
    const { job, before, after } = decision;
    const { nonConcurrent, requestsRecovery } = job;
    if (nonConcurrent) running.add(row.jobId);
    records.set(row.id, { trigger: after, state: 'waiting', fireInstanceId: null });
    updates.push(
      claimValues(row.id, after, { ...claim, fireInstanceId, firedAt: now, nonConcurrent, requestsRecovery }),
    );
    outcomes.push({ kind: 'fired', bundle: bundleOf(fireInstanceId, job, before, after, calendar, now) });
  }
  await moveToRows(tx, [...records.keys()], rows, elsewhere);
  await tx.driver.executeEach(claimTriggers(tx.scope, updates));
  return outcomes;
}

async function readRows(
  tx: SqlTransaction,
  rows: readonly SqlRow[],
): Promise<ReadonlyMap<string, TriggerRow>> {
  const { triggers } = await readScan(tx, rows, (row) => readKey(row[19], row[20]));
  return new Map(triggers.map((row) => [keyText(row.record.trigger.key), row]));
}

/** A claim nearly always has its execution on its trigger's row; these are the others, by token. */
async function claimsInTable(
  tx: SqlTransaction,
  held: readonly TriggerRow[],
): Promise<ReadonlyMap<string, Claim>> {
  const apart = held.filter(({ record, runId }) => record.fireInstanceId !== runId);
  if (apart.length === 0) return new Map();
  const tokens = apart.map(({ record }) => record.fireInstanceId as string);
  const found = (await tx.driver.query(selectSpilled(tx.scope, tokens))).map(readExecution);
  return new Map(
    found.map(({ fireInstanceId, instanceId, scheduledFireAt }) => [
      fireInstanceId,
      { node: instanceId, scheduledAt: scheduledFireAt },
    ]),
  );
}

/** Makes room on the rows that fire for executions which were in the table, and takes these out of it. */
async function moveToRows(
  tx: SqlTransaction,
  firedIds: readonly number[],
  rows: ReadonlyMap<string, TriggerRow>,
  elsewhere: ReadonlyMap<string, Claim>,
): Promise<void> {
  if (elsewhere.size === 0) return;
  const fired = new Set(firedIds);
  const moving = [...rows.values()].filter(
    ({ id, record }) => fired.has(id) && elsewhere.has(record.fireInstanceId ?? ''),
  );
  if (moving.length === 0) return;
  await tx.spill(moving.map(({ id }) => id));
  const tokens = moving.map(({ record }) => record.fireInstanceId as string);
  await tx.driver.execute(deleteExecutions(tx.scope, tokens));
}

function claimOf(
  { record, runId }: TriggerRow,
  fireInstanceId: string,
  instanceId: string,
  elsewhere: ReadonlyMap<string, Claim>,
): Claim | undefined {
  if (record.fireInstanceId !== fireInstanceId) return undefined;
  if (runId !== fireInstanceId) return elsewhere.get(fireInstanceId);
  return { node: instanceId, scheduledAt: record.trigger.nextFireAt as number };
}

/** The jobs of triggers that may fire. */
function readJobs(rows: readonly SqlRow[], triggers: readonly TriggerRow[]): ReadonlyMap<number, JobDetail> {
  const ids = new Set(triggers.map(({ jobId }) => jobId));
  const wanted = rows.filter(([id]) => ids.has(id as number));
  return new Map(wanted.map((row) => [row[0] as number, readJob(row).job]));
}

/** Those of the jobs that must not run twice, and run. */
async function runningJobs(tx: SqlTransaction, jobs: ReadonlyMap<number, JobDetail>): Promise<Set<number>> {
  const exclusive = [...jobs].filter(([, job]) => job.nonConcurrent).map(([id]) => id);
  if (exclusive.length === 0) return new Set();
  await tx.lockJobs(exclusive);
  const rows = await tx.driver.query(selectRunningJobs(tx.scope, exclusive));
  return new Set(rows.map(([id]) => id as number));
}
