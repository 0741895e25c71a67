/**
 * Statements about triggers as they are stored and found.
 *
 * @module
 */
import type { Trigger, TriggerKey } from '@ametrine/core';
import type { StoredTriggerState, TriggerSelection } from '@ametrine/core/spi';
import { TRIGGER_COLUMNS } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlEach, type SqlRow } from '../sql.js';
import { jobIdOf, jobIdsOfGroup, keyRows, selectJobsIn } from './jobs.js';

const SMALL_COLUMNS = new RawSql(
  ['id', ...TRIGGER_COLUMNS.filter((column) => column !== 'data')].map((column) => `t.${column}`).join(', '),
);

/** What a new trigger's row does not say of itself. */
const FOUND_COLUMNS: ReadonlySet<string> = new Set(['job_id', 'state']);
const OWN_THEN_FOUND_COLUMNS = new RawSql(
  ['scheduler_id', ...TRIGGER_COLUMNS.filter((column) => !FOUND_COLUMNS.has(column)), ...FOUND_COLUMNS].join(
    ', ',
  ),
);

/** The columns that `readTrigger` reads: the data come from wherever they are. */
export function triggerColumns(scope: SqlScope): Sql {
  return scope.sql`${SMALL_COLUMNS},
    coalesce(t.data, (SELECT d.data FROM ${scope.tables.triggerData} AS d WHERE d.trigger_id = t.id)) AS data, t.run_id`;
}

/** A condition on `t` that holds for the triggers selected. */
export function selected(scope: SqlScope, selection: TriggerSelection): Sql {
  const { sql } = scope;
  switch (selection.by) {
    case 'all':
      return sql`t.scheduler_id = ${scope.schedulerId}`;
    case 'keys':
      if (scope.dialect.isPair !== null) return hasKey(scope, selection.keys);
      return sql`t.id IN (SELECT f.id FROM ${keyRows(scope, selection.keys)} AS k
        ${scope.dialect.joinInOrder} ${scope.tables.triggers} AS f ON f.scheduler_id = ${scope.schedulerId}
        AND f.trigger_group = k.group_name AND f.trigger_name = k.name)`;
    case 'job':
      return sql`t.job_id = ${jobIdOf(scope, selection.jobKey)}`;
    case 'triggerGroup':
      return sql`t.scheduler_id = ${scope.schedulerId} AND t.trigger_group = ${selection.group}`;
    case 'jobGroup':
      return sql`t.job_id IN ${jobIdsOfGroup(scope, selection.group)}`;
    case 'calendar':
      return sql`t.scheduler_id = ${scope.schedulerId} AND t.calendar_name = ${selection.calendarName}`;
    case 'state':
      // Written out, for an index on some states is only used for a state that the statement names.
      return sql`t.scheduler_id = ${scope.schedulerId} AND t.state = ${STATE_LITERALS[selection.state]}`;
  }
}

const KEY_COLUMNS = [new RawSql('t.trigger_group'), new RawSql('t.trigger_name')] as const;

function hasKey(scope: SqlScope, keys: readonly TriggerKey[]): Sql {
  return scope.sql`t.scheduler_id = ${scope.schedulerId} AND ${scope.isPair(KEY_COLUMNS, keys)}`;
}

const STATE_LITERALS: Readonly<Record<StoredTriggerState, RawSql>> = {
  waiting: new RawSql("'waiting'"),
  acquired: new RawSql("'acquired'"),
  paused: new RawSql("'paused'"),
  complete: new RawSql("'complete'"),
  error: new RawSql("'error'"),
};

function byKey({ dialect }: SqlScope): RawSql {
  return dialect.byIndex('triggers_key');
}

