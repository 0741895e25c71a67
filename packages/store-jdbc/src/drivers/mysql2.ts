/**
 * mysql2, seen through structural types, so that the package needs neither it nor its types to be loaded.
 *
 * @module
 */
import { invalidArgument, SchedulerError } from '@ametrine/core/spi';
import { forRows } from '../dialects/mysql.js';
import type { Sql, SqlEach, SqlList, SqlRow, SqlValue } from '../sql.js';
import type { Access, Driver } from './driver.js';

/** What is asked of a connection. */
export interface MysqlQuery {
  readonly sql: string;
  readonly values?: unknown[];
  readonly rowsAsArray?: boolean;
  readonly typeCast?: boolean;
}

/** A connection of mysql2/promise, as far as the store uses it. */
export interface MysqlConnection {
  query(query: MysqlQuery): Promise<readonly [unknown, unknown]>;
}

/** A connection that a pool lends. */
export interface MysqlPoolConnection extends MysqlConnection {
  release(): void;
  /** Closes it at once. */
  destroy(): void;
  /** The connection that this is the face of; its socket keeps the process alive, or not. */
  readonly connection?: {
    readonly stream?: { ref(): unknown; unref(): unknown };
  };
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** A pool of mysql2/promise, as far as the store uses it. */
export interface MysqlPool {
  getConnection(): Promise<MysqlPoolConnection>;
  end(): Promise<void>;
}

/** A pool or connection of mysql2 with callbacks, which gives one with promises. */
export interface MysqlCallbacks<T> {
  promise(): T;
}

/** The part of mysql2 that the store constructs things of. */
export interface MysqlModule {
  createPool(config: object): MysqlPool;
}

/**
 * Loads mysql2.
 *
 * @param load - how to import it; tests have no other way to lack it
 * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when it is not installed
 */
export async function loadMysql2(
  load: () => Promise<unknown> = () => import('mysql2/promise'),
): Promise<MysqlModule> {
  try {
    return ((await load()) as { readonly default: MysqlModule }).default;
  } catch (cause) {
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      'The MySQL store needs the package mysql2, which cannot be loaded; run npm install mysql2',
      { cause, details: { package: 'mysql2' } },
    );
  }
}

/** What all drivers of a store have in common. */
export interface MysqlSession {
  /** Whether a transaction is READ COMMITTED unless it says otherwise. */
  readonly readsCommitted: boolean;
  /** Whether a connection takes several statements at once; where not, each is a round trip. */
  readonly several: boolean;
  /** The prefix of the tables: processes that make them at once take turns. */
  readonly prefix: string;
  /** The statement that finds the row of the scheduler in its table; null before it is known. */
  lock: string | null;
}

/** Rows of one statement, and text that is kept back: more of either goes in several. */
const ROWS_AT_ONCE = 500;
const LENGTH_AT_ONCE = 2 ** 20;
const SCHEMA_PATIENCE_S = 30;

/** What sessions start with: reads of one transaction agree with one another; what changes reads what is there now. */
const BEGIN_READING = ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'START TRANSACTION READ ONLY'];
const READ_COMMITTED = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED';
const BEGIN_CHANGING = 'START TRANSACTION';

interface Pending {
  readonly text: string;
  readonly values: readonly (SqlValue | SqlList)[];
  readonly use: ((rows: readonly SqlRow[]) => void) | null;
}

/**
 * One mysql2 connection as a {@link Driver}. What gives no rows is kept back and sent with the next statement that does,
 * or with the commit: a transaction takes as many round trips as it has answers to wait for, and one for its end.
 */
export class MysqlDriver implements Driver {
  readonly #connection: MysqlConnection;
  readonly #session: MysqlSession;
  #pending: Pending[] = [];
  #pendingLength = 0;
  #access: Access = 'read';
  /** Whether the transaction is the application's. */
  #joined = false;
  /** Whether anything was sent since the transaction began. */
  #sent = false;
  /** Whether it may have written something. */
  #writes = false;
  /** Whether it may hold locks of rows, which others leave out. */
  #found = false;
  /** Whether an answer to a COMMIT was never seen. */
  fateUnknown = false;

  constructor(connection: MysqlConnection, session: MysqlSession) {
    this.#connection = connection;
    this.#session = session;
  }

