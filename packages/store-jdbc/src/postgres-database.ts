/**
 * Transactions on PostgreSQL: each on a connection of its own, repeated when the server says that it could succeed then.
 *
 * @module
 */
import type { Database } from './database.js';
import type { Access } from './drivers/driver.js';
import { type PgClient, PgDriver, type PgPool, type PgPoolClient } from './drivers/pg.js';
import { postgresFault, storeError } from './errors.js';
import { retryWhile } from './retry.js';
import { SerialQueue } from './serial-queue.js';

/** Where connections come from. */
export interface PgConnections {
  /** Lends a connection for one transaction. */
  borrow<T>(work: (client: PgClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connections of a pool. */
export class PooledConnections implements PgConnections {
  readonly pool: PgPool;
  readonly #owned: boolean;

  /** @param owned - whether the pool is closed with the store */
  constructor(pool: PgPool, owned: boolean) {
    this.pool = pool;
    this.#owned = owned;
  }

  async borrow<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    const client: PgPoolClient = await this.pool.connect();
    let broken = true;
    try {
      const result = await work(client);
      broken = false;
      return result;
    } catch (error) {
      // A connection in an unknown state is not used again.
      broken = mayBeBroken(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    if (this.#owned) await this.pool.end();
  }
}

/** One connection of the user's, for everything. */
export class SingleConnection implements PgConnections {
  readonly #client: PgClient;
  readonly #queue = new SerialQueue();

  constructor(client: PgClient) {
    this.#client = client;
  }

  borrow<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    return this.#queue.run(() => work(this.#client));
  }

  async close(): Promise<void> {}
}

/** How a {@link PostgresDatabase} works. */
export interface PostgresDatabaseOptions {
  /** How long to go on trying, in ms. */
  readonly patienceMs: number;
  readonly preparedStatements: boolean;
}

/** A PostgreSQL database. */
export class PostgresDatabase implements Database {
  readonly #connections: PgConnections;
  readonly #options: PostgresDatabaseOptions;
  /** The numbers of the advisory lock that keeps a scheduler's steps and changes apart; null before they are known. */
  lock: string | null = null;

  constructor(connections: PgConnections, options: PostgresDatabaseOptions) {
    this.#connections = connections;
    this.#options = options;
  }

  async transaction<T>(
    access: Access,
    work: (driver: PgDriver) => Promise<T>,
    restarting?: () => void,
  ): Promise<T> {
    return this.#again(async (client) => {
      const driver = this.#driver(client);
      try {
        await driver.begin(access);
        const result = await work(driver);
        await driver.commit();
        return result;
      } catch (error) {
        if (driver.fateUnknown && postgresFault(error) === 'unavailable') throw fateUnknown(error);
        if (!mayBeBroken(error)) await driver.rollback();
        throw error;
      }
    }, restarting);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #driver(client: PgClient): PgDriver {
    return new PgDriver(client, this.#options.preparedStatements, this.lock);
  }

  #again<T>(work: (client: PgClient) => Promise<T>, restarting: (() => void) | undefined): Promise<T> {
    let again = false;
    return retryWhile(this.#options.patienceMs, isPassing, () => {
      if (again) restarting?.();
      again = true;
      return this.#connections.borrow(work);
    });
  }
}

/** Nothing has happened, and the same may succeed a moment later. */
function isPassing(error: unknown): boolean {
  const fault = postgresFault(error);
  return fault === 'busy' || fault === 'unavailable';
}

function mayBeBroken(error: unknown): boolean {
  const fault = postgresFault(error);
  return fault === 'unavailable' || fault === 'failed';
}

/** The error of a commit whose answer never came. */
export function fateUnknown(error: unknown): Error {
  return storeError('fateUnknown', error, 'the commit');
}
