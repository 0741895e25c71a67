/**
 * MySQL and MariaDB: in what both of them understand.
 *
 * @module
 */
import { mysqlFault } from '../errors.js';
import { mysqlMigrations } from '../generated/migrations.js';
import { RawSql, type Sql, type SqlTag } from '../sql.js';
import type { Dialect } from './dialect.js';

const BY_INDEX = {
  triggers_due: new RawSql('FORCE INDEX (triggers_due)'),
  triggers_running: new RawSql('FORCE INDEX (triggers_running)'),
  triggers_key: new RawSql('FORCE INDEX (triggers_key)'),
};

/** Stands around the part of a statement that is written once for each row, and what comes between two of them. */
const ROW = '\u0000';

/**
 * Statements have one parameter for each value, or for each list: the driver writes the values into the text. Rows are
 * a union of selections, which both servers join in order, by an index; measured with 200 rows on MariaDB 10.11, an
 * update of four columns takes 7.6 µs for each so, 8.2 over JSON_TABLE, and 38 as a statement for each row.
 */
export const mysqlDialect: Dialect = {
  name: 'MySQL',
  migrations: mysqlMigrations,
  faultOf: mysqlFault,
  joinInOrder: new RawSql('STRAIGHT_JOIN'),
  byIndex: (name) => BY_INDEX[name],
  dueAt: new RawSql('waiting_at'),
  waiting: new RawSql('t.waiting_at IS NOT NULL'),
  running: new RawSql('t.run_non_concurrent IS NOT NULL'),
  mergesRanges: false,
  changesWhatItFinds: false,
  keepRows: new RawSql('LOCK IN SHARE MODE'),
  rowLocks: { all: new RawSql('FOR UPDATE'), free: new RawSql('FOR UPDATE SKIP LOCKED') },

  placeholder: () => '?',

  table: (name) => new RawSql(quoted(name)),

  script: (text, prefix) => text.replaceAll('{prefix}', prefix),

  tableExists: (sql, name) =>
    sql`SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${name}`,

  // DDL ends transactions here: the driver holds a lock that does not go with them.
  schemaLock: () => null,

  rows(sql, columns, rows) {
    const names = new RawSql(columns.map((column) => `'' AS ${quoted(column)}`).join(', '));
    if (rows.length === 0) return sql`(SELECT 0 AS position, ${names} FROM DUAL WHERE 1 = 0)`;
    return {
      ...rowSource(columns, rows.length),
      values: rows.flatMap((row, position) => [position, ...row]),
    };
  },

  list: inList,

  ids: inList,

  isPair(sql, [first, second], pairs) {
    // The second texts of each first one, so that they are one range each.
    const groups = new Map<string, string[]>();
    for (const [group, name] of pairs) {
      const names = groups.get(group);
      if (names === undefined) groups.set(group, [name]);
      else names.push(name);
    }
    const terms = [...groups].map(
      ([group, names]) => sql`(${first} = ${group} AND ${second} IN ${inList(sql, names)})`,
    );
    return sql`(${terms.reduce((some, term) => sql`${some} OR ${term}`)})`;
  },

  limit: (sql, count) => sql`LIMIT ${count}`,

  insertEach(table, columns) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    return `INSERT INTO ${table.text} (${columns.map(quoted).join(', ')}) VALUES ${ROW}${row}${ROW}, ${row}${ROW}`;
  },

  updateEach(table, columns) {
    const settings = columns.map((column) => `t.${quoted(column)} = r.${quoted(column)}`).join(', ');
    const named = [...columns, 'id'].map((column) => `? AS ${quoted(column)}`).join(', ');
    const unnamed = [...columns, 'id'].map(() => '?').join(', ');
    return `UPDATE ${table.text} AS t JOIN (${ROW}SELECT ${named}${ROW} UNION ALL SELECT ${unnamed}${ROW}) AS r
      ON t.id = r.id SET ${settings}`;
  },
};

/** A statement of {@link Dialect.insertEach} or {@link Dialect.updateEach} for so many rows, at least one. */
export function forRows(text: string, count: number): string {
  const [head, first, next, tail] = text.split(ROW) as [string, string, string, string];
  return head + first + next.repeat(count - 1) + tail;
}

function inList(sql: SqlTag, values: readonly (string | number)[]): Sql {
  // A list may not be empty; nothing equals null.
  return values.length === 0 ? sql`(NULL)` : sql`(${values})`;
}

const knownSources = new Map<string, Sql>();

/** The same pieces for the same columns and number of rows, as far as that is common. */
function rowSource(columns: readonly string[], count: number): Sql {
  const key = `${columns.join()} ${count}`;
  let source = knownSources.get(key);
  if (source === undefined) {
    const first = ['position', ...columns].map((column) => `? AS ${quoted(column)}`).join(', ');
    const next = ['?', ...columns.map(() => '?')].join(', ');
    const text = `(SELECT ${first}${` UNION ALL SELECT ${next}`.repeat(count - 1)})`;
    source = { text, chunks: text.split('?'), values: [] };
    if (count <= 100) knownSources.set(key, source);
  }
  return source;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
