/**
 * Claiming, and firing in the same step, in one round trip.
 *
 * @module
 */
import {
  type AcquiredTrigger,
  batchEnd,
  bundleOf,
  type ClaimRequest,
  type ClaimResult,
  compareDue,
  type Effects,
  encodeSchedule,
  fireDecision,
  isSchedulerError,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { postgresFault } from '../errors.js';
import type { PostgresDatabase } from '../postgres-database.js';
import { EXECUTION_COLUMNS, readTrigger, shownKeyOf, TRIGGER_COLUMNS, unreadableError } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlRow } from '../sql.js';
import { busyJobs } from '../statements/claim.js';
import { JOB_OF_FIRST, JOB_WIDTH, JobsOfRows } from './job-columns.js';
import type { LostClaims } from './lost-claims.js';
import { applyMisfires, selectMisfiredRows } from './misfires.js';
import { takeBackUnreadable } from './unreadable.js';

const FIRE_ORDER = new RawSql('next_fire_at, precedence, group_rank, trigger_group, trigger_name');

/** What is read of a candidate under its lock: it may be newer than the snapshot of the statement. */
const CANDIDATE = new RawSql(
  ['id', ...TRIGGER_COLUMNS, 'run_id', 'run_node', 'run_scheduled_at', 'run_fired_at', 'run_non_concurrent']
    .concat('run_requests_recovery', 'group_rank')
    .map((column) => `t.${column}`)
    .join(', '),
);
const TRIGGER_WIDTH = TRIGGER_COLUMNS.length + 2;
const TRIGGER_OF_CHOSEN = new RawSql(
  ['id', ...TRIGGER_COLUMNS.filter((column) => column !== 'data')].map((column) => `c.${column}`).join(', '),
);

/** What fires and is over with that: nothing of it depends on a calendar or needs to be computed. */
const ONE_SHOT: string = encodeSchedule({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 });

/** What a claim asks for, beyond the request. */
export interface ClaimRange {
  /** The token of the claim of rank n is this, a dot, and n. */
  readonly token: string;
  readonly maxCount: number;
  /** The last instant at which claims may be due; null when the first decides. */
  readonly end: number | null;
  /** Claims nothing while there are misfired triggers, which come first. */
  readonly onlyWithoutMisfires: boolean;
}

/**
 * Claims triggers: those that are one-shots, due and of a class that may fire are fired at once. Rows are locked in fire
 * order, and those that somebody else has locked are left to them. A unique index refuses the second claim of a job that
 * must not run twice, wherever the first was made.
 *
 * Rows: how many candidates there were, whether it is fired, its token, the trigger with its data, its job (on the first
 * row of each job).
 */
