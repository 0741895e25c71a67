/**
 * What the store needs of a database client: one connection, one transaction at a time.
 *
 * @module
 */
import type { Sql, SqlEach, SqlRow } from '../sql.js';

/**
 * What a transaction is about to do: only `read`; `write`, alone with the scheduler's rows; take part in a `step` of
 * the hot path, which may run beside others; execute one `statement` beside those, which takes care of itself; or make
 * the `schema`, alone with all that is under its prefix.
 */
export type Access = 'read' | 'write' | 'step' | 'statement' | 'schema';

/** One connection. Its methods are called one after another, never at the same time. */
export interface Driver {
  /** Opens a transaction; one that writes holds whatever it takes to be alone with the rows it reads. */
  begin(access: Access): Promise<void>;
  commit(): Promise<void>;
  /** Takes the open transaction back; harmless when there is none. */
  rollback(): Promise<void>;
  /** Executes a statement and gives its rows. */
  query(statement: Sql): Promise<readonly SqlRow[]>;
  /** Executes several statements and gives the rows of each; one round trip, where the database allows that. */
  queryAll(statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]>;
  /**
   * Executes a statement whose rows are not needed before the transaction ends: at once, or with what is sent next.
   * `use` is called before the commit resolves, if that does.
   */
  queryLater(statement: Sql, use: (rows: readonly SqlRow[]) => void): Promise<void>;
  /** Executes a statement that gives no rows. */
  execute(statement: Sql): Promise<void>;
  /** Executes a statement for each row of parameters, or once for all of them. */
  executeEach(statement: SqlEach): Promise<void>;
  /** Executes an insertion for each row of parameters and gives the ids of the new rows, in order. */
  insertEach(statement: SqlEach): Promise<readonly number[]>;
  /** Executes several statements without parameters. */
  script(text: string): Promise<void>;
  /** Closes the connection, unless it is the user's. */
  close(): Promise<void>;
}
