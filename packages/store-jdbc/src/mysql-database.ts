/**
 * Transactions on MySQL and MariaDB: each on a connection of its own, repeated when the server says that it could
 * succeed then.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import { attempt, type Connections, lend } from './connections.js';
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

/** How long the end of connections keeps the process alive at most, in ms. */
const FAREWELL_MS = 2000;

/** What connections of ours start with: how their transactions read, and how long one waits for a row, in s. */
const SETTINGS =
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = ?';

/** Connections of a pool. */
export class PooledMysqlConnections implements Connections<MysqlConnection> {
  readonly pool: MysqlPool;
  /** Whether the pool is ours: it is closed with the store, and its connections are set up for it. */
  readonly owned: boolean;
  readonly #patienceMs: number;
  /** Connections that are set up. */
  readonly #known = new WeakSet<object>();

  /**
   * @param owned - whether the pool is closed with the store
   * @param patienceMs - how long to wait for a connection, in ms
   */
  constructor(pool: MysqlPool, owned: boolean, patienceMs: number) {
    this.pool = pool;
    this.owned = owned;
    this.#patienceMs = patienceMs;
  }

  borrow<T>(work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
    return lend(this, work);
  }

  mayBeBroken(error: unknown): boolean {
    return mayBeBroken(error);
  }

  giveBack(connection: MysqlPoolConnection, broken: boolean): void {
    if (broken) connection.destroy();
    else this.#giveBack(connection);
  }

  /** An idle connection of ours does not keep the process alive. */
  #giveBack(connection: MysqlPoolConnection): void {
    if (this.owned) connection.connection?.stream?.unref();
    connection.release();
  }

  /** Takes a connection out of the pool. One of ours is set up when it is new. */
  async take(): Promise<MysqlPoolConnection> {
    const connection = await this.#free();
    const face = connection.connection ?? connection;
    if (!this.owned || this.#known.has(face)) return connection;
    try {
      await connection.query({ sql: SETTINGS, values: [Math.max(1, Math.ceil(this.#patienceMs / 2000))] });
    } catch (error) {
      connection.destroy();
      throw error;
    }
    this.#known.add(face);
    return connection;
  }

  /** A free connection. mysql2 itself waits for one without end. */
  #free(): Promise<MysqlPoolConnection> {
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
          if (this.owned) connection.connection?.stream?.ref();
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
    if (!this.owned) return;
    // The connections do not keep the process alive; whoever waits for their end would be left waiting.
    const alive = setTimeout(() => undefined, FAREWELL_MS);
    try {
      await this.pool.end();
    } finally {
      clearTimeout(alive);
    }
  }
}

/** A MySQL or MariaDB database. */
export class MysqlDatabase implements Database {
  readonly session: MysqlSession;
  readonly #connections: Connections<MysqlConnection>;
  readonly #patienceMs: number;
  #closed = false;

  /** @param patienceMs - how long to go on trying, in ms */
  constructor(connections: Connections<MysqlConnection>, session: MysqlSession, patienceMs: number) {
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
    const attempts = {
      connections: this.#connections,
      patienceMs: this.#patienceMs,
      isPassing: (error: unknown) => !this.#closed && isPassing(error),
    };
    return attempt(attempts, (connection) => this.#attempt(connection, access, work), restarting);
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