export function claimTriggers(scope: SqlScope, request: ClaimRequest, range: ClaimRange): Sql {
  const { sql, tables, schedulerId } = scope;
  const { now, noLaterThan, timeWindowMs, misfiredBefore, excludedClasses, fireableClasses, instanceId } =
    request;
  const last = range.end ?? batchEnd(Math.max(noLaterThan, now), now, timeWindowMs);
  const notExcluded =
    excludedClasses.size === 0
      ? sql``
      : sql`AND (SELECT x.job_class FROM ${tables.jobs} AS x WHERE x.id = t.job_id) NOT IN ${scope.list([...excludedClasses])}`;
  // In fire order, lest a plan made for any values go through the table.
  const late = range.onlyWithoutMisfires
    ? sql`SELECT m.id FROM ${tables.triggers} AS m WHERE m.scheduler_id = ${schedulerId} AND m.state = 'waiting'
        AND m.next_fire_at IS NOT NULL AND m.ignores_misfire = 0 AND m.next_fire_at < ${misfiredBefore}
        AND m.job_id NOT IN (SELECT b.job_id FROM busy AS b) ORDER BY ${FIRE_ORDER} LIMIT 1`
    : sql`SELECT 1 WHERE false`;
  // Job by job, by their ids: joined as a table they might be read whole for a few.
  const withJob = sql`CROSS JOIN LATERAL (SELECT x.* FROM ${tables.jobs} AS x WHERE x.id = c.job_id OFFSET 0) AS j`;
  const cap = assumedRows(range.maxCount);
  const due = (ignores: RawSql, after: Sql): Sql => sql`SELECT ${CANDIDATE} FROM ${tables.triggers} AS t
      WHERE t.scheduler_id = ${schedulerId} AND t.state = 'waiting' AND t.next_fire_at IS NOT NULL
        AND t.ignores_misfire = ${ignores} ${after} AND t.next_fire_at <= ${last}
        AND t.job_id NOT IN (SELECT b.job_id FROM busy AS b) ${notExcluded}
        AND NOT EXISTS (SELECT 1 FROM late)
      ORDER BY ${FIRE_ORDER} LIMIT ${range.maxCount} FOR UPDATE OF t SKIP LOCKED`;
  return sql`WITH busy AS MATERIALIZED ${busyJobs(scope)},
    late AS MATERIALIZED (${late}),
    heeding AS (${due(HEEDS, sql`AND t.next_fire_at >= ${misfiredBefore}`)}),
    ignoring AS (${due(IGNORES, sql``)}),
    due AS ((SELECT * FROM heeding LIMIT ${cap}) UNION ALL (SELECT * FROM ignoring LIMIT ${cap})),
    firsts AS MATERIALIZED (
      SELECT DISTINCT ON (c.job_id) c.id FROM due AS c ${withJob} WHERE j.non_concurrent = 1 ORDER BY c.job_id, ${FIRE_ORDER}),
    candidates AS (
      SELECT c.*, j.non_concurrent, j.requests_recovery, j.job_class FROM due AS c ${withJob}
      WHERE j.non_concurrent = 0 OR c.id IN (SELECT f.id FROM firsts AS f)),
    leader AS MATERIALIZED (SELECT (SELECT count(*) FROM due) AS found, min(next_fire_at) AS at FROM candidates),
    chosen AS (
      SELECT d.*, ${range.token}::text || '.' || d.rank AS token FROM (
        SELECT c.*, leader.found, row_number() OVER (ORDER BY ${FIRE_ORDER}) AS rank,
          c.next_fire_at <= ${now} AND c.schedule = ${ONE_SHOT} AND c.calendar_name IS NULL
            AND c.job_class IN ${scope.list([...fireableClasses])} AS fires
        FROM candidates AS c CROSS JOIN leader
        WHERE c.next_fire_at <= coalesce(${range.end}::bigint, greatest(leader.at, ${now}) + ${timeWindowMs})
          AND (${range.end}::bigint IS NOT NULL OR leader.at <= ${noLaterThan})
      ) AS d WHERE d.rank <= ${range.maxCount}),
    spilled AS (
      INSERT INTO ${tables.executions} (scheduler_id, ${TABLE_COLUMNS})
      SELECT ${schedulerId}, c.run_id, c.run_node, c.trigger_group, c.trigger_name, j.job_group, j.job_name,
        0 - c.precedence, c.run_non_concurrent, c.run_requests_recovery, c.run_scheduled_at, c.run_fired_at
      FROM chosen AS c ${withJob} WHERE c.run_id IS NOT NULL),
    claimed AS (
      UPDATE ${tables.triggers} AS t SET
        state = CASE WHEN c.fires THEN 'waiting' ELSE 'acquired' END,
        claim_id = CASE WHEN c.fires THEN NULL ELSE c.token END,
        next_fire_at = CASE WHEN c.fires THEN NULL ELSE c.next_fire_at END,
        previous_fire_at = CASE WHEN c.fires THEN c.next_fire_at ELSE c.previous_fire_at END,
        times_triggered = c.times_triggered + CASE WHEN c.fires THEN 1 ELSE 0 END,
        run_id = c.token, run_node = ${instanceId}, run_scheduled_at = c.next_fire_at,
        run_fired_at = CASE WHEN c.fires THEN ${now}::bigint END,
        run_non_concurrent = c.non_concurrent, run_requests_recovery = c.requests_recovery
      FROM chosen AS c WHERE t.id = c.id RETURNING c.*)
    SELECT c.found, c.fires, c.token, ${TRIGGER_OF_CHOSEN},
      coalesce(c.data, (SELECT d.data FROM ${tables.triggerData} AS d WHERE d.trigger_id = c.id)), NULL, ${JOB_OF_FIRST}
    FROM claimed AS c ${withJob}
    ORDER BY c.rank`;
}

/**
 * A limit that never cuts anything, written out: of one that is a parameter a plan made for any values assumes a tenth of
 * the table, and would go through all of it.
 */
function assumedRows(maxCount: number): RawSql {
  const rows = 2 ** Math.ceil(Math.log2(Math.max(maxCount, 64)));
  const raw = assumptions.get(rows) ?? new RawSql(String(rows));
  assumptions.set(rows, raw);
  return raw;
}

const assumptions = new Map<number, RawSql>();

const HEEDS = new RawSql('0');
const IGNORES = new RawSql('1');
const TABLE_COLUMNS = new RawSql(EXECUTION_COLUMNS.join(', '));

