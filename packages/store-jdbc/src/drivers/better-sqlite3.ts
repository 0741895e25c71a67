/**
 * better-sqlite3, seen through structural types, so that the package needs neither it nor its types to be loaded.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import type { Sql, SqlEach, SqlRow, SqlValue } from '../sql.js';
import type { Access, Driver } from './driver.js';

/** A prepared statement, as far as the store uses it. */
export interface SqliteStatement {
  readonly reader: boolean;
  raw(toggle?: boolean): unknown;
  safeIntegers(toggle?: boolean): unknown;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { readonly lastInsertRowid: number | bigint };
}

/** An open database of better-sqlite3, as far as the store uses it. */
export interface SqliteHandle {
  readonly name: string;
  readonly memory: boolean;
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(text: string): SqliteStatement;
  exec(text: string): unknown;
  close(): unknown;
}

/** The constructor that better-sqlite3 exports. */
export type SqliteConstructor = new (
  path: string,
  options?: { readonly fileMustExist?: boolean; readonly timeout?: number },
) => SqliteHandle;

/**
 * Loads better-sqlite3.
 *
 * @param load - how to import it; tests have no other way to lack it
 * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when it is not installed, or was built for another Node
 */
export async function loadBetterSqlite(
  load: () => Promise<unknown> = () => import('better-sqlite3'),
): Promise<SqliteConstructor> {
  try {
    return ((await load()) as { readonly default: SqliteConstructor }).default;
  } catch (cause) {
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      'The SQLite store needs the package better-sqlite3, which cannot be loaded; run npm install better-sqlite3 ' +
        '(or npm rebuild better-sqlite3 after changing Node)',
      { cause, details: { package: 'better-sqlite3' } },
    );
  }
}

/** One better-sqlite3 connection as a {@link Driver}: everything in it happens at once, before its promise is given. */
export class BetterSqliteDriver implements Driver {
  readonly handle: SqliteHandle;
  readonly #owned: boolean;
  readonly #statements = new Map<string, SqliteStatement>();
  #inOwnTransaction = false;
  #ownersTimeout: SqlValue = null;

  /** @param owned - whether the handle is closed with the driver */
  constructor(handle: SqliteHandle, owned: boolean) {
    this.handle = handle;
    this.#owned = owned;
  }

  /**
   * Waiting for locks is done by the store, which leaves the event loop free: SQLite's own waiting would hold up whoever
   * has the lock, when that is in this process. A handle's owner gets the owner's setting back after each transaction.
   */
  #stopWaiting(): void {
    if (this.#owned) return;
    this.#ownersTimeout = this.pragma('busy_timeout');
    this.handle.exec('PRAGMA busy_timeout = 0');
  }

  #restoreWaiting(): void {
    if (this.#ownersTimeout === null || !this.handle.open) return;
    this.handle.exec(`PRAGMA busy_timeout = ${Number(this.#ownersTimeout)}`);
    this.#ownersTimeout = null;
  }

  async begin(access: Access): Promise<void> {
    if (this.handle.inTransaction) {
      throw new SchedulerError(
        'ERR_STORE_BUSY',
        'The database handle that was given to the store is inside a transaction of its owner',
        { retryable: true },
      );
    }
    this.#stopWaiting();
    // IMMEDIATE takes the writer's lock at once: a transaction that read first could find it taken, with no way to wait.
    try {
      this.#prepared(access === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE').run();
    } catch (error) {
      this.#restoreWaiting();
      throw error;
    }
    this.#inOwnTransaction = true;
  }

  async commit(): Promise<void> {
    this.#prepared('COMMIT').run();
    this.#inOwnTransaction = false;
    this.#restoreWaiting();
  }

  async rollback(): Promise<void> {
    // SQLite takes a transaction back by itself after some errors, a full disk for one.
    const open = this.#inOwnTransaction && this.handle.open && this.handle.inTransaction;
    this.#inOwnTransaction = false;
    if (open) this.#prepared('ROLLBACK').run();
    this.#restoreWaiting();
  }

  async query(statement: Sql): Promise<readonly SqlRow[]> {
    return this.#prepared(statement.text).all(statement.values) as SqlRow[];
  }

  async queryAll(statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> {
    const results: (readonly SqlRow[])[] = [];
    for (const statement of statements) results.push(await this.query(statement));
    return results;
  }

  async queryLater(statement: Sql, use: (rows: readonly SqlRow[]) => void): Promise<void> {
    use(await this.query(statement));
  }

  async execute(statement: Sql): Promise<void> {
    this.#prepared(statement.text).run(statement.values);
  }

  async executeEach({ text, rows }: SqlEach): Promise<void> {
    const statement = this.#prepared(text);
    for (const row of rows) statement.run(row);
  }

  async insertEach({ text, rows }: SqlEach): Promise<readonly number[]> {
    const statement = this.#prepared(text);
    return rows.map((row) => Number(statement.run(row).lastInsertRowid));
  }

  async script(text: string): Promise<void> {
    this.handle.exec(text);
  }

  /** The answer of a PRAGMA that has one. */
  pragma(text: string): SqlValue {
    const [row] = this.#prepared(`PRAGMA ${text}`).all() as SqlRow[];
    return row?.[0] ?? null;
  }

  async close(): Promise<void> {
    this.#statements.clear();
    if (this.#owned) this.handle.close();
  }

  #prepared(text: string): SqliteStatement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.handle.prepare(text);
      // The handle's owner may have asked for bigints, which are not what the store stores.
      if (statement.reader) {
        statement.raw(true);
        statement.safeIntegers(false);
      }
      this.#statements.set(text, statement);
    }
    return statement;
  }
}
