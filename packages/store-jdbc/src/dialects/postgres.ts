/**
 * PostgreSQL.
 *
 * @module
 */
import { postgresFault } from '../errors.js';
import { postgresMigrations } from '../generated/migrations.js';
import { RawSql } from '../sql.js';
import type { Dialect } from './dialect.js';

const NOTHING = new RawSql('');

/** The types of columns that are not texts. */
const TYPES: Readonly<Record<string, string>> = {
  id: 'bigint',
  scheduler_id: 'integer',
  job_id: 'bigint',
  trigger_id: 'bigint',
  durable: 'smallint',
  requests_recovery: 'smallint',
  non_concurrent: 'smallint',
  persists_data: 'smallint',
  next_fire_at: 'bigint',
  previous_fire_at: 'bigint',
  times_triggered: 'bigint',
  precedence: 'bigint',
  priority: 'integer',
  start_at: 'bigint',
  end_at: 'bigint',
  run_scheduled_at: 'bigint',
  run_fired_at: 'bigint',
  run_non_concurrent: 'smallint',
  run_requests_recovery: 'smallint',
  scheduled_fire_at: 'bigint',
  fired_at: 'bigint',
  checked_in_at: 'bigint',
  check_in_interval_ms: 'bigint',
};

/** The type of a column. */
export function columnType(column: string): string {
  return TYPES[column] ?? 'text';
}

/** Rows as one array for each column, from the parameter of that number on. */
export function unnest(columns: readonly string[], from = 1): string {
  return `unnest(${columns.map((column, index) => `$${from + index}::${columnType(column)}[]`).join(', ')})`;
}

/**
 * Rows travel as one array for each column, so that a statement's text does not depend on how many there are.
 *
 * @param schema - the schema of the tables; null for the first of the connection's search path
 */
export function postgresDialect(schema: string | null): Dialect {
  const qualifier = schema === null ? '' : `${quoted(schema)}.`;
  return {
    name: 'PostgreSQL',
    migrations: postgresMigrations,
    faultOf: postgresFault,
    joinInOrder: new RawSql('JOIN'),
    byIndex: () => NOTHING,
    dueAt: new RawSql('next_fire_at'),
    waiting: new RawSql("t.state = 'waiting' AND t.next_fire_at IS NOT NULL"),
    running: new RawSql('t.run_id IS NOT NULL'),
    mergesRanges: true,
    changesWhatItFinds: true,
    rowLocks: null,
    isPair: null,
    keepRows: new RawSql('FOR KEY SHARE OF j'),

    placeholder: (position) => `$${position}`,

    table: (name) => new RawSql(qualifier + quoted(name)),

    script: (text, prefix) => text.replaceAll('{prefix}', prefix).replaceAll('{schema}', qualifier),

    // Not to_regclass, which may remember from before it waited for a lock that there was no such table.
    tableExists: (sql, name) =>
      schema === null
        ? sql`SELECT 1 FROM pg_catalog.pg_class AS c WHERE c.relname = ${name} AND pg_catalog.pg_table_is_visible(c.oid)`
        : sql`SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relname = ${name} AND n.nspname = ${schema}`,

    schemaLock: (sql, prefix) =>
      sql`SELECT pg_advisory_xact_lock(hashtext('ametrine schema'), hashtext(${qualifier + prefix}))`,

    rows(sql, columns, rows) {
      const names = new RawSql(columns.map(quoted).join(', '));
      const lists = columns.map((_, column) => rows.map((row) => row[column] as string));
      // The columns are keys everywhere: a group and a name.
      const [first = [], second = []] = lists;
      return sql`(SELECT r.position - 1 AS position, ${names}
        FROM unnest(${first}::text[], ${second}::text[]) WITH ORDINALITY AS r(${names}, position))`;
    },

    list: (sql, values) => sql`(SELECT unnest(${values}::text[]) AS value)`,

    ids: (sql, values) => sql`(SELECT unnest(${values}::bigint[]) AS value)`,

    limit: (sql, count) => sql`LIMIT ${count}`,

    insertEach(table, columns) {
      const names = columns.map(quoted).join(', ');
      return `INSERT INTO ${table.text} (${names}) SELECT ${names}
        FROM ${unnest(columns)} WITH ORDINALITY AS r(${names}, position) ORDER BY position`;
    },

    updateEach(table, columns) {
      const settings = columns.map((column) => `${quoted(column)} = r.${quoted(column)}`).join(', ');
      const names = [...columns, 'id'].map(quoted).join(', ');
      return `UPDATE ${table.text} AS t SET ${settings} FROM ${unnest([...columns, 'id'])} AS r(${names}) WHERE t.id = r.id`;
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
