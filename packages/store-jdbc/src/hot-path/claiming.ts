/**
 * Claiming, and firing in the same step, in a bounded number of statements for a whole batch.
 *
 * @module
 */
import type { JobDetail, JobKey } from '@ametrine/core';
import {
  type AcquiredTrigger,
  batchEnd,
  bundleOf,
  type CalendarsByName,
  type ClaimRequest,
  type ClaimResult,
  calendarNamed,
  compareDue,
  type Effects,
  fireDecision,
  isSchedulerError,
  showKey,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { readJob, type TriggerRow } from '../records.js';
import { readScan } from '../scan.js';
import type { SqlRow } from '../sql.js';
import type { SqlTransaction } from '../sql-transaction.js';
import {
  busyJobs,
  busyJobsAnd,
  claimTriggers,
  claimValues,
  mergeDue,
  noteFirstDue,
  notedBatchEnd,
  selectAnyMisfired,
  selectBusyAmong,
  selectDueBehind,
  selectDue,
  selectFirstDue,
  selectJobsOfDue,
  selectNextDueAt,
} from '../statements/claim.js';
import { selectJobsById } from '../statements/jobs.js';
import { setUnreadable } from '../statements/triggers.js';
import { calendarNames } from './calendar-names.js';
import { applyMisfires, type MisfireRange } from './misfires.js';

const NO_CLASSES: ReadonlySet<string> = new Set();

interface Candidate {
  readonly row: TriggerRow;
  readonly job: JobDetail;
}

/** Whether a claim could find anything; asked outside a transaction that writes, so that idle nodes lock nobody out. */
export async function isAnythingDue(tx: SqlTransaction, request: ClaimRequest): Promise<boolean> {
  const nextAt = await nextDueAt(tx);
  return nextAt !== null && (nextAt <= request.noLaterThan || nextAt < request.misfiredBefore);
}

/** When the first waiting trigger is due that no busy job holds back (epoch ms); null when there is none. */
export async function nextDueAt(tx: SqlTransaction): Promise<number | null> {
  const [row] = await tx.driver.query(selectNextDueAt(tx.scope));
  return (row?.[0] ?? null) as number | null;
}

/** @rule JS-ACQ-01 to JS-ACQ-10, JS-ACQ-12 */
export async function claim(
  tx: SqlTransaction,
  effects: Effects,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const { now, misfiredBefore, maxMisfires } = request;
  const range = { before: misfiredBefore, limit: maxMisfires, exceptJobs: busyJobs(tx.scope) };
  const found = tx.scope.dialect.mergesRanges ? null : await lookAtOnce(tx, request, range);
  const mayBeLate = found === null || found.anyMisfired;
  if (mayBeLate && (await applyMisfires(tx, effects, now, range))) effects.schedulingChanged(now);

  // What misfired may be due now, and has its place in the order.
  const first = mayBeLate ? null : found;
  const chosen = first?.isLeft === true ? [] : await chooseCandidates(tx, request, first);
  const nextDueAt = chosen.length === 0 ? first?.dueAt : first?.dueBehindAt;
  const told = nextDueAt === undefined ? {} : { nextDueAt };
  if (chosen.length === 0) return { acquired: [], fired: [], ...told };
  const calendars = await tx.calendarsOf(calendarNames(chosen.map(({ row }) => row)));
  const candidates = await withReadableCalendars(tx, effects, chosen, calendars);
  await tx.spill(candidates.filter(({ row }) => row.runId !== null).map(({ row }) => row.id));

  const acquired: AcquiredTrigger[] = [];
  const fired: UnresolvedBundle[] = [];
  const rows: SqlRow[] = [];
  for (const { row, job } of candidates) {
    const fireInstanceId = request.newFireInstanceId();
    const before = row.record.trigger;
    const scheduledAt = before.nextFireAt ?? now;
    const calendar = calendarNamed(calendars, before.calendarName);
    const decision =
      scheduledAt <= now && request.fireableClasses.has(job.jobClass)
        ? fireDecision({
            record: { trigger: before, state: 'acquired', fireInstanceId },
            fireInstanceId,
            job,
            calendar,
            calendarMissing: before.calendarName !== null && calendar === null,
            jobRuns: false,
          })
        : null;
    let trigger = before;
    let firedAt: number | null = null;
    if (decision?.kind === 'fire') {
      trigger = decision.after;
      firedAt = now;
      fired.push(bundleOf(fireInstanceId, job, before, trigger, calendar, now));
    } else {
      acquired.push({ fireInstanceId, trigger: before, jobClass: job.jobClass });
    }
    const { nonConcurrent, requestsRecovery } = job;
    const run = {
      fireInstanceId,
      node: request.instanceId,
      scheduledAt,
      firedAt,
      nonConcurrent,
      requestsRecovery,
    };
    rows.push(claimValues(row.id, trigger, run));
  }
  await tx.driver.executeEach(claimTriggers(tx.scope, rows));
  return { acquired, fired, ...told };
}

/** What a claim finds before it decides anything. */
interface FirstLook {
  readonly anyMisfired: boolean;
  /** The first page of what is due. */
  readonly due: readonly SqlRow[];
  /** Until when that reaches. */
  readonly bound: number;
  /** Most of their jobs. */
  readonly jobs: ReadonlyMap<number, JobDetail | Error>;
  /** The first trigger is not due, and is left until it is. */
  readonly isLeft: boolean;
  /** When to come again if nothing is claimed, null when there is nothing to come for; undefined when that is not known. */
  readonly dueAt: number | null | undefined;
  /** The same if something is claimed. */
  readonly dueBehindAt: number | null | undefined;
}

/**
 * Asks for all of it at once: for databases to which the way is longer than what is asked. The first trigger decides how
 * far the batch reaches, and nothing behind that is read, locked and sent in vain.
 */
async function lookAtOnce(
  tx: SqlTransaction,
  request: ClaimRequest,
  misfires: MisfireRange,
): Promise<FirstLook> {
  const { scope, driver } = tx;
  const { now, timeWindowMs, noLaterThan, misfiredBefore, mayLeave } = request;
  const classes = mayLeave ? request.fireableClasses : NO_CLASSES;
  const leaving = { now, timeWindowMs, classes };
  const range = {
    noLaterThan,
    misfiredBefore,
    limit: request.maxCount,
    after: null,
    exceptJobs: misfires.exceptJobs,
    exceptClasses: request.excludedClasses,
  };
  const due = { ...range, noLaterThan: notedBatchEnd(scope, leaving) };
  const [misfired = [], , [first] = [], jobRows = [], [behind] = [], ...halves] = await driver.queryAll([
    selectAnyMisfired(scope, misfiredBefore, misfires.exceptJobs),
    noteFirstDue(scope, range, leaving),
    selectFirstDue(scope),
    selectJobsOfDue(scope, due),
    selectDueBehind(scope, range, leaving),
    ...selectDue(scope, due, true),
  ]);
  const jobs = new Map<number, JobDetail | Error>();
  noteJobs(jobRows, jobs);
  const firstAt = (first?.[0] ?? null) as number | null;
  const isLeft = firstAt !== null && firstAt > now && first?.[1] === 1;
  // Of what is due and was not found others hold the locks: who comes again soon sees whether they took it.
  const comesAgain = firstAt === null || isLeft || firstAt <= now;
  const behindAt = (behind?.[0] ?? null) as number | null;
  return {
    anyMisfired: misfired.length > 0,
    due: mergeDue(halves, request.maxCount),
    bound: batchEnd(firstAt ?? noLaterThan, now, timeWindowMs),
    jobs,
    isLeft,
    dueAt: mayLeave && comesAgain ? firstAt : undefined,
    dueBehindAt: mayLeave && (behindAt === null || behind?.[1] === 1) ? behindAt : undefined,
  };
}

/** Pages through what is due; a page after the first is needed only when one brought triggers that must not be taken. */
async function chooseCandidates(
  tx: SqlTransaction,
  request: ClaimRequest,
  first: FirstLook | null,
): Promise<readonly Candidate[]> {
  const chosen: Candidate[] = [];
  const takenJobs = new Set<number>();
  const jobs = new Map(first?.jobs ?? []);
  let page = first?.due ?? null;
  let noLaterThan = request.noLaterThan;
  let last: TriggerRow | null = null;
  for (;;) {
    const bound: number = page === null ? noLaterThan : (first?.bound ?? noLaterThan);
    const limit: number = request.maxCount - chosen.length;
    const exceptJobs = busyJobsAnd(tx.scope, [...takenJobs]);
    const after = last?.record.trigger ?? null;
    const { misfiredBefore, excludedClasses } = request;
    const range = {
      noLaterThan: bound,
      misfiredBefore,
      limit,
      after,
      exceptJobs,
      exceptClasses: excludedClasses,
    };
    const rows = page ?? (await tx.selectDueRows(range));
    page = null;
    await readJobs(tx, rows, jobs);
    await lockExclusive(tx, jobs, takenJobs);
    const { triggers, setAside } = await readScan(tx, rows, (row) => keyOf(jobs.get(row[3] as number)));

    for (const row of triggers) {
      const job = jobs.get(row.jobId);
      const { nextFireAt } = row.record.trigger;
      if (nextFireAt === null || nextFireAt > noLaterThan) return inFireOrder(chosen);
      if (job === undefined || job instanceof Error) continue;
      if (job.nonConcurrent) {
        if (takenJobs.has(row.jobId)) continue;
        takenJobs.add(row.jobId);
      }
      if (chosen.length === 0) noLaterThan = batchEnd(nextFireAt, request.now, request.timeWindowMs);
      chosen.push({ row, job });
    }
    // A short page ends the search, unless the first trigger has since moved the bound under which it was read.
    const wasLast = rows.length < limit && noLaterThan <= bound && setAside === 0;
    if (wasLast || chosen.length >= request.maxCount) return inFireOrder(chosen);
    last = triggers.at(-1) ?? last;
  }
}

/**
 * Where steps run beside one another, two of them may find triggers of one job that must not run twice: its row is
 * locked before it is asked, once more, whether the job is busy. Those that are count as taken.
 */
async function lockExclusive(
  tx: SqlTransaction,
  jobs: Map<number, JobDetail | Error>,
  takenJobs: Set<number>,
): Promise<void> {
  if (tx.scope.dialect.rowLocks === null) return;
  const exclusive: number[] = [];
  for (const [id, job] of jobs) {
    if (!(job instanceof Error) && job.nonConcurrent && !takenJobs.has(id)) exclusive.push(id);
  }
  if (exclusive.length === 0) return;
  await tx.lockJobs(exclusive);
  const { driver, scope } = tx;
  // A run that ended in between may have left other data.
  const [busy = [], fresh = []] = await driver.queryAll([
    selectBusyAmong(scope, exclusive),
    selectJobsById(scope, exclusive),
  ]);
  for (const [id] of busy) takenJobs.add(id as number);
  noteJobs(fresh, jobs);
}

/** Puts triggers in error whose calendar cannot be read: they would be claimed and refused for ever. */
async function withReadableCalendars(
  tx: SqlTransaction,
  effects: Effects,
  candidates: readonly Candidate[],
  calendars: CalendarsByName,
): Promise<readonly Candidate[]> {
  if (calendars.size === 0) return candidates;
  const damaged: number[] = [];
  const readable = candidates.filter(({ row }) => {
    const { key, calendarName } = row.record.trigger;
    const fault = calendarName === null ? undefined : calendars.get(calendarName);
    if (!isSchedulerError(fault)) return true;
    damaged.push(row.id);
    effects.storeError(`Trigger ${showKey(key)} is put in error: its calendar cannot be read`, fault);
    return false;
  });
  if (damaged.length > 0) await tx.driver.execute(setUnreadable(tx.scope, damaged));
  return readable;
}

/** The database compares names by code point, the contract by UTF-16 code unit; they differ for a few characters. */
function inFireOrder(candidates: Candidate[]): readonly Candidate[] {
  return candidates.sort((a, b) => compareDue(a.row.record.trigger, b.row.record.trigger));
}

/** Reads the jobs of the rows that are not known yet; the fault of one that cannot be read stands in its place. */
async function readJobs(
  tx: SqlTransaction,
  rows: readonly SqlRow[],
  jobs: Map<number, JobDetail | Error>,
): Promise<void> {
  const wanted = new Set<number>();
  for (const row of rows) if (!jobs.has(row[3] as number)) wanted.add(row[3] as number);
  if (wanted.size === 0) return;
  noteJobs(await tx.driver.query(selectJobsById(tx.scope, [...wanted])), jobs);
}

function noteJobs(rows: readonly SqlRow[], jobs: Map<number, JobDetail | Error>): void {
  for (const row of rows) {
    try {
      jobs.set(row[0] as number, readJob(row).job);
    } catch (error) {
      jobs.set(row[0] as number, error as Error);
    }
  }
}

function keyOf(job: JobDetail | Error | undefined): JobKey | undefined {
  if (job instanceof Error) throw job;
  return job?.key;
}
