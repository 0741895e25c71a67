/**
 * Statements about executions, which are in two places: on the trigger's row, as long as it is the only one, else in a
 * table of their own. Every statement here that finds or removes executions looks at both.
 *
 * @module
 */
import type { ExecutionSelection } from '@ametrine/core/spi';
import { EXECUTION_COLUMNS } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlEach, type SqlRow } from '../sql.js';
import { jobIdsOf, keyRows } from './jobs.js';

const TABLE_COLUMNS = new RawSql(EXECUTION_COLUMNS.join(', '));

/** {@link EXECUTION_COLUMNS} of an execution on the row of trigger `t` of job `j`. */
const ROW_COLUMNS = new RawSql(
  't.run_id, t.run_node, t.trigger_group, t.trigger_name, j.job_group, j.job_name, 0 - t.precedence, ' +
    't.run_non_concurrent, t.run_requests_recovery, t.run_scheduled_at, t.run_fired_at',
);

/** Takes an execution off a row. */
export const NO_RUN: RawSql = new RawSql(
  'run_id = NULL, run_node = NULL, run_scheduled_at = NULL, run_fired_at = NULL, run_non_concurrent = NULL, ' +
    'run_requests_recovery = NULL',
);

/**
 * Rows of {@link EXECUTION_COLUMNS}. The plus keeps planners from finding all triggers of the scheduler by another index
 * when those that run are meant.
 */
export function selectExecutions(scope: SqlScope, selection: ExecutionSelection): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`SELECT ${ROW_COLUMNS} FROM ${tables.triggers} AS t ${scope.dialect.byIndex('triggers_running')}
    ${scope.dialect.joinInOrder} ${tables.jobs} AS j ON j.id = t.job_id
    WHERE ${scope.dialect.running} AND +t.scheduler_id = ${schedulerId} AND ${onRow(scope, selection)}
    UNION ALL
    SELECT ${TABLE_COLUMNS} FROM ${tables.executions} AS e
    WHERE e.scheduler_id = ${schedulerId} AND ${inTable(scope, selection)}`;
}

function onRow(scope: SqlScope, selection: ExecutionSelection): Sql {
  const { sql } = scope;
  switch (selection.by) {
    case 'ids':
      return sql`t.run_id IN ${scope.list(selection.fireInstanceIds)}`;
    case 'jobs':
      return sql`t.job_id IN ${jobIdsOf(scope, selection.jobKeys)}`;
    case 'instance':
      return sql`t.run_node = ${selection.instanceId}`;
    case 'nonConcurrent':
      return sql`t.run_non_concurrent = 1`;
    case 'all':
      return sql`1 = 1`;
  }
}

function inTable(scope: SqlScope, selection: ExecutionSelection): Sql {
  const { sql } = scope;
  switch (selection.by) {
    case 'ids':
      return sql`e.fire_instance_id IN ${scope.list(selection.fireInstanceIds)}`;
    case 'jobs':
      return sql`(e.job_group, e.job_name) IN (SELECT k.group_name, k.name FROM ${keyRows(scope, selection.jobKeys)} AS k)`;
    case 'instance':
      return sql`e.instance_id = ${selection.instanceId}`;
    case 'nonConcurrent':
      return sql`e.non_concurrent = 1`;
    case 'all':
      return sql`1 = 1`;
  }
}

/** Copies the executions on the rows of the triggers to the table; {@link clearRuns} takes them off the rows. */
export function spillRuns(scope: SqlScope, triggerIds: readonly number[]): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`INSERT INTO ${tables.executions} (scheduler_id, ${TABLE_COLUMNS})
    SELECT ${schedulerId}, ${ROW_COLUMNS} FROM ${tables.triggers} AS t ${scope.dialect.joinInOrder} ${tables.jobs} AS j ON j.id = t.job_id
    WHERE t.id IN ${scope.ids(triggerIds)} AND t.run_id IS NOT NULL`;
}

/** Takes the executions off the rows of the triggers. */
export function clearRuns(scope: SqlScope, triggerIds: readonly number[]): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} SET ${NO_RUN} WHERE id IN ${scope.ids(triggerIds)}`;
}

/** Takes the executions off the rows that hold one of the tokens. */
export function clearRunsByToken(scope: SqlScope, fireInstanceIds: readonly string[]): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} AS t ${scope.dialect.byIndex('triggers_running')} SET ${NO_RUN}
    WHERE ${scope.dialect.running} AND +t.scheduler_id = ${scope.schedulerId} AND t.run_id IN ${scope.list(fireInstanceIds)}`;
}

/** @param rows - the parameters of {@link EXECUTION_COLUMNS} */
export function insertExecutions(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  const text = scope.dialect.insertEach(scope.tables.executions, ['scheduler_id', ...EXECUTION_COLUMNS]);
  return { text, rows: rows.map((row) => [scope.schedulerId, ...row]) };
}

/** Token, fired_at and non_concurrent of those of the executions that are in the table. */
export function selectSpilled(scope: SqlScope, fireInstanceIds: readonly string[]): Sql {
  return scope.sql`SELECT ${TABLE_COLUMNS} FROM ${scope.tables.executions}
    WHERE scheduler_id = ${scope.schedulerId} AND fire_instance_id IN ${scope.list(fireInstanceIds)}`;
}

/** Removes executions from the table. */
export function deleteExecutions(scope: SqlScope, fireInstanceIds: readonly string[]): Sql {
  return scope.sql`DELETE FROM ${scope.tables.executions}
    WHERE scheduler_id = ${scope.schedulerId} AND fire_instance_id IN ${scope.list(fireInstanceIds)}`;
}

/**
 * Makes executions in the table take over the flag of their job: for jobs that were removed while they ran, and are
 * stored again. Whether a job may run twice is a matter of the job as it is stored now (JS-ACQ-08).
 */
export function flagExecutions(scope: SqlScope): Sql {
  const { sql, tables, schedulerId } = scope;
  const { executions, jobs } = tables;
  return sql`UPDATE ${executions} SET non_concurrent = 1 - non_concurrent
    WHERE scheduler_id = ${schedulerId} AND EXISTS (SELECT 1 FROM ${jobs} AS j
      WHERE j.scheduler_id = ${executions}.scheduler_id AND j.job_group = ${executions}.job_group
        AND j.job_name = ${executions}.job_name AND j.non_concurrent <> ${executions}.non_concurrent)`;
}
