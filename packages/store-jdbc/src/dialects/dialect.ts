/**
 * What differs between databases in the text of statements, and nothing else.
 *
 * @module
 */
import type { Fault } from '../errors.js';
import type { Migration } from '../migrate.js';
import type { RawSql, Sql, SqlTag } from '../sql.js';

/** What ends a statement that locks what it finds. */
export interface RowLocks {
  /** Waits for rows that somebody else has locked. */
  readonly all: RawSql;
  /** Leaves out rows that somebody else has locked. */
  readonly free: RawSql;
}

/** A group and a name. */
export type Pair = readonly [group: string, name: string];

/** One database's way to write what the statements need. */
export interface Dialect {
  /** The database, as people call it. */
  readonly name: string;
  /** Every version of the schema, oldest first. */
  readonly migrations: readonly Migration[];
  /** What an error of the database, or of a client for it, means. */
  faultOf(error: unknown): Fault;
  /** Joins two tables in the order written, whatever the planner thinks; to be followed by a table and ON. */
  readonly joinInOrder: RawSql;
  /**
   * Stands behind a table that is to be read by an index of that name, whatever statistics say; nothing where planners
   * cannot be told, or need not be.
   */
  byIndex(name: 'triggers_due' | 'triggers_running' | 'triggers_key'): RawSql;
  /** The column of the due index that says when a waiting trigger is due. */
  readonly dueAt: RawSql;
  /** A condition on trigger `t` that holds for what the due index holds: waiting triggers with a next fire time. */
  readonly waiting: RawSql;
  /** A condition on trigger `t` that holds while an execution is on its row, in the terms of the index of those. */
  readonly running: RawSql;
  /** Whether the union of two ranges of an index is read in the order of that index; where not, they are asked for apart. */
  readonly mergesRanges: boolean;
  /** Whether a statement may change rows that a subquery of it finds, by an index; where not, they are found before. */
  readonly changesWhatItFinds: boolean;
  /** How a read locks what it finds, for steps that run beside others; null where they do not. */
  readonly rowLocks: RowLocks | null;
  /** Ends a statement that reads rows of `j` which are to stay until the transaction ends, though not as they are. */
  readonly keepRows: RawSql;
  /** The parameter of that position, from 1 on. */
  placeholder(position: number): string;
  /** A table of that name, quoted, in the schema that the store is told to use. */
  table(name: string): RawSql;
  /** The text of a migration with its placeholders filled in. */
  script(text: string, prefix: string): string;
  /** Asks whether a table is there; one row when it is. */
  tableExists(sql: SqlTag, name: string): Sql;
  /** Keeps other processes from changing the schema until the transaction ends; null where transactions do that. */
  schemaLock(sql: SqlTag, prefix: string): Sql | null;
  /**
   * A row source with the columns `position` (from 0 on) and those named, all texts, to stand behind FROM. The
   * statement's text does not depend on how many rows there are.
   */
  rows(sql: SqlTag, columns: readonly string[], rows: readonly (readonly string[])[]): Sql;
  /** A set of texts to stand behind IN; one parameter. */
  list(sql: SqlTag, values: readonly string[]): Sql;
  /** A set of row ids, as a column `value`, to stand behind IN or FROM; one parameter. */
  ids(sql: SqlTag, values: readonly number[]): Sql;
  /**
   * A condition that two columns hold one of the pairs of texts, of which there is at least one, in a form that finds
   * them by an index; null where a row source joined in a subquery is that form.
   */
  readonly isPair: ((sql: SqlTag, columns: readonly [RawSql, RawSql], pairs: readonly Pair[]) => Sql) | null;
  /** Ends a statement that gives at most so many rows. */
  limit(sql: SqlTag, count: number): Sql;
  /** Inserts rows; drivers execute it for each row of a batch, or once for all of them. */
  insertEach(table: RawSql, columns: readonly string[]): string;
  /** Sets the columns of rows by their ids; the parameters are the columns in order, then the id. */
  updateEach(table: RawSql, columns: readonly string[]): string;
}
