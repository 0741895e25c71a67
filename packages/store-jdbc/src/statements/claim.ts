/**
 * Statements that find what is due, and record claims.
 *
 * @module
 */
import type { Trigger, TriggerKey } from '@ametrine/core';
import { DEFAULT_GROUP, type TriggerSelection } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlEach, type SqlPart, type SqlRow } from '../sql.js';
import { selectJobsIn } from './jobs.js';
import { selected, triggerColumns } from './triggers.js';

/** The order of the due index, behind the time. */
const FIRE_ORDER = new RawSql('precedence, group_rank, trigger_group, trigger_name');

/** The jobs that must not run twice and have an execution, acquired or running, to stand behind IN. */
export function busyJobs(scope: SqlScope): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`(SELECT r.job_id FROM ${tables.triggers} AS r ${scope.dialect.byIndex('triggers_running')} WHERE r.run_non_concurrent = 1
    UNION ALL
    SELECT b.id FROM ${tables.executions} AS e ${scope.dialect.joinInOrder} ${tables.jobs} AS b
      ON b.scheduler_id = e.scheduler_id AND b.job_group = e.job_group AND b.job_name = e.job_name
    WHERE e.scheduler_id = ${schedulerId} AND e.non_concurrent = 1)`;
}

/** Which triggers {@link selectDue} is to find. */
export interface DueRange {
  /** The last instant at which one may be due. */
  readonly noLaterThan: SqlPart;
  /** It is due later than this. */
  readonly laterThan?: SqlPart;
  readonly misfiredBefore: number;
  readonly limit: number;
  /** The trigger behind which to start, in fire order. */
  readonly after: Trigger | null;
  /** A set of job ids to leave out. */
  readonly exceptJobs: Sql;
  /** More jobs to leave out: those of these classes. */
  readonly exceptClasses: ReadonlySet<string>;
}

/**
 * Waiting triggers in fire order: those that have not misfired, merged with those that do not care. Each half reads its
 * range of the due index in order, so that nothing is sorted and nothing beyond the limit is read. Where a database
 * cannot merge them, they are two statements, each in order and limited.
 *
 * @param locks - whether what is found is locked, and what others have locked left out, where steps run beside others
 */
export function selectDue(scope: SqlScope, range: DueRange, locks: boolean): readonly Sql[] {
  const { sql, dialect } = scope;
  const { dueAt } = dialect;
  const columns = sql`${triggerColumns(scope)}, t.group_rank`;
  const [caring, others] = dueHalves(scope, range, columns);
  const end = sql`ORDER BY ${dueAt}, ${FIRE_ORDER} ${scope.limit(range.limit)} ${locks ? scope.locking('free') : sql``}`;
  if (dialect.mergesRanges) return [sql`${caring} UNION ALL ${others} ${end}`];
  return [sql`${caring} ${end}`, sql`${others} ${end}`];
}

/** The triggers in the two ranges of the due index that {@link selectDue} reads, in no order. */
function dueHalves(scope: SqlScope, range: DueRange, columns: Sql): readonly [Sql, Sql] {
  const { sql, dialect } = scope;
  const { dueAt } = dialect;
  const later = range.laterThan === undefined ? sql`` : sql`AND t.${dueAt} > ${range.laterThan}`;
  const rest = sql`AND t.${dueAt} <= ${range.noLaterThan} ${later} ${behind(scope, range.after)}
      AND t.job_id NOT IN ${range.exceptJobs} ${notOfClasses(scope, range.exceptClasses)}`;
  const half = (
    ignoresMisfire: 0 | 1,
    bound: Sql,
  ): Sql => sql`SELECT ${columns} FROM ${scope.tables.triggers} AS t ${dialect.byIndex('triggers_due')}
    WHERE t.scheduler_id = ${scope.schedulerId} AND ${dialect.waiting} AND t.ignores_misfire = ${ignoresMisfire} ${bound} ${rest}`;
  return [half(0, sql`AND t.${dueAt} >= ${range.misfiredBefore}`), half(1, sql``)];
}

