/**
 * The statement that claims, and fires in the same step.
 *
 * @module
 */
import { type ClaimRequest, encodeSchedule } from '@ametrine/core/spi';
import { EXECUTION_COLUMNS, JOB_COLUMNS, TRIGGER_COLUMNS } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql } from '../sql.js';
import { busyJobs } from '../statements/claim.js';

const FIRE_ORDER = new RawSql('next_fire_at, precedence, group_rank, trigger_group, trigger_name');

/** What is read of a candidate under its lock: it may be newer than the snapshot of the statement. */
const CANDIDATE = new RawSql(
  ['id', ...TRIGGER_COLUMNS, 'run_id', 'run_node', 'run_scheduled_at', 'run_fired_at', 'run_non_concurrent']
    .concat('run_requests_recovery', 'group_rank')
    .map((column) => `t.${column}`)
    .join(', '),
);
const TRIGGER_OF_CHOSEN = new RawSql(
  ['id', ...TRIGGER_COLUMNS.filter((column) => column !== 'data')].map((column) => `c.${column}`).join(', '),
);
/** The job on one row of each job: its data travel once, however many of its triggers there are. */
const JOB_ONCE = new RawSql(
  ['id', ...JOB_COLUMNS].map((column) => `CASE WHEN c.job_row = 1 THEN j.${column} END`).join(', '),
);
const TABLE_COLUMNS = new RawSql(EXECUTION_COLUMNS.join(', '));
const HEEDS = new RawSql('0');
const IGNORES = new RawSql('1');

/** What fires and is over with that: nothing of it depends on a calendar or needs to be computed. */
const ONE_SHOT: string = encodeSchedule({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 });

/** What a claim asks for, beyond the request. */
export interface ClaimRange {
  /** The token of the claim of a trigger is this, a dot, and the id of the trigger's row. */
  readonly token: string;
  readonly maxCount: number;
  /** The last instant at which claims may be due; null when the first decides. */
  readonly end: number | null;
  /** Claims nothing while there are misfired triggers, which come first. */
  readonly onlyWithoutMisfires: boolean;
}

/** Where things stand in a row of {@link claimTriggers}. */
export const CLAIM_ROW = {
  /** Whether there are misfired triggers, and nothing was claimed therefore; null when the row is not of a claim. */
  late: 0,
  /** How many candidates there were. */
  found: 1,
  /** When the first that could be claimed was due, by a look that locked nothing. */
  headAt: 2,
  /** The last instant at which claims may be due; null when nothing was to be claimed yet. */
  last: 3,
  /** When the first one behind that is due, if the request may leave it, and whether it would be fired then. */
  laterAt: 4,
  laterFires: 5,
  /** The token of the claim; null in the row that says that there is none. */
  token: 6,
  fires: 7,
  trigger: 8,
} as const;

/**
 * Claims triggers: those that are one-shots, due and of a class that may fire are fired at once. A look that locks
 * nothing finds how far the batch reaches, so that nothing is locked but what is claimed. Rows are locked in fire order,
 * and those that somebody else has locked are left to them. A unique index refuses the second claim of a job that must
 * not run twice, wherever the first was made.
 *
 * Rows as {@link CLAIM_ROW} says, one at least: behind the token the trigger with its data, then its job, on one row of
 * each job.
 */
