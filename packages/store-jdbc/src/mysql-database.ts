/**
 * Transactions on MySQL and MariaDB: each on a connection of its own, repeated when the server says that it could
 * succeed then.
 *
 * @module
 */
import { SchedulerError, SerialQueue } from '@ametrine/core/spi';
import type { Database } from './database.js';
import type { Access } from './drivers/driver.js';
import {
  type MysqlConnection,
  MysqlDriver,
  type MysqlPool,
  type MysqlPoolConnection,
  type MysqlSession,
} from './drivers/mysql2.js';
import { mysqlFault, storeError } from './errors.js';
import { retryWhile } from './retry.js';

/** How long the end of connections keeps the process alive at most, in ms. */
const FAREWELL_MS = 2000;

/** Where connections come from. */
export interface MysqlConnections {
  /** Lends a connection for one transaction. */
  borrow<T>(work: (connection: MysqlConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connections of a pool. */
export class PooledMysqlConnections implements MysqlConnections {
  readonly pool: MysqlPool;
  readonly #owned: boolean;
  readonly #patienceMs: number;

  /**
   * @param owned - whether the pool is closed with the store
   * @param patienceMs - how long to wait for a connection, in ms
   */
  constructor(pool: MysqlPool, owned: boolean, patienceMs: number) {
    this.pool = pool;
    this.#owned = owned;
    this.#patienceMs = patienceMs;
  }

  async borrow<T>(work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
    const connection = await this.take();
    let broken = true;
    try {
      const result = await work(connection);
      broken = false;
      return result;
    } catch (error) {
      // A connection in an unknown state is not used again.
      broken = mayBeBroken(error);
      throw error;
    } finally {
      if (broken) connection.destroy();
      else this.#giveBack(connection);
    }
  }

  /** An idle connection of ours does not keep the process alive. */
  #giveBack(connection: MysqlPoolConnection): void {
    if (this.#owned) connection.connection?.stream?.unref();
    connection.release();
  }

  /** Takes a connection out of the pool. mysql2 itself waits for a free one without end. */
  take(): Promise<MysqlPoolConnection> {
    return new Promise((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(poolExhausted(this.#patienceMs));
      }, this.#patienceMs);
      this.pool.getConnection().then(
        (connection) => {
          clearTimeout(timer);
          if (late) return this.#giveBack(connection);
          if (this.#owned) connection.connection?.stream?.ref();
          resolve(connection);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    if (!this.#owned) return;
    // The connections do not keep the process alive; whoever waits for their end would be left waiting.
    const alive = setTimeout(() => undefined, FAREWELL_MS);
    try {
      await this.pool.end();
    } finally {
      clearTimeout(alive);
    }
  }
}

/** One connection of the user's, for everything. */
export class SingleMysqlConnection implements MysqlConnections {
  readonly #connection: MysqlConnection;
  readonly #queue = new SerialQueue();

  constructor(connection: MysqlConnection) {
    this.#connection = connection;
  }

  borrow<T>(work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
    return this.#queue.run(() => work(this.#connection));
  }

  async close(): Promise<void> {}
}

/** A MySQL or MariaDB database. */
export class MysqlDatabase implements Database {
  readonly session: MysqlSession;
  readonly #connections: MysqlConnections;
  readonly #patienceMs: number;
  #closed = false;

  /** @param patienceMs - how long to go on trying, in ms */
  constructor(connections: MysqlConnections, session: MysqlSession, patienceMs: number) {
    this.#connections = connections;
    this.session = session;
    this.#patienceMs = patienceMs;
  }

  /** Runs `work` as part of a transaction that the application has open. When it fails, that goes on without it. */
  async join<T>(connection: MysqlConnection, work: (driver: MysqlDriver) => Promise<T>): Promise<T> {
    const driver = new MysqlDriver(connection, { ...this.session, several: false });
    await driver.join();
    try {
      const result = await work(driver);
      await driver.leave();
      return result;
    } catch (error) {
      // After a deadlock, and on a lost connection, there is nothing left to take back.
      await driver.takeBack().catch(() => undefined);
      throw error;
    }
  }

  transaction<T>(
    access: Access,
    work: (driver: MysqlDriver) => Promise<T>,
    restarting?: () => void,
  ): Promise<T> {
    let again = false;
    return retryWhile(
      this.#patienceMs,
      (error) => !this.#closed && isPassing(error),
      () => {
        if (again) restarting?.();
        again = true;
        return this.#connections.borrow((connection) => this.#attempt(connection, access, work));
      },
    );
  }

  async #attempt<T>(
    connection: MysqlConnection,
    access: Access,
    work: (driver: MysqlDriver) => Promise<T>,
  ): Promise<T> {
    const driver = new MysqlDriver(connection, this.session);
    try {
      await driver.begin(access);
      const result = await work(driver);
      await driver.commit();
      return result;
    } catch (error) {
      if (driver.fateUnknown && mysqlFault(error) === 'unavailable')
        throw storeError('fateUnknown', error, 'the commit');
      if (!mayBeBroken(error)) await driver.rollback();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#connections.close();
  }
}

/** Nothing has happened, and the same may succeed a moment later. */
function isPassing(error: unknown): boolean {
  const fault = mysqlFault(error);
  return fault === 'busy' || fault === 'unavailable';
}

function mayBeBroken(error: unknown): boolean {
  return mysqlFault(error) === 'unavailable';
}

function poolExhausted(patienceMs: number): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_BUSY',
    `No connection of the pool became free within ${patienceMs} ms; let it have more, or hold them for less time`,
    { retryable: true },
  );
}
