/**
 * pg (node-postgres), seen through structural types, so that the package needs neither it nor its types to be loaded.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { invalidArgument, SchedulerError } from '@ametrine/core/spi';
import type { Sql, SqlEach, SqlList, SqlRow, SqlValue } from '../sql.js';
import type { Access, Driver } from './driver.js';

/** What is asked of a client. */
export interface PgQuery {
  readonly text: string;
  readonly values?: unknown[];
  readonly name?: string;
  readonly rowMode?: 'array';
  readonly types?: { getTypeParser(oid: number, format?: string): (value: string) => SqlValue };
}

/** A connection of pg, as far as the store uses it. */
export interface PgClient {
  query(query: PgQuery): Promise<{ readonly rows: unknown[] }>;
}

/** A connection that a pool lends. */
export interface PgPoolClient extends PgClient {
  /** @param destroy - whether the connection is not to be used again */
  release(destroy?: boolean): void;
  /** Lets the process end while the connection is open; pg has it, its types do not. */
  unref?(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  removeListener(event: 'error', listener: (error: unknown) => void): unknown;
}

/** A pool of pg, as far as the store uses it. */
export interface PgPool {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
}

/** The part of pg that the store constructs things of. */
export interface PgModule {
  readonly Pool: new (
    config: object,
  ) => PgPool & {
    on(event: 'error', listener: (error: unknown) => void): unknown;
  };
}

/**
 * Loads pg.
 *
 * @param load - how to import it; tests have no other way to lack it
 * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when it is not installed
 */
export async function loadPg(load: () => Promise<unknown> = () => import('pg')): Promise<PgModule> {
  try {
    return ((await load()) as { readonly default: PgModule }).default;
  } catch (cause) {
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      'The PostgreSQL store needs the package pg, which cannot be loaded; run npm install pg',
      { cause, details: { package: 'pg' } },
    );
  }
}

/** Integers of 8, 2 and 4 bytes, and object ids: all of the store's fit a number. */
const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23, 26]);
const BOOLEAN = 16;

/** What the store stores, whatever parsers the application has set: numbers, texts, and flags as 0 and 1. */
export const PG_TYPES: {
  getTypeParser(oid: number): (value: string) => SqlValue;
} = {
  getTypeParser(oid: number): (value: string) => SqlValue {
    if (INTEGERS.has(oid)) return Number;
    if (oid === BOOLEAN) return (value) => (value === 't' ? 1 : 0);
    return (value) => value;
  },
};

/**
 * The two numbers of each advisory lock of one scheduler. Steps of the hot path share the `gate`. A transaction of the
 * application shares the `porch`, for as long as it lasts. Whoever has to be alone takes the porch and then the gate: it
 * waits for the application before it keeps anybody from firing.
 */
export interface SchedulerLocks {
  readonly porch: string;
  readonly gate: string;
}

/** One pg connection as a {@link Driver}. */
export class PgDriver implements Driver {
  readonly #client: PgClient;
  readonly #prepared: boolean;
  readonly #locks: SchedulerLocks | null;
  readonly #patienceMs: number;
  /** Whether an answer to a COMMIT was never seen. */
  fateUnknown = false;

  /**
   * @param prepared - whether statements are prepared under a name; poolers that switch servers in between need `false`
   * @param locks - null before the scheduler is known
   * @param patienceMs - how long to wait for a lock, in ms
   */
  constructor(client: PgClient, prepared: boolean, locks: SchedulerLocks | null, patienceMs: number) {
    this.#client = client;
    this.#prepared = prepared;
    this.#locks = locks;
    this.#patienceMs = patienceMs;
  }

  async begin(access: Access): Promise<void> {
    if (access === 'read') return this.script('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED';
    const locks = this.#locks;
    if (locks === null || access === 'schema') return this.script(begin);
    if (access === 'step') return this.script(`${begin}; SELECT pg_advisory_xact_lock_shared(${locks.gate})`);
    return this.script(
      `${begin}; SET LOCAL lock_timeout = ${Math.max(1, this.#patienceMs)};
       SELECT pg_advisory_xact_lock(${locks.porch}); SELECT pg_advisory_xact_lock(${locks.gate})`,
    );
  }

  /** Begins to take part in the transaction that is open. */
  async joinTransaction(): Promise<void> {
    try {
      await this.script(`SAVEPOINT ametrine; SELECT pg_advisory_xact_lock_shared(${this.#locks?.porch})`);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== '25P01') throw error;
      const remedy = 'a client on which you began a transaction';
      throw invalidArgument('transaction', 'a client without one', remedy);
    }
  }

  async commit(): Promise<void> {
    this.fateUnknown = true;
    await this.script('COMMIT');
    this.fateUnknown = false;
  }

  async rollback(): Promise<void> {
    await this.script('ROLLBACK');
  }

  async query({ text, values }: Sql): Promise<readonly SqlRow[]> {
    return this.run(text, values);
  }

  async queryAll(statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> {
    const results: (readonly SqlRow[])[] = [];
    for (const statement of statements) results.push(await this.query(statement));
    return results;
  }

  async queryLater(statement: Sql, use: (rows: readonly SqlRow[]) => void): Promise<void> {
    use(await this.query(statement));
  }

  async execute({ text, values }: Sql): Promise<void> {
    await this.run(text, values);
  }

  async executeEach({ text, rows }: SqlEach): Promise<void> {
    if (rows.length > 0) await this.run(text, columnsOf(rows));
  }

  async insertEach({ text, rows }: SqlEach): Promise<readonly number[]> {
    if (rows.length === 0) return [];
    // Rows are inserted in their order, so that ids ascend with it; what comes back may be in any.
    const ids = (await this.run(`${text} RETURNING id`, columnsOf(rows))).map(([id]) => id as number);
    return ids.sort((a, b) => a - b);
  }

  async script(text: string): Promise<void> {
    await this.#client.query({ text });
  }

  async close(): Promise<void> {}

  /** Executes one statement. */
  async run(text: string, values: readonly (SqlValue | SqlList)[]): Promise<readonly SqlRow[]> {
    const query = { text, values: values as unknown[], rowMode: 'array' as const, types: PG_TYPES };
    const { rows } = await this.#client.query(
      this.#prepared ? { ...query, name: statementName(text) } : query,
    );
    return rows as SqlRow[];
  }
}

/** One list for each column. */
function columnsOf(rows: readonly SqlRow[]): readonly SqlList[] {
  const width = (rows[0] as SqlRow).length;
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] as SqlValue));
}

const names = new Map<string, string>();

/** The same name for the same text, on every connection. */
export function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `ametrine_${createHash('sha1').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}