/** What a claim works with. */
export interface ClaimSetting {
  readonly database: PostgresDatabase;
  readonly scope: SqlScope;
  /** The tokens of claims and fires whose answer never came. */
  readonly lost: LostClaims;
  /** The statement that tells other nodes of a change. */
  announce(candidateAt: number | null): Sql;
}

interface Claimed {
  readonly acquired: AcquiredTrigger[];
  readonly fired: UnresolvedBundle[];
  /** When the last claim of the batch may be due; null when nothing was claimed. */
  readonly end: number | null;
  /** There were candidates that were passed over, behind which there may be others. */
  readonly passedOver: boolean;
}

/** @rule JS-ACQ-01 to JS-ACQ-10 */
export async function claim(
  setting: ClaimSetting,
  request: ClaimRequest,
  effects: Effects,
): Promise<ClaimResult> {
  const { scope } = setting;
  if (setting.lost.any) {
    const found = await readClaims(
      setting,
      await setting.lost.find(setting, request.instanceId),
      request,
      effects,
    );
    if (found.acquired.length + found.fired.length > 0) return found;
  }
  let [late = [], rows = []] = await claimRows(setting, request, (token) => [
    selectMisfiredRows(scope, request),
    claimTriggers(scope, request, {
      token,
      maxCount: request.maxCount,
      end: null,
      onlyWithoutMisfires: true,
    }),
  ]);
  if (late.length > 0) {
    const hasMore = await applyMisfires(setting, request, late, effects);
    if (hasMore) effects.schedulingChanged(request.now);
    [, rows = []] = await claimRows(setting, request, (token) => [
      NOTHING,
      claimTriggers(scope, request, {
        token,
        maxCount: request.maxCount,
        end: null,
        onlyWithoutMisfires: false,
      }),
    ]);
  }
  const first = await readClaims(setting, rows, request, effects);
  const { acquired, fired, end } = first;
  let { passedOver } = first;
  while (passedOver && end !== null && acquired.length + fired.length < request.maxCount) {
    const maxCount = request.maxCount - acquired.length - fired.length;
    const [, more = []] = await claimRows(setting, request, (token) => [
      NOTHING,
      claimTriggers(scope, request, { token, maxCount, end, onlyWithoutMisfires: false }),
    ]);
    const next = await readClaims(setting, more, request, effects);
    acquired.push(...next.acquired);
    fired.push(...next.fired);
    passedOver = next.passedOver && more.length > 0;
  }
  acquired.sort((a, b) => compareDue(a.trigger, b.trigger));
  return { acquired, fired };
}

const NOTHING: Sql = { text: 'SELECT 1 WHERE false', chunks: [], values: [] };

/**
 * Two claims of a job that must not run twice may meet: the second is refused, and looks again. When no answer came, what
 * was claimed is found by its tokens.
 *
 * @param statements - two of them, the second of which claims under the token given
 */
async function claimRows(
  setting: ClaimSetting,
  request: ClaimRequest,
  statements: (token: string) => readonly Sql[],
): Promise<readonly (readonly SqlRow[])[]> {
  const { database, lost } = setting;
  for (;;) {
    const token = request.newFireInstanceId();
    try {
      return await database.batch(statements(token));
    } catch (error) {
      if (postgresFault(error) === 'duplicate') continue;
      if (!isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN')) throw error;
      lost.add(Array.from({ length: request.maxCount }, (_, index) => `${token}.${index + 1}`));
      const rows = await lost.find(setting, request.instanceId);
      if (rows.length > 0) return [[], rows];
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
  const jobs = new JobsOfRows();
  const acquired: AcquiredTrigger[] = [];
  const fired: (readonly [UnresolvedBundle, before: AcquiredTrigger['trigger']])[] = [];
  const damaged: string[] = [];
  let first: number | null = null;
  for (const row of rows) {
    const fires = row[1] === 1;
    const fireInstanceId = row[2] as string;
    const triggerRow = row.slice(3, 3 + TRIGGER_WIDTH);
    try {
      const job = jobs.of(
        triggerRow[3] as number,
        row.slice(3 + TRIGGER_WIDTH, 3 + TRIGGER_WIDTH + JOB_WIDTH),
      );
      if (job instanceof Error) throw job;
      const before = readTrigger(triggerRow, job.key).record.trigger;
      first ??= before.nextFireAt;
      if (!fires) {
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
  fired.sort(([, a], [, b]) => compareDue(a, b));
  const found = Number(rows[0]?.[0] ?? 0);
  return {
    acquired,
    fired: fired.map(([bundle]) => bundle),
    end: first === null ? null : batchEnd(first, request.now, request.timeWindowMs),
    passedOver: damaged.length > 0 || found > rows.length,
  };
}
