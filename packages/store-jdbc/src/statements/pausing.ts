/**
 * Statements about paused groups.
 *
 * @module
 */
import type { PausedGroups } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlEach, SqlRow } from '../sql.js';

/** Kind and group. */
export function selectPausedGroups(scope: SqlScope): Sql {
  return scope.sql`SELECT kind, group_name FROM ${scope.tables.pausedGroups} WHERE scheduler_id = ${scope.schedulerId}`;
}

export function deletePausedGroups(scope: SqlScope): Sql {
  return scope.sql`DELETE FROM ${scope.tables.pausedGroups} WHERE scheduler_id = ${scope.schedulerId}`;
}

export function insertPausedGroups(scope: SqlScope, paused: PausedGroups): SqlEach {
  const marks: SqlRow[] = [
    ...[...new Set(paused.triggerGroups)].map((group) => ['trigger', group]),
    ...[...new Set(paused.jobGroups)].map((group) => ['job', group]),
    ...(paused.all ? [['all', '']] : []),
  ];
  const text = scope.dialect.insertEach(scope.tables.pausedGroups, ['scheduler_id', 'kind', 'group_name']);
  return { text, rows: marks.map((mark) => [scope.schedulerId, ...mark]) };
}

/** Reads rows of {@link selectPausedGroups}. */
export function readPausedGroups(rows: readonly SqlRow[]): PausedGroups {
  const groups = (wanted: string): readonly string[] =>
    rows.filter(([kind]) => kind === wanted).map(([, group]) => String(group));
  return {
    triggerGroups: groups('trigger'),
    jobGroups: groups('job'),
    all: rows.some(([kind]) => kind === 'all'),
  };
}