/** What a claim asks about the triggers that it may leave until they are due (JS-ACQ-12). */
export interface Leaving {
  readonly now: number;
  readonly timeWindowMs: number;
  /** The classes of jobs whose triggers may be left, for a claim fires them once they are due; empty when none may. */
  readonly classes: ReadonlySet<string>;
}

/** Where {@link noteFirstDue} notes it: variables of the connection. */
const FIRST_DUE = new RawSql('@ametrine_first_due');
const FIRST_FIRES = new RawSql('@ametrine_first_fires');

/** When the first trigger of each half of a range is due, and whether it could be left until then. */
function firsts(scope: SqlScope, range: DueRange, { classes }: Leaving): Sql {
  const { sql, dialect, tables } = scope;
  const fires =
    classes.size === 0
      ? sql`0`
      : sql`(t.calendar_name IS NULL AND (SELECT f.job_class FROM ${tables.jobs} AS f WHERE f.id = t.job_id) IN ${scope.list([...classes])})`;
  const [caring, others] = dueHalves(scope, range, sql`t.next_fire_at, ${fires} AS fires`);
  const first = (half: Sql): Sql =>
    sql`SELECT * FROM (${half} ORDER BY t.${dialect.dueAt} LIMIT 1) AS first_one`;
  return sql`(${first(caring)} UNION ALL ${first(others)}) AS firsts`;
}

/**
 * Notes when the first trigger of a range is due, null when there is none, and whether it may be left until then. SET would
 * lock what it reads, and wait.
 */
export function noteFirstDue(scope: SqlScope, range: DueRange, leaving: Leaving): Sql {
  return scope.sql`SELECT min(next_fire_at), min(fires) INTO ${FIRST_DUE}, ${FIRST_FIRES} FROM ${firsts(scope, range, leaving)}`;
}

/** What was noted; no row when there is none. */
export function selectFirstDue({ sql }: SqlScope): Sql {
  return sql`SELECT ${FIRST_DUE}, ${FIRST_FIRES} FROM DUAL WHERE ${FIRST_DUE} IS NOT NULL`;
}

/**
 * The last instant at which a trigger may be due to join a batch that begins with what was noted (`batchEnd`); null when
 * that is left.
 */
export function notedBatchEnd({ sql }: SqlScope, { now, timeWindowMs }: Leaving): Sql {
  return sql`(CASE WHEN ${FIRST_FIRES} = 1 AND ${FIRST_DUE} > ${now} THEN NULL
    ELSE GREATEST(${FIRST_DUE}, ${now}) + ${timeWindowMs} END)`;
}

/** When the first trigger of a range is due behind the batch that begins with what was noted, and whether it may be left. */
export function selectDueBehind(scope: SqlScope, range: DueRange, leaving: Leaving): Sql {
  const beyond = { ...range, laterThan: notedBatchEnd(scope, leaving) };
  return scope.sql`SELECT min(next_fire_at), min(fires) FROM ${firsts(scope, beyond, leaving)}`;
}

/**
 * The jobs of the first of the waiting triggers that have not misfired, as `selectJobs` gives them. What is locked is
 * among them; the triggers that {@link selectDue} finds may be others.
 */
export function selectJobsOfDue(scope: SqlScope, range: DueRange): Sql {
  const { sql, dialect } = scope;
  const ids = sql`(SELECT first_ones.job_id FROM (SELECT t.job_id FROM ${scope.tables.triggers} AS t ${dialect.byIndex('triggers_due')}
    WHERE t.scheduler_id = ${scope.schedulerId} AND ${dialect.waiting} AND t.ignores_misfire = 0
      AND t.${dialect.dueAt} >= ${range.misfiredBefore} AND t.${dialect.dueAt} <= ${range.noLaterThan}
    ORDER BY ${dialect.dueAt}, ${FIRE_ORDER} ${scope.limit(range.limit)}) AS first_ones)`;
  return selectJobsIn(scope, ids);
}

/** Rows of the halves of {@link selectDue}, together: in fire order, and no more than the limit. */
export function mergeDue(halves: readonly (readonly SqlRow[])[], limit: number): readonly SqlRow[] {
  const [first = [], second = []] = halves;
  if (second.length === 0) return first;
  return [...first, ...second].sort(compareDueRows).slice(0, limit);
}

