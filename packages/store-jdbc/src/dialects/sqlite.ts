/**
 * SQLite.
 *
 * @module
 */
import { sqliteFault } from '../errors.js';
import { sqliteMigrations } from '../generated/migrations.js';
import { RawSql } from '../sql.js';
import type { Dialect } from './dialect.js';

const NOTHING = new RawSql('');

/**
 * Row sources are JSON, read by `json_each`. Wide writes go row by row through one prepared statement instead: the
 * engine is in this process, and extracting each column from JSON costs more than binding it. Measured with 500
 * one-shots on two cores: fired in 10.6 µs each by one UPDATE over `json_each`, in 7.7 µs row by row; inserted in 15.5
 * and 9.7 µs.
 */
export const sqliteDialect: Dialect = {
  name: 'SQLite',
  migrations: sqliteMigrations,
  faultOf: sqliteFault,
  joinInOrder: new RawSql('CROSS JOIN'),
  byIndex: () => NOTHING,
  dueAt: new RawSql('next_fire_at'),
  waiting: new RawSql("t.state = 'waiting' AND t.next_fire_at IS NOT NULL"),
  running: new RawSql('t.run_id IS NOT NULL'),
  mergesRanges: true,
  changesWhatItFinds: true,
  rowLocks: null,
  isPair: null,
  keepRows: NOTHING,

  placeholder: () => '?',

  table: (name) => new RawSql(quoted(name)),

  script: (text, prefix) => text.replaceAll('{prefix}', prefix),

  tableExists: (sql, name) => sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${name}`,

  schemaLock: () => null,

  rows(sql, columns, rows) {
    return sql`(SELECT key AS position, ${rowColumns(columns)} FROM json_each(${JSON.stringify(rows)}))`;
  },

  list: (sql, values) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`,

  ids: (sql, values) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`,

  // A bare parameter here is looked at while planning, and makes SQLite plan anew at every execution: 2 or 80 µs.
  limit: (sql, count) => sql`LIMIT ${count} + 0`,

  insertEach(table, columns) {
    const names = columns.map(quoted);
    return `INSERT INTO ${table.text} (${names.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  },

  updateEach(table, columns) {
    const settings = columns.map((column) => `${quoted(column)} = ?`);
    return `UPDATE ${table.text} SET ${settings.join(', ')} WHERE id = ?`;
  },
};

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const knownColumns = new Map<string, RawSql>();

/** The same object for the same columns, so that the text around it is put together once. */
function rowColumns(columns: readonly string[]): RawSql {
  const key = columns.join();
  let raw = knownColumns.get(key);
  if (raw === undefined) {
    const named = columns.map((column, index) => `value ->> ${index} AS ${quoted(column)}`);
    raw = new RawSql(named.join(', '));
    knownColumns.set(key, raw);
  }
  return raw;
}
