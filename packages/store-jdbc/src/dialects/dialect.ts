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
  /** A quoted name. */
  identifier(name: string): RawSql;
  /**
   * A row source with the columns `position` (from 0 on) and those named, to stand behind FROM. All rows travel as one
   * parameter, so that the statement's text does not depend on how many there are.
   */
  rows(sql: SqlTag, columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): Sql;
  /** A set of values to stand behind IN; one parameter. */
  list(sql: SqlTag, values: readonly (string | number)[]): Sql;
  /** Ends a statement that gives at most so many rows. */
  limit(sql: SqlTag, count: number): Sql;
  /** Inserts one row of parameters; drivers execute it for each row of a batch. */
  insertEach(table: RawSql, columns: readonly string[]): string;
  /** Sets the columns of one row by its id; the parameters are the columns in order, then the id. */
  updateEach(table: RawSql, columns: readonly string[]): string;
}
