/**
 * Transactions on PostgreSQL: each on a connection of its own, repeated when the server says that it could succeed then.
 *
 * @module
 */

import { isSchedulerError } from '@ametrine/core/spi';
import { attempt, type Connections, lend } from './connections.js';
import type { Database } from './database.js';
import type { Access } from './drivers/driver.js';
import {
  type PgClient,
  PgDriver,
  type PgPool,
  type PgPoolClient,
  type SchedulerLocks,
} from './drivers/pg.js';
import { BatchFailure, executeBatch, takesBatches } from './drivers/pg-batch.js';
import { postgresFault, storeError } from './errors.js';
import type { Sql, SqlRow } from './sql.js';

/** Connections of a pool. */
export class PooledPgConnections implements Connections<PgClient> {
  readonly pool: PgPool;
  readonly #owned: boolean;

  /** @param owned - whether the pool is closed with the store */
  constructor(pool: PgPool, owned: boolean) {
    this.pool = pool;
    this.#owned = owned;
  }

  borrow<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    return lend(this, work);
  }

  async take(): Promise<PgPoolClient> {
    const client = await this.pool.connect();
    // A connection that breaks says so twice: to the call under way, and in an event that ends the process unheard.
    client.on('error', ignore);
    return client;
  }

  mayBeBroken(error: unknown): boolean {
    return mayBeBroken(error);
  }

  giveBack(client: PgPoolClient, broken: boolean): void {
    // A broken one may have more to say.
    if (!broken) client.removeListener('error', ignore);
    client.release(broken);
  }

  async close(): Promise<void> {
    if (this.#owned) await this.pool.end();
  }
}

function ignore(): void {}

/** How a {@link PostgresDatabase} works. */
export interface PostgresDatabaseOptions {
  /** How long to go on trying, in ms. */
  readonly patienceMs: number;
  readonly preparedStatements: boolean;
}

/** A PostgreSQL database. */
export class PostgresDatabase implements Database {
  readonly #connections: Connections<PgClient>;
  readonly #options: PostgresDatabaseOptions;
  /** The locks of the scheduler; null before they are known. */
  locks: SchedulerLocks | null = null;

  constructor(connections: Connections<PgClient>, options: PostgresDatabaseOptions) {
    this.#connections = connections;
    this.#options = options;
  }

  /**
   * Runs `work` as part of a transaction that the application has open on a client. What it did is taken back when it
   * fails, and the transaction goes on.
   *
   * @param restarting - called before `work` runs a second time, to see what somebody else has stored meanwhile
   */
  async join<T>(
    client: PgClient,
    work: (driver: PgDriver) => Promise<T>,
    restarting: () => void,
  ): Promise<T> {
    const driver = this.#driver(client);
    for (let again = false; ; again = true) {
      if (again) restarting();
      await driver.joinTransaction();
      try {
        const result = await work(driver);
        await driver.script('RELEASE SAVEPOINT ametrine');
        return result;
      } catch (error) {
        if (mayBeBroken(error)) throw error;
        await driver.script('ROLLBACK TO SAVEPOINT ametrine; RELEASE SAVEPOINT ametrine');
        if (again || postgresFault(error) !== 'duplicate') throw error;
      }
    }
  }

  async transaction<T>(
    access: Access,
    work: (driver: PgDriver) => Promise<T>,
    restarting?: () => void,
  ): Promise<T> {
    return this.#again((client) => this.#inTransaction(client, access, work), restarting);
  }

  async #inTransaction<T>(
    client: PgClient,
    access: Access,
    work: (driver: PgDriver) => Promise<T>,
  ): Promise<T> {
    const driver = this.#driver(client);
    try {
      await driver.begin(access);
      const result = await work(driver);
      await driver.commit();
      return result;
    } catch (error) {
      if (driver.fateUnknown && !isAnswer(error)) throw fateUnknown(error);
      if (!mayBeBroken(error)) await driver.rollback();
      throw error;
    }
  }

  /**
   * Executes statements of the hot path in one transaction and one round trip, in the order given; answers the rows of
   * each. Others may do the same at the same time; transactions that `write` are kept out.
   */
  async batch(statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> {
    return this.#again(async (client) => {
      if (!takesBatches(client)) {
        return this.#inTransaction(client, 'step', async (driver) => {
          const results: (readonly SqlRow[])[] = [];
          for (const statement of statements) results.push(await driver.query(statement));
          return results;
        });
      }
      try {
        return await this.#executeBatch(client, statements);
      } catch (error) {
        if (!(error instanceof BatchFailure)) throw error;
        throw isAnswer(error.cause) ? error.cause : fateUnknown(error.cause);
      }
    });
  }

  /** One statement opens the gate and says what the transaction is; two where that is not the session's default. */
  async #executeBatch(client: PgClient, statements: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> {
    const execute = (...before: readonly Sql[]): Promise<readonly (readonly SqlRow[])[]> =>
      executeBatch(client, [...before, ...statements], this.#options.preparedStatements);
    const lock = `pg_advisory_xact_lock_shared(${this.locks?.gate})`;
    if (!otherIsolation.has(client)) {
      try {
        const gate = `SELECT set_config('transaction_isolation', 'read committed', true), ${lock}`;
        const [, ...results] = await execute(withoutValues(gate));
        return results;
      } catch (error) {
        if (!(error instanceof BatchFailure) || !isTooLate(error.cause)) throw error;
        otherIsolation.add(client);
      }
    }
    const [, , ...results] = await execute(READ_COMMITTED, withoutValues(`SELECT ${lock}`));
    return results;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #driver(client: PgClient): PgDriver {
    const { preparedStatements, patienceMs } = this.#options;
    return new PgDriver(client, preparedStatements, this.locks, patienceMs);
  }

  #again<T>(work: (client: PgClient) => Promise<T>, restarting?: () => void): Promise<T> {
    const { patienceMs } = this.#options;
    return attempt({ connections: this.#connections, patienceMs, isPassing }, work, restarting);
  }
}

/**
 * Says of the transaction that begins with it what it is, whatever the default of the session, the user or the server. Its
 * other spelling, SET TRANSACTION, warns in every batch that there is no BEGIN.
 */
const READ_COMMITTED: Sql = withoutValues("SET transaction_isolation = 'read committed'");

/** Sessions that begin transactions at another isolation level unless told. */
const otherIsolation = new WeakSet<PgClient>();

/** The isolation level of a transaction cannot be changed in its first query; it may be said there when it is the same. */
function isTooLate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25001';
}

function withoutValues(text: string): Sql {
  return { text, chunks: [], values: [] };
}

/** Nothing has happened, and the same may succeed a moment later. */
function isPassing(error: unknown): boolean {
  const fault = postgresFault(error);
  return fault === 'busy' || fault === 'unavailable';
}

/** The server said no: the connection is as good as before. Class 57P means that it is about to be closed. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(57P|08)/.test(code);
}

/** A transaction whose own work threw, as for a key that exists, is rolled back on a connection that is fine. */
function mayBeBroken(error: unknown): boolean {
  return !isAnswer(error) && !(isSchedulerError(error) && error.code !== 'ERR_WRITE_FATE_UNKNOWN');
}

/** The error of a commit whose answer never came. */
export function fateUnknown(error: unknown): Error {
  return storeError('fateUnknown', error, 'the commit');
}