export function claimTriggers(scope: SqlScope, request: ClaimRequest, range: ClaimRange): Sql {
  const { sql, tables, schedulerId } = scope;
  const { now, noLaterThan, timeWindowMs, misfiredBefore, excludedClasses, fireableClasses, instanceId } =
    request;
  const { onlyWithoutMisfires, end, maxCount, token } = range;
  const notExcluded =
    excludedClasses.size === 0
      ? sql``
      : sql`AND (SELECT x.job_class FROM ${tables.jobs} AS x WHERE x.id = t.job_id) NOT IN ${scope.list([...excludedClasses])}`;
  // In fire order, lest a plan made for any values go through the table.
  const late = onlyWithoutMisfires
    ? sql`SELECT m.id FROM ${tables.triggers} AS m WHERE m.scheduler_id = ${schedulerId} AND m.state = 'waiting'
        AND m.next_fire_at IS NOT NULL AND m.ignores_misfire = 0 AND m.next_fire_at < ${misfiredBefore}
        AND m.job_id NOT IN (SELECT b.job_id FROM busy AS b) ORDER BY ${FIRE_ORDER} LIMIT 1`
    : sql`SELECT 1 WHERE false`;
  const waiting = (ignores: RawSql): Sql => sql`FROM ${tables.triggers} AS t
      WHERE t.scheduler_id = ${schedulerId} AND t.state = 'waiting' AND t.next_fire_at IS NOT NULL
        AND t.ignores_misfire = ${ignores} ${ignores === HEEDS ? sql`AND t.next_fire_at >= ${misfiredBefore}` : sql``}
        AND t.job_id NOT IN (SELECT b.job_id FROM busy AS b) ${notExcluded}`;
  const fireable = scope.list([...fireableClasses]);
  /** Whether trigger `t` would be fired by a claim when it is due. */
  const fires = sql`t.schedule = ${ONE_SHOT} AND t.calendar_name IS NULL
      AND (SELECT x.job_class FROM ${tables.jobs} AS x WHERE x.id = t.job_id) IN ${fireable}`;
  const peek = (where: Sql): Sql => {
    const half = (
      ignores: RawSql,
    ): Sql => sql`SELECT t.next_fire_at AS at, ${fires} AS fires ${waiting(ignores)}
        AND t.next_fire_at <= ${noLaterThan} ${where} ORDER BY ${FIRE_ORDER} LIMIT 1`;
    return sql`SELECT h.at, h.fires FROM ((${half(HEEDS)}) UNION ALL (${half(IGNORES)})) AS h ORDER BY h.at, h.fires LIMIT 1`;
  };
  const head =
    end === null
      ? peek(sql`AND NOT EXISTS (SELECT 1 FROM late)`)
      : sql`SELECT NULL::bigint AS at, false AS fires`;
  const left = request.mayLeave ? sql`h.at > ${now} AND h.fires` : sql`false`;
  const last =
    end === null
      ? sql`SELECT CASE WHEN ${left} THEN NULL ELSE greatest(h.at, ${now}::bigint) + ${timeWindowMs} END AS at FROM head AS h`
      : sql`SELECT ${end}::bigint AS at`;
  const later = request.mayLeave
    ? peek(sql`AND t.next_fire_at > (SELECT l.at FROM last AS l)`)
    : sql`SELECT NULL::bigint AS at, false AS fires`;
  // Job by job, by their ids: joined as a table they might be read whole for a few.
  const withJob = sql`CROSS JOIN LATERAL (SELECT x.* FROM ${tables.jobs} AS x WHERE x.id = c.job_id OFFSET 0) AS j`;
  const cap = assumedRows(maxCount);
  const due = (ignores: RawSql): Sql => sql`SELECT ${CANDIDATE} ${waiting(ignores)}
        AND t.next_fire_at <= (SELECT l.at FROM last AS l)
      ORDER BY ${FIRE_ORDER} LIMIT ${maxCount} FOR UPDATE OF t SKIP LOCKED`;
  return sql`WITH busy AS MATERIALIZED ${busyJobs(scope)},
    late AS MATERIALIZED (${late}),
    head AS MATERIALIZED (${head}),
    last AS MATERIALIZED (${last}),
    later AS MATERIALIZED (${later}),
    heeding AS (${due(HEEDS)}),
    ignoring AS (${due(IGNORES)}),
    due AS ((SELECT * FROM heeding LIMIT ${cap}) UNION ALL (SELECT * FROM ignoring LIMIT ${cap})),
    firsts AS MATERIALIZED (
      SELECT DISTINCT ON (c.job_id) c.id FROM due AS c ${withJob} WHERE j.non_concurrent = 1 ORDER BY c.job_id, ${FIRE_ORDER}),
    chosen AS (
      SELECT d.*, ${token}::text || '.' || d.id AS token, row_number() OVER (PARTITION BY d.job_id) AS job_row,
        d.next_fire_at <= ${now} AND d.schedule = ${ONE_SHOT} AND d.calendar_name IS NULL AND d.job_class IN ${fireable} AS fires
      FROM (
        SELECT c.*, j.non_concurrent, j.requests_recovery, j.job_class FROM due AS c ${withJob}
        WHERE j.non_concurrent = 0 OR c.id IN (SELECT f.id FROM firsts AS f)
        ORDER BY ${FIRE_ORDER} LIMIT ${maxCount}
      ) AS d),
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
    SELECT EXISTS (SELECT 1 FROM late), (SELECT count(*) FROM due), (SELECT h.at FROM head AS h), (SELECT l.at FROM last AS l),
      n.at, n.fires, c.token, c.fires, ${TRIGGER_OF_CHOSEN},
      coalesce(c.data, (SELECT d.data FROM ${tables.triggerData} AS d WHERE d.trigger_id = c.id)), NULL, ${JOB_ONCE}
    FROM (SELECT 1) AS one LEFT JOIN later AS n ON true LEFT JOIN (claimed AS c ${withJob}) ON true`;
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
