/**
 * Statements about jobs.
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import { JOB_COLUMNS } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlEach, type SqlRow } from '../sql.js';

const COLUMNS = new RawSql(['id', ...JOB_COLUMNS].map((column) => `j.${column}`).join(', '));

/** The jobs of the keys, each once. */
export function selectJobs(scope: SqlScope, keys: readonly JobKey[]): Sql {
  const { sql, tables, dialect } = scope;
  const wanted = dialect.isPair === null ? sql`j.id IN ${jobIdsOf(scope, keys)}` : hasKey(scope, keys);
  return sql`SELECT ${COLUMNS} FROM ${tables.jobs} AS j WHERE ${wanted}`;
}

/** The jobs of the ids. */
export function selectJobsById(scope: SqlScope, ids: readonly number[]): Sql {
  return selectJobsIn(scope, scope.ids(ids));
}

/** The jobs whose ids are in a set. */
export function selectJobsIn(scope: SqlScope, ids: Sql): Sql {
  return scope.sql`SELECT ${COLUMNS} FROM ${scope.tables.jobs} AS j WHERE j.id IN ${ids}`;
}

/** Locks jobs, in the order of their ids; waits for those that somebody else has locked. */
export function lockJobs(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`SELECT j.id FROM ${scope.tables.jobs} AS j WHERE j.id IN ${scope.ids(ids)}
    ORDER BY j.id ${scope.locking('all')}`;
}

/** Id, group and name of the jobs of the ids. */
export function selectJobKeysById(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`SELECT j.id, j.job_group, j.job_name FROM ${scope.tables.jobs} AS j WHERE j.id IN ${scope.ids(ids)}`;
}

/** The jobs of the groups; of all, when null. */
export function selectJobsOfGroups(scope: SqlScope, groups: readonly string[] | null): Sql {
  return scope.sql`SELECT ${COLUMNS} FROM ${scope.tables.jobs} AS j
    WHERE j.scheduler_id = ${scope.schedulerId} ${inGroups(scope, groups)}`;
}

/** Group and name of the jobs of the groups; of all, when null. */
export function selectJobKeys(scope: SqlScope, groups: readonly string[] | null): Sql {
  return scope.sql`SELECT j.job_group, j.job_name FROM ${scope.tables.jobs} AS j
    WHERE j.scheduler_id = ${scope.schedulerId} ${inGroups(scope, groups)}`;
}

function inGroups(scope: SqlScope, groups: readonly string[] | null): Sql {
  return groups === null ? scope.sql`` : scope.sql`AND j.job_group IN ${scope.list(groups)}`;
}

/** Position within the keys and id, of those that exist. */
export function selectJobIds(scope: SqlScope, keys: readonly JobKey[]): Sql {
  return scope.sql`SELECT k.position, j.id FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.jobs} AS j
    ON j.scheduler_id = ${scope.schedulerId} AND j.job_group = k.group_name AND j.job_name = k.name ${scope.dialect.keepRows}`;
}

/** The ids of the jobs of the keys, to stand behind IN. */
export function jobIdsOf(scope: SqlScope, keys: readonly JobKey[]): Sql {
  if (scope.dialect.isPair !== null) {
    return scope.sql`(SELECT j.id FROM ${scope.tables.jobs} AS j WHERE ${hasKey(scope, keys)})`;
  }
  return scope.sql`(SELECT j.id FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.jobs} AS j
    ON j.scheduler_id = ${scope.schedulerId} AND j.job_group = k.group_name AND j.job_name = k.name)`;
}

const KEY_COLUMNS = [new RawSql('j.job_group'), new RawSql('j.job_name')] as const;

function hasKey(scope: SqlScope, keys: readonly JobKey[]): Sql {
  return scope.sql`j.scheduler_id = ${scope.schedulerId} AND ${scope.isPair(KEY_COLUMNS, keys)}`;
}

/** The id of a job, to stand behind an equals sign. */
export function jobIdOf(scope: SqlScope, { group, name }: JobKey): Sql {
  return scope.sql`(SELECT j.id FROM ${scope.tables.jobs} AS j
    WHERE j.scheduler_id = ${scope.schedulerId} AND j.job_group = ${group} AND j.job_name = ${name})`;
}

/** The ids of the jobs of a group, to stand behind IN. */
export function jobIdsOfGroup(scope: SqlScope, group: string): Sql {
  return scope.sql`(SELECT j.id FROM ${scope.tables.jobs} AS j
    WHERE j.scheduler_id = ${scope.schedulerId} AND j.job_group = ${group})`;
}

/** @param rows - the parameters of {@link JOB_COLUMNS} */
export function insertJobs(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  const text = scope.dialect.insertEach(scope.tables.jobs, ['scheduler_id', ...JOB_COLUMNS]);
  return { text, rows: rows.map((row) => [scope.schedulerId, ...row]) };
}

/** @param rows - the parameters of {@link JOB_COLUMNS}, then the id */
export function updateJobs(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.updateEach(scope.tables.jobs, JOB_COLUMNS), rows };
}

/** @param rows - the data and the id of the job */
export function updateJobData(scope: SqlScope, rows: readonly SqlRow[]): SqlEach {
  return { text: scope.dialect.updateEach(scope.tables.jobs, ['data']), rows };
}

export function deleteJobs(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`DELETE FROM ${scope.tables.jobs} WHERE id IN ${scope.ids(ids)}`;
}

/** Id, group and name of those of the jobs that are not durable and have no trigger left. */
export function selectOrphans(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`SELECT j.id, j.job_group, j.job_name FROM ${scope.tables.jobs} AS j
    WHERE j.id IN ${scope.ids(ids)} AND j.durable = 0
      AND NOT EXISTS (SELECT 1 FROM ${scope.tables.triggers} AS t WHERE t.job_id = j.id)`;
}

/** Removes those of the jobs that {@link selectOrphans} finds. */
export function deleteOrphans(scope: SqlScope, ids: readonly number[]): Sql {
  const { sql, tables } = scope;
  return sql`DELETE FROM ${tables.jobs} WHERE id IN ${scope.ids(ids)} AND durable = 0
    AND NOT EXISTS (SELECT 1 FROM ${tables.triggers} AS t WHERE t.job_id = ${tables.jobs}.id)`;
}

/** Group and name of those of the jobs that have a trigger. */
export function selectJobsWithTriggers(scope: SqlScope, keys: readonly JobKey[]): Sql {
  return scope.sql`SELECT j.job_group, j.job_name
    FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.jobs} AS j
    ON j.scheduler_id = ${scope.schedulerId} AND j.job_group = k.group_name AND j.job_name = k.name
    WHERE EXISTS (SELECT 1 FROM ${scope.tables.triggers} AS t WHERE t.job_id = j.id)`;
}

/** The groups that have jobs: steps from one to the next by the index, however many jobs each has. */
export function selectJobGroups(scope: SqlScope): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`WITH RECURSIVE found (group_name) AS (
      SELECT min(job_group) FROM ${tables.jobs} WHERE scheduler_id = ${schedulerId}
      UNION ALL
      SELECT (SELECT min(job_group) FROM ${tables.jobs} WHERE scheduler_id = ${schedulerId} AND job_group > found.group_name)
      FROM found WHERE found.group_name IS NOT NULL
    ) SELECT group_name FROM found WHERE group_name IS NOT NULL`;
}

/** A row source of keys. */
export function keyRows(scope: SqlScope, keys: readonly JobKey[]): Sql {
  return scope.rows(
    ['group_name', 'name'],
    keys.map(({ group, name }) => [group, name]),
  );
}