  async begin(access: Access): Promise<void> {
    this.#access = access;
    this.#sent = false;
    this.#writes = false;
    this.#found = false;
    if (access === 'statement') return;
    if (access === 'read') for (const text of BEGIN_READING) this.#keep(text);
    else {
      if (!this.#session.readsCommitted) this.#keep(READ_COMMITTED);
      this.#keep(BEGIN_CHANGING);
    }
    const { lock } = this.#session;
    if (access === 'schema') await this.#lockSchema();
    else if (access !== 'read' && lock !== null) this.#keep(`${lock} ${LOCKS[access]}`);
  }

  /**
   * Begins a part of a transaction that the application has open on the connection. Whatever its isolation, what is
   * looked at is read as it is now, and stays so until the application's commit.
   *
   * @throws SchedulerError `ERR_INVALID_ARGUMENT` when no transaction is open
   */
  async join(): Promise<void> {
    this.#joined = true;
    try {
      await this.#ask('SAVEPOINT ametrine', []);
      // Without a transaction the savepoint was gone at once.
      await this.#ask('ROLLBACK TO SAVEPOINT ametrine', []);
    } catch (error) {
      if (!(error instanceof Error) || !('errno' in error) || error.errno !== NO_SAVEPOINT) throw error;
      const remedy = 'a connection on which you began a transaction';
      throw invalidArgument('transaction', 'a connection without one', remedy);
    }
    this.#keep(`${this.#session.lock} ${LOCKS.step}`);
  }

  /** Ends the part; what it did is the application's to commit. */
  async leave(): Promise<void> {
    this.#keep('RELEASE SAVEPOINT ametrine');
    await this.#flush();
  }

  /** Takes the part back, and leaves the application's transaction as it was. */
  async takeBack(): Promise<void> {
    this.#forget();
    await this.#ask('ROLLBACK TO SAVEPOINT ametrine', []);
    await this.#ask('RELEASE SAVEPOINT ametrine', []);
  }

  async commit(): Promise<void> {
    if (!this.#sent && !this.#writes) {
      // Nothing was asked and nothing is to be written.
      this.#forget();
      return;
    }
    if (this.#access !== 'statement') this.#keep('COMMIT');
    if (this.#access === 'read' || (this.#access === 'step' && !this.#writes && !this.#found)) {
      // Nobody waits for the end of a transaction that only read, or found nothing to lock. If it fails, so will what
      // comes next.
      this.#flush().catch(() => undefined);
      return;
    }
    this.fateUnknown = true;
    await this.#flush();
    this.fateUnknown = false;
    if (this.#access === 'schema') await this.#unlockSchema();
  }

  async rollback(): Promise<void> {
    this.#forget();
    if (!this.#sent || this.#access === 'statement') return;
    this.#keep('ROLLBACK');
    await this.#flush();
    if (this.#access === 'schema') await this.#unlockSchema();
  }

  async query({ text, values }: Sql): Promise<readonly SqlRow[]> {
    this.#keep(this.#joined ? reading(text) : text, values);
    const rows = (await this.#flush()).at(-1) ?? [];
    this.#found ||= rows.length > 0 && LOCKING.test(text);
    return rows;
  }

  async queryAll(statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> {
    for (const { text, values } of statements) this.#keep(this.#joined ? reading(text) : text, values);
    const results = (await this.#flush()).slice(-statements.length);
    this.#found ||= results.some(
      (rows, index) => rows.length > 0 && LOCKING.test(statements[index]?.text ?? ''),
    );
    return results;
  }

  async queryLater({ text, values }: Sql, use: (rows: readonly SqlRow[]) => void): Promise<void> {
    // What is to come of it is waited for.
    this.#writes = true;
    this.#keep(this.#joined ? reading(text) : text, values, use);
  }

  async execute({ text, values }: Sql): Promise<void> {
    this.#writes = true;
    this.#keep(text, values);
    if (this.#pendingLength > LENGTH_AT_ONCE) await this.#flush();
  }

  async executeEach({ text, rows }: SqlEach): Promise<void> {
    this.#writes = true;
    for (const chunk of chunksOf(rows)) {
      this.#keep(forRows(text, chunk.length), chunk.flat());
      if (this.#pendingLength > LENGTH_AT_ONCE) await this.#flush();
    }
  }

  async insertEach({ text, rows }: SqlEach): Promise<readonly number[]> {
    const ids: number[] = [];
    this.#writes = true;
    for (const chunk of chunksOf(rows)) {
      this.#keep(forRows(text, chunk.length), chunk.flat());
      // The rows of one insertion have ids one step apart, whatever other sessions insert meanwhile.
      const [row] = await this.query({
        text: 'SELECT LAST_INSERT_ID(), @@SESSION.auto_increment_increment',
        chunks: [],
        values: [],
      });
      const [first, step] = row as readonly [number, number];
      for (let index = 0; index < chunk.length; index++) ids.push(first + index * step);
    }
    return ids;
  }

  async script(text: string): Promise<void> {
    for (const statement of text.replaceAll(/^\s*--.*$/gm, '').split(/;\s*(?:\n|$)/)) {
      if (statement.trim() !== '') await this.execute({ text: statement, chunks: [], values: [] });
    }
    await this.#flush();
  }

  async close(): Promise<void> {}

  #keep(
    text: string,
    values: readonly (SqlValue | SqlList)[] = [],
    use: ((rows: readonly SqlRow[]) => void) | null = null,
  ): void {
    this.#pending.push({ text, values, use });
    this.#pendingLength += text.length;
    for (const value of values) if (typeof value === 'string') this.#pendingLength += value.length;
  }

  #forget(): void {
    this.#pending = [];
    this.#pendingLength = 0;
  }

  /** Sends what is kept back; the rows of each of it. */
  async #flush(): Promise<readonly (readonly SqlRow[])[]> {
    const pending = this.#pending;
    if (pending.length === 0) return [];
    this.#forget();
    this.#sent = true;
    const results = this.#session.several ? await this.#askAtOnce(pending) : await this.#askEach(pending);
    for (const [index, { use }] of pending.entries()) use?.(results[index] ?? []);
    return results;
  }

  async #askEach(pending: readonly Pending[]): Promise<readonly (readonly SqlRow[])[]> {
    const results: (readonly SqlRow[])[] = [];
    for (const { text, values } of pending) results.push(rowsOf(...(await this.#ask(text, values))));
    return results;
  }

  async #askAtOnce(pending: readonly Pending[]): Promise<readonly (readonly SqlRow[])[]> {
    const text = pending.map((statement) => statement.text).join(';\n');
    const values = pending.flatMap((statement) => statement.values);
    const [results, fields] = await this.#ask(text, values);
    if (pending.length === 1) return [rowsOf(results, fields)];
    return (results as unknown[]).map((result, index) => rowsOf(result, (fields as unknown[])[index]));
  }

  #ask(sql: string, values: readonly unknown[]): Promise<readonly [unknown, unknown]> {
    return this.#connection.query({ sql, values: values as unknown[], rowsAsArray: true, typeCast: true });
  }

  async #lockSchema(): Promise<void> {
    const { prefix } = this.#session;
    this.#keep(`SELECT GET_LOCK(${SCHEMA_LOCK}, ?)`, [prefix, SCHEMA_PATIENCE_S]);
    const [row] = (await this.#flush()).at(-1) ?? [];
    if (row?.[0] === 1) return;
    throw new SchedulerError(
      'ERR_STORE_BUSY',
      `Another process has been making the schema ${prefix}* for ${SCHEMA_PATIENCE_S} seconds`,
      { retryable: true },
    );
  }

  async #unlockSchema(): Promise<void> {
    await this.#ask(`SELECT RELEASE_LOCK(${SCHEMA_LOCK})`, [this.#session.prefix]);
  }
}

/** Changes are alone with the scheduler's row; steps share it, so that changes and they keep apart. */
const LOCKS: Readonly<Record<'write' | 'step', string>> = { write: 'FOR UPDATE', step: 'LOCK IN SHARE MODE' };

/** Ends a question that locks what it finds, so that others leave it out. */
const LOCKING = /FOR UPDATE/;

const NO_SAVEPOINT = 1305;

/** A question in the application's transaction, which may see an old state of the tables unless it locks what it finds. */
function reading(text: string): string {
  return /^\s*SELECT/.test(text) &&
    !/\bUNION ALL\b(?![^(]*\))|FOR UPDATE|LOCK IN SHARE|LAST_INSERT_ID/.test(text)
    ? `${text} LOCK IN SHARE MODE`
    : text;
}

/** Names of locks are the server's, not a database's, and short. */
const SCHEMA_LOCK = "SHA1(CONCAT('ametrine schema ', DATABASE(), ' ', ?))";

/** Splits rows so that a statement stays well below what servers take. */
function* chunksOf(rows: readonly SqlRow[]): Generator<readonly SqlRow[]> {
  let chunk: SqlRow[] = [];
  let length = 0;
  for (const row of rows) {
    chunk.push(row);
    for (const value of row) length += typeof value === 'string' ? value.length + 2 : 8;
    if (chunk.length < ROWS_AT_ONCE && length < LENGTH_AT_ONCE) continue;
    yield chunk;
    chunk = [];
    length = 0;
  }
  if (chunk.length > 0) yield chunk;
}

const BIGINT = 8;

/** Rows as arrays; whole numbers are numbers, however the connection's owner likes them. */
function rowsOf(result: unknown, fields: unknown): readonly SqlRow[] {
  if (!Array.isArray(result) || !Array.isArray(fields)) return [];
  const rows = result as SqlValue[][];
  for (const [column, field] of (fields as readonly { readonly columnType?: number }[]).entries()) {
    if (field.columnType !== BIGINT) continue;
    if (!rows.some((row) => typeof row[column] === 'string')) continue;
    for (const row of rows) row[column] = row[column] === null ? null : Number(row[column]);
  }
  return rows;
}
