/**
 * What differs between databases in the text of statements, and nothing else.
 *
 * @module
 */
import type { Fault } from '../errors.js';
import type { Migration } from '../migrate.js';
import type { RawSql, Sql, SqlTag } from '../sql.js';

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
  /** Ends a statement that gives at most so many rows. */
  limit(sql: SqlTag, count: number): Sql;
  /** Inserts rows; drivers execute it for each row of a batch, or once for all of them. */
  insertEach(table: RawSql, columns: readonly string[]): string;
  /** Sets the columns of rows by their ids; the parameters are the columns in order, then the id. */
  updateEach(table: RawSql, columns: readonly string[]): string;
}
