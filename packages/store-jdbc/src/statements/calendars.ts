/**
 * Statements about calendars.
 *
 * @module
 */
import type { SqlScope } from '../scope.js';
import type { Sql, SqlEach } from '../sql.js';

/** Name and calendar of those of the names that exist. */
export function selectCalendars(scope: SqlScope, names: readonly string[]): Sql {
  return scope.sql`SELECT calendar_name, calendar FROM ${scope.tables.calendars}
    WHERE scheduler_id = ${scope.schedulerId} AND calendar_name IN ${scope.list(names)}`;
}

export function selectCalendarNames(scope: SqlScope): Sql {
  return scope.sql`SELECT calendar_name FROM ${scope.tables.calendars} WHERE scheduler_id = ${scope.schedulerId}`;
}

export function insertCalendar(scope: SqlScope, name: string, text: string): SqlEach {
  const columns = ['scheduler_id', 'calendar_name', 'calendar'];
  return {
    text: scope.dialect.insertEach(scope.tables.calendars, columns),
    rows: [[scope.schedulerId, name, text]],
  };
}

export function deleteCalendar(scope: SqlScope, name: string): Sql {
  return scope.sql`DELETE FROM ${scope.tables.calendars}
    WHERE scheduler_id = ${scope.schedulerId} AND calendar_name = ${name}`;
}