/** Triggers with the group and name of their job. */
export function selectTriggers(scope: SqlScope, selection: TriggerSelection, limit: number | null): Sql {
  const { sql, tables } = scope;
  return sql`SELECT ${triggerColumns(scope)}, j.job_group, j.job_name
    FROM ${tables.triggers} AS t ${selection.by === 'keys' ? byKey(scope) : sql``}
    ${scope.dialect.joinInOrder} ${tables.jobs} AS j ON j.id = t.job_id
    WHERE ${selected(scope, selection)} ${limit === null ? sql`` : scope.limit(limit)}`;
}

/** The jobs of the triggers of the keys, each once, as `selectJobs` gives them. */
export function selectJobsOfTriggers(scope: SqlScope, keys: readonly TriggerKey[]): Sql {
  const { sql, tables } = scope;
  return selectJobsIn(
    scope,
    sql`(SELECT t.job_id FROM ${tables.triggers} AS t ${byKey(scope)} WHERE ${selected(scope, { by: 'keys', keys })})`,
  );
}

/** Triggers whose own group and whose job's are among those given, with the group and name of their job. */
export function selectTriggersOfGroups(
  scope: SqlScope,
  groups: readonly string[] | null,
  jobGroups: readonly string[] | null,
): Sql {
  const { sql, tables } = scope;
  return sql`SELECT ${triggerColumns(scope)}, j.job_group, j.job_name
    FROM ${tables.triggers} AS t JOIN ${tables.jobs} AS j ON j.id = t.job_id
    WHERE t.scheduler_id = ${scope.schedulerId} ${inGroups(scope, groups)}
    ${jobGroups === null ? sql`` : sql`AND j.job_group IN ${scope.list(jobGroups)}`}`;
}

/** Group and name of the triggers of the groups; of all, when null. */
export function selectTriggerKeys(scope: SqlScope, groups: readonly string[] | null): Sql {
  return scope.sql`SELECT t.trigger_group, t.trigger_name FROM ${scope.tables.triggers} AS t
    WHERE t.scheduler_id = ${scope.schedulerId} ${inGroups(scope, groups)}`;
}

function inGroups(scope: SqlScope, groups: readonly string[] | null): Sql {
  return groups === null ? scope.sql`` : scope.sql`AND t.trigger_group IN ${scope.list(groups)}`;
}

/** Position within the keys, id, job's id, and whether an execution is on the row, of those that exist. */
export function selectTriggerIds(scope: SqlScope, keys: readonly TriggerKey[]): Sql {
  return scope.sql`SELECT k.position, t.id, t.job_id, t.run_id IS NOT NULL
    FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.triggers} AS t
    ON t.scheduler_id = ${scope.schedulerId} AND t.trigger_group = k.group_name AND t.trigger_name = k.name`;
}

/** Id of the triggers of the jobs. */
export function selectTriggerIdsOfJobs(scope: SqlScope, jobIds: readonly number[]): Sql {
  return scope.sql`SELECT t.id FROM ${scope.tables.triggers} AS t WHERE t.job_id IN ${scope.ids(jobIds)}`;
}

/** @param rows - the parameters of {@link TRIGGER_COLUMNS} */
export function insertTriggers(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  const text = scope.dialect.insertEach(scope.tables.triggers, ['scheduler_id', ...TRIGGER_COLUMNS]);
  return { text, rows: rows.map((row) => [scope.schedulerId, ...row]) };
}

/**
 * Inserts one trigger that waits: a transaction by itself, beside steps. When its job is not there, or anything is paused, a
 * value is missing that must not be, and the database refuses.
 *
 * The locks of what is looked up keep it so. In either subquery the row of the scheduler comes first, whichever of the two
 * the database turns to first, so that marks of a pause are read when that is over; joined, for a subquery about nothing
 * but the marks would be answered before all else.
 *
 * @param values - those of {@link TRIGGER_COLUMNS}; what stands for the job and the state is not looked at
 */
