/**
 * Claiming, and firing in the same step, in one round trip.
 *
 * @module
 */
import {
  type AcquiredTrigger,
  bundleOf,
  type ClaimRequest,
  type ClaimResult,
  compareDue,
  type Effects,
  fireDecision,
  isSchedulerError,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { postgresFault } from '../errors.js';
import type { PostgresDatabase } from '../postgres-database.js';
import { readTrigger, shownKeyOf, TRIGGER_COLUMNS, unreadableError } from '../records.js';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlRow } from '../sql.js';
import { CLAIM_ROW, type ClaimRange, claimTriggers } from './claim-statement.js';
import { JOB_WIDTH, JobsOfRows } from './job-columns.js';
import type { LostClaims } from './lost-claims.js';
import { applyMisfires, selectMisfiredRows } from './misfires.js';
import { takeBackUnreadable } from './unreadable.js';

const TRIGGER_END = CLAIM_ROW.trigger + TRIGGER_COLUMNS.length + 2;

/** What a claim works with. */
export interface ClaimSetting {
  readonly database: PostgresDatabase;
  readonly scope: SqlScope;
  /** The tokens of claims and fires whose answer never came. */
  readonly lost: LostClaims;
  /** The statement that tells other nodes of a change. */
  announce(candidateAt: number | null): Sql;
}

interface Claimed extends ClaimResult {
  /** When the last claim of the batch may be due; null when nothing was to be claimed. */
  readonly end: number | null;
  /** There were candidates that were passed over, behind which there may be others. */
  readonly passedOver: boolean;
  /** How many were claimed, those among them that cannot be read and were put in error. */
  readonly found: number;
}

/** @rule JS-ACQ-01 to JS-ACQ-10, JS-ACQ-12 */
export async function claim(
  setting: ClaimSetting,
  request: ClaimRequest,
  effects: Effects,
): Promise<ClaimResult> {
  const { scope, lost, database } = setting;
  if (lost.any) {
    const found = await readClaims(setting, await lost.find(setting, request.instanceId), request, effects);
    if (found.acquired.length + found.fired.length > 0) return found;
  }
  const { maxCount } = request;
  const whole = { maxCount, end: null, onlyWithoutMisfires: true };
  let rows = await claimRows(setting, request, whole);
  if (rows[0]?.[CLAIM_ROW.late] === 1) {
    const [late = []] = await database.batch([selectMisfiredRows(scope, request)]);
    const hasMore = await applyMisfires(setting, request, late, effects);
    if (hasMore) effects.schedulingChanged(request.now);
    rows = await claimRows(setting, request, { ...whole, onlyWithoutMisfires: false });
  }
  const first = await readClaims(setting, rows, request, effects);
  const acquired = [...first.acquired];
  const fired = [...first.fired];
  const { nextDueAt } = first;
  let { passedOver } = first;
  while (passedOver && acquired.length + fired.length < maxCount) {
    const rest = maxCount - acquired.length - fired.length;
    const range = { maxCount: rest, end: first.end, onlyWithoutMisfires: false };
    const next = await readClaims(setting, await claimRows(setting, request, range), request, effects);
    acquired.push(...next.acquired);
    fired.push(...next.fired);
    passedOver = next.passedOver && next.found > 0;
  }
  acquired.sort((a, b) => compareDue(a.trigger, b.trigger));
  return nextDueAt === undefined ? { acquired, fired } : { acquired, fired, nextDueAt };
}

/**
 * Two claims of a job that must not run twice may meet: the second is refused, and looks again. When no answer came, what
 * was claimed is found by its tokens.
 */
async function claimRows(
  setting: ClaimSetting,
  request: ClaimRequest,
  range: Omit<ClaimRange, 'token'>,
): Promise<readonly SqlRow[]> {
  const { database, scope, lost } = setting;
  for (;;) {
    const token = request.newFireInstanceId();
    try {
      const [rows = []] = await database.batch([claimTriggers(scope, request, { ...range, token })]);
      return rows;
    } catch (error) {
      if (postgresFault(error) === 'duplicate') continue;
      if (!isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN')) throw error;
      lost.add([token]);
      const rows = await lost.find(setting, request.instanceId);
      if (rows.length > 0) return rows;
    }
  }
}

/** The database compares names by code point, the contract by UTF-16 code unit; they differ for a few characters. */
async function readClaims(
  { database, scope }: ClaimSetting,
  rows: readonly SqlRow[],
  request: ClaimRequest,
  effects: Effects,
): Promise<Claimed> {
  const claims = rows.filter((row) => row[CLAIM_ROW.token] !== null);
  const jobs = new JobsOfRows();
  for (const row of claims) jobs.meet(row.slice(TRIGGER_END, TRIGGER_END + JOB_WIDTH));
  const acquired: AcquiredTrigger[] = [];
  const fired: (readonly [UnresolvedBundle, before: AcquiredTrigger['trigger']])[] = [];
  const damaged: string[] = [];
  for (const row of claims) {
    const fireInstanceId = row[CLAIM_ROW.token] as string;
    const triggerRow = row.slice(CLAIM_ROW.trigger, TRIGGER_END);
    try {
      const job = jobs.of(triggerRow[3] as number);
      const before = readTrigger(triggerRow, job.key).record.trigger;
      if (row[CLAIM_ROW.fires] !== 1) {
        acquired.push({ fireInstanceId, trigger: before, jobClass: job.jobClass });
        continue;
      }
      const decision = fireDecision({
        record: { trigger: before, state: 'acquired', fireInstanceId },
        fireInstanceId,
        job,
        calendar: null,
        calendarMissing: false,
        jobRuns: false,
      });
      if (decision.kind === 'fire')
        fired.push([bundleOf(fireInstanceId, job, before, decision.after, null, request.now), before]);
    } catch (error) {
      damaged.push(fireInstanceId);
      effects.storeError(
        `Trigger ${shownKeyOf(triggerRow)} is put in error: it cannot be read`,
        unreadableError(error),
      );
    }
  }
  if (damaged.length > 0) await takeBackUnreadable(database, scope, damaged);
  acquired.sort((a, b) => compareDue(a.trigger, b.trigger));
  fired.sort(([, a], [, b]) => compareDue(a, b));
  const [header] = rows;
  const nextDueAt = header === undefined || !request.mayLeave ? undefined : nextDue(header, claims.length);
  return {
    acquired,
    fired: fired.map(([bundle]) => bundle),
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
    end: (header?.[CLAIM_ROW.last] ?? null) as number | null,
    found: claims.length,
    passedOver: damaged.length > 0 || Number(header?.[CLAIM_ROW.found] ?? 0) > claims.length,
  };
}

/** When to come again; undefined when something is left that is better claimed ahead of its time. */
function nextDue(header: SqlRow, claimed: number): number | null | undefined {
  // What was claimed before, and only found now.
  if (header[CLAIM_ROW.late] === null) return undefined;
  const headAt = header[CLAIM_ROW.headAt] as number | null;
  // Nothing was due, or all that was is locked by others.
  if (header[CLAIM_ROW.last] === null || claimed === 0) return headAt;
  const laterAt = header[CLAIM_ROW.laterAt] as number | null;
  return laterAt === null || header[CLAIM_ROW.laterFires] === 1 ? laterAt : undefined;
}
