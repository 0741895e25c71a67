/**
 * Statements about a whole scheduler.
 *
 * @module
 */
import type { SqlSchema, SqlScope } from '../scope.js';
import type { Sql, SqlEach } from '../sql.js';

export function selectSchedulerId({ sql, tables }: SqlSchema, name: string): Sql {
  return sql`SELECT id FROM ${tables.schedulers} WHERE scheduler_name = ${name}`;
}

export function insertScheduler({ dialect, tables }: SqlSchema, name: string): SqlEach {
  return { text: dialect.insertEach(tables.schedulers, ['scheduler_name']), rows: [[name]] };
}

/** How many jobs, triggers and calendars there are. */
export function selectCounts({ sql, tables, schedulerId }: SqlScope): Sql {
  return sql`SELECT (SELECT count(*) FROM ${tables.jobs} WHERE scheduler_id = ${schedulerId}),
    (SELECT count(*) FROM ${tables.triggers} WHERE scheduler_id = ${schedulerId}),
    (SELECT count(*) FROM ${tables.calendars} WHERE scheduler_id = ${schedulerId})`;
}

/** Everything of the scheduler except its nodes. */
export function deleteAll({ sql, tables, schedulerId }: SqlScope): readonly Sql[] {
  return [
    sql`DELETE FROM ${tables.triggerData} WHERE trigger_id IN (SELECT t.id FROM ${tables.triggers} AS t
      WHERE t.scheduler_id = ${schedulerId})`,
    sql`DELETE FROM ${tables.triggers} WHERE scheduler_id = ${schedulerId}`,
    sql`DELETE FROM ${tables.jobs} WHERE scheduler_id = ${schedulerId}`,
    sql`DELETE FROM ${tables.executions} WHERE scheduler_id = ${schedulerId}`,
    sql`DELETE FROM ${tables.calendars} WHERE scheduler_id = ${schedulerId}`,
    sql`DELETE FROM ${tables.pausedGroups} WHERE scheduler_id = ${schedulerId}`,
  ];
}