export function insertWaitingTrigger(scope: SqlScope, { jobKey }: Trigger, values: SqlRow): Sql {
  const { sql, tables, schedulerId, dialect } = scope;
  const own = values.filter((_, index) => !FOUND_COLUMNS.has(TRIGGER_COLUMNS[index] as string));
  const list = own.reduce<Sql>((before, value) => sql`${before}, ${value}`, sql`${schedulerId}`);
  return sql`INSERT INTO ${tables.triggers} (${OWN_THEN_FOUND_COLUMNS}) VALUES (${list},
    (SELECT j.id FROM ${tables.schedulers} AS s ${dialect.joinInOrder} ${tables.jobs} AS j ON j.scheduler_id = s.id
      WHERE s.id = ${schedulerId} AND j.job_group = ${jobKey.group} AND j.job_name = ${jobKey.name} ${dialect.keepRows}),
    (SELECT CASE WHEN p.kind IS NULL THEN 'waiting' END
      FROM ${tables.schedulers} AS s LEFT JOIN ${tables.pausedGroups} AS p ON p.scheduler_id = s.id
      WHERE s.id = ${schedulerId} LIMIT 1 ${dialect.keepRows}))`;
}

/** @param rows - the parameters of {@link TRIGGER_COLUMNS}, then the id */
export function updateTriggers(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.updateEach(scope.tables.triggers, TRIGGER_COLUMNS), rows };
}

export function deleteTriggers(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`DELETE FROM ${scope.tables.triggers} WHERE id IN ${scope.ids(ids)}`;
}

/** @param rows - a trigger's id and its data */
export function insertTriggerData(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.insertEach(scope.tables.triggerData, ['trigger_id', 'data']), rows };
}

export function deleteTriggerData(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`DELETE FROM ${scope.tables.triggerData} WHERE trigger_id IN ${scope.ids(ids)}`;
}

/** Ids of those selected that are in one of the states. */
export function selectTriggerIdsIn(
  scope: SqlScope,
  selection: TriggerSelection,
  states: readonly StoredTriggerState[],
): Sql {
  return scope.sql`SELECT t.id FROM ${scope.tables.triggers} AS t
    WHERE ${selected(scope, selection)} AND t.state IN ${scope.list(states)}`;
}

/** Sets the state of triggers, and clears their claim. */
export function setState(scope: SqlScope, ids: readonly number[], to: StoredTriggerState): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} SET state = ${to}, claim_id = NULL WHERE id IN ${scope.ids(ids)}`;
}

/** Locks triggers, so that steps about the same ones come one after another. */
export function lockTriggers(scope: SqlScope, keys: readonly TriggerKey[]): Sql {
  return scope.sql`SELECT t.id FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.triggers} AS t
    ON t.scheduler_id = ${scope.schedulerId} AND t.trigger_group = k.group_name AND t.trigger_name = k.name
    ${scope.locking('all')}`;
}

/** Sets the state of those selected that are in one of the states `from`, and clears their claim. */
export function transitionTriggers(
  scope: SqlScope,
  selection: TriggerSelection,
  from: readonly StoredTriggerState[],
  to: StoredTriggerState,
): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} AS t SET state = ${to}, claim_id = NULL
    WHERE ${selected(scope, selection)} AND t.state IN ${scope.list(from)}`;
}

/** Puts triggers that cannot be read in error, so that no scan meets them again. */
export function setUnreadable(scope: SqlScope, ids: readonly number[]): Sql {
  return setState(scope, ids, 'error');
}

/** The groups that have triggers: steps from one to the next by the index, however many triggers each has. */
export function selectTriggerGroups(scope: SqlScope): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`WITH RECURSIVE found (group_name) AS (
      SELECT min(trigger_group) FROM ${tables.triggers} WHERE scheduler_id = ${schedulerId}
      UNION ALL
      SELECT (SELECT min(trigger_group) FROM ${tables.triggers}
        WHERE scheduler_id = ${schedulerId} AND trigger_group > found.group_name)
      FROM found WHERE found.group_name IS NOT NULL
    ) SELECT group_name FROM found WHERE group_name IS NOT NULL`;
}