/** Next fire time, precedence, rank of the group, group and name. */
const FIRE_ORDER_POSITIONS = [6, 9, 19, 1, 2];

function compareDueRows(a: SqlRow, b: SqlRow): number {
  for (const position of FIRE_ORDER_POSITIONS) {
    const [left, right] = [a[position] ?? 0, b[position] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function behind(scope: SqlScope, after: Trigger | null): Sql {
  const { sql } = scope;
  if (after === null) return sql``;
  const { key } = after;
  const { dueAt, mergesRanges } = scope.dialect;
  // Said twice where a range is not made of several columns.
  const from = mergesRanges ? sql`` : sql`AND t.${dueAt} >= ${after.nextFireAt}`;
  return sql`${from} AND (t.${dueAt}, t.precedence, t.group_rank, t.trigger_group, t.trigger_name)
      > (${after.nextFireAt}, ${0 - after.priority}, ${groupRank(key)}, ${key.group}, ${key.name})`;
}

function groupRank({ group }: TriggerKey): number {
  return group === DEFAULT_GROUP ? 0 : 1;
}

function notOfClasses(scope: SqlScope, classes: ReadonlySet<string>): Sql {
  const { sql } = scope;
  if (classes.size === 0) return sql``;
  return sql`AND (SELECT c.job_class FROM ${scope.tables.jobs} AS c WHERE c.id = t.job_id) NOT IN ${scope.list([...classes])}`;
}

/** Which triggers {@link selectMisfired} is to find. */
export interface MisfiredRange {
  readonly before: number;
  readonly limit: number;
  readonly selection: TriggerSelection;
  /** A set of job ids to leave out. */
  readonly exceptJobs: Sql;
}

/** Waiting triggers that have misfired, in fire order, with the group and name of their job. */
export function selectMisfired(
  scope: SqlScope,
  { before, limit, selection, exceptJobs }: MisfiredRange,
): Sql {
  const { sql, tables, dialect } = scope;
  return sql`SELECT ${triggerColumns(scope)}, j.job_group, j.job_name
    FROM ${tables.triggers} AS t ${selection.by === 'all' ? dialect.byIndex('triggers_due') : sql``}
    ${dialect.joinInOrder} ${tables.jobs} AS j ON j.id = t.job_id
    WHERE t.scheduler_id = ${scope.schedulerId} AND ${dialect.waiting} AND t.ignores_misfire = 0 AND t.${dialect.dueAt} < ${before}
      AND ${selected(scope, selection)} AND t.job_id NOT IN ${exceptJobs}
    ORDER BY ${dialect.dueAt}, ${FIRE_ORDER} ${scope.limit(limit)}`;
}

/** One row when there is anything that {@link selectMisfired} finds among all triggers. */
export function selectAnyMisfired(scope: SqlScope, before: number, exceptJobs: Sql): Sql {
  const { sql, tables, dialect } = scope;
  return sql`SELECT 1 FROM ${tables.triggers} AS t ${dialect.byIndex('triggers_due')}
    WHERE t.scheduler_id = ${scope.schedulerId} AND ${dialect.waiting} AND t.ignores_misfire = 0 AND t.${dialect.dueAt} < ${before}
      AND t.job_id NOT IN ${exceptJobs} LIMIT 1`;
}

/** Locks those of the triggers that wait and that nobody else has locked: ids and next fire times. */
export function lockWaiting(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`SELECT t.id, t.next_fire_at FROM ${scope.tables.triggers} AS t
    WHERE t.id IN ${scope.ids(ids)} AND ${scope.dialect.waiting} ${scope.locking('free')}`;
}

/** The next fire time of the first waiting trigger that no busy job holds back; null when there is none. */
export function selectNextDueAt(scope: SqlScope): Sql {
  const { sql, tables, schedulerId, dialect } = scope;
  const first = (
    ignoresMisfire: number,
  ): Sql => sql`SELECT * FROM (SELECT t.next_fire_at FROM ${tables.triggers} AS t ${dialect.byIndex('triggers_due')}
      WHERE t.scheduler_id = ${schedulerId} AND ${dialect.waiting} AND t.ignores_misfire = ${ignoresMisfire}
        AND t.job_id NOT IN ${busyJobs(scope)}
      ORDER BY ${dialect.dueAt}, ${FIRE_ORDER} LIMIT 1) AS first_one`;
  return sql`SELECT min(next_fire_at) FROM (${first(0)} UNION ALL ${first(1)}) AS firsts`;
}

/** Busy jobs and the ids given, as a set of ids. */
export function busyJobsAnd(scope: SqlScope, jobIds: readonly number[]): Sql {
  const { sql, tables } = scope;
  if (jobIds.length === 0) return busyJobs(scope);
  return sql`(SELECT busy.job_id FROM ${busyJobs(scope)} AS busy
    UNION ALL SELECT more.id FROM ${tables.jobs} AS more WHERE more.id IN ${scope.ids(jobIds)})`;
}

/** Those of the jobs that must not run twice and have an execution: ids. */
export function selectBusyAmong(scope: SqlScope, jobIds: readonly number[]): Sql {
  return scope.sql`SELECT busy.job_id FROM ${busyJobs(scope)} AS busy WHERE busy.job_id IN ${scope.ids(jobIds)}`;
}

/** The columns that a misfire changes, in order. */
const RESCHEDULE_COLUMNS = [
  'state',
  'next_fire_at',
  'previous_fire_at',
  'times_triggered',
  'start_at',
  'schedule',
];

/** @param rows - the parameters of {@link RESCHEDULE_COLUMNS}, then the id */
export function rescheduleTriggers(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.updateEach(scope.tables.triggers, RESCHEDULE_COLUMNS), rows };
}

/** The columns that a claim sets, in order. */
const CLAIM_COLUMNS = [
  'state',
  'claim_id',
  'next_fire_at',
  'previous_fire_at',
  'times_triggered',
  'run_id',
  'run_node',
  'run_scheduled_at',
  'run_fired_at',
  'run_non_concurrent',
  'run_requests_recovery',
];

/** One execution that a row is to hold. */
export interface RowRun {
  readonly fireInstanceId: string;
  readonly node: string;
  readonly scheduledAt: number;
  /** Null while it is only acquired. */
  readonly firedAt: number | null;
  readonly nonConcurrent: boolean;
  readonly requestsRecovery: boolean;
}

/** The parameters of one row of {@link claimTriggers}: the trigger as it is from now on, and its execution. */
export function claimValues(id: number, trigger: Trigger, run: RowRun): SqlRow {
  const acquired = run.firedAt === null;
  return [
    acquired ? 'acquired' : 'waiting',
    acquired ? run.fireInstanceId : null,
    trigger.nextFireAt,
    trigger.previousFireAt,
    trigger.timesTriggered,
    run.fireInstanceId,
    run.node,
    run.scheduledAt,
    run.firedAt,
    run.nonConcurrent ? 1 : 0,
    run.requestsRecovery ? 1 : 0,
    id,
  ];
}

/** Records claims, fired or not, on the rows of their triggers: one update for each. */
export function claimTriggers(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.updateEach(scope.tables.triggers, CLAIM_COLUMNS), rows };
}

/**
 * Jobs of those given that have a running execution, whatever its flags: ids. Reads the rows of running triggers only,
 * however many triggers the jobs have.
 */
export function selectRunningJobs(scope: SqlScope, jobIds: readonly number[]): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`SELECT t.job_id FROM ${tables.triggers} AS t ${scope.dialect.byIndex('triggers_running')}
    WHERE ${scope.dialect.running} AND t.run_fired_at IS NOT NULL AND t.job_id IN ${scope.ids(jobIds)}
    UNION
    SELECT j.id FROM ${tables.executions} AS e ${scope.dialect.joinInOrder} ${tables.jobs} AS j
      ON j.scheduler_id = e.scheduler_id AND j.job_group = e.job_group AND j.job_name = e.job_name
    WHERE e.scheduler_id = ${schedulerId} AND e.fired_at IS NOT NULL AND j.id IN ${scope.ids(jobIds)}`;
}

/** Gives triggers back: they wait again, held by no claim. */
export function releaseTriggers(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} SET state = 'waiting', claim_id = NULL WHERE id IN ${scope.ids(ids)}`;
}
