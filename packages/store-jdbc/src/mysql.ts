/**
 * `@ametrine/store-jdbc/mysql`: a JobStore in MySQL or MariaDB, through mysql2.
 *
 * @module
 */
import {
  type AtTime,
  type ClaimRequest,
  type ClaimResult,
  type DynamicJobStore,
  dynamicJobStore,
  type Effects,
  type Recovery,
  type StoreCapabilities,
  type StoreContext,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { type Connections, SingleConnection } from './connections.js';
import type { Database } from './database.js';
import { mysqlDialect } from './dialects/mysql.js';
import type { MysqlConnection } from './drivers/mysql2.js';
import { nextDueAt } from './hot-path/claiming.js';
import { MysqlDatabase, PooledMysqlConnections } from './mysql-database.js';
import {
  checkMysqlOptions,
  type MysqlSettings,
  type MysqlStoreOptions,
  withPromises,
} from './mysql-options.js';
import { MysqlPresence } from './mysql-presence.js';
import { checkSession, openOwnPool } from './mysql-session.js';
import { SqlTransaction } from './sql-transaction.js';
import { SteppedSqlJobStore } from './stepped-store.js';
import { PollingWakeup } from './wakeup-mysql.js';

export type { MysqlCallbacks, MysqlConnection, MysqlPool, MysqlPoolConnection } from './drivers/mysql2.js';
export type {
  MysqlBehaviour,
  MysqlOwnConnections,
  MysqlSingleClient,
  MysqlStoreOptions,
  MysqlUsersPool,
} from './mysql-options.js';
export type { SqlStoreOptions } from './sql-store.js';

/** What fits two to the largest entry of an index, whatever the characters. */
const MAX_NAME_LENGTH = 375;

/**
 * Keeps schedules in MySQL 8 or MariaDB 10.6, or newer. Processes that share the tables are nodes of one cluster.
 *
 * @example
 * ```ts
 * const store = new MySqlJobStore({ connection: 'mysql://scheduler@db.example/app' });
 * ```
 */
export class MySqlJobStore extends SteppedSqlJobStore {
  readonly capabilities: StoreCapabilities;
  readonly #settings: MysqlSettings;
  #database: MysqlDatabase | null = null;
  #connections: Connections<MysqlConnection> | null = null;
  #presence: MysqlPresence | null = null;
  #wakeup: PollingWakeup | null = null;

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: MysqlStoreOptions) {
    const settings = checkMysqlOptions(options);
    super(mysqlDialect, options);
    this.#settings = settings;
    this.capabilities = Object.freeze({
      durability: 'disk',
      clustering: true,
      wakeup: 'poll',
      transactions: 'join',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: MAX_NAME_LENGTH,
      maxDataBytes: 4 * 1024 * 1024,
      reacquireCostMs: 10,
    } satisfies StoreCapabilities);
  }

  /** The server's time, so that nodes need not agree on theirs. */
  protected override async livenessNow(): Promise<number> {
    const { sql } = this.scope;
    const [row] = await this.glance(({ driver }) =>
      driver.query(sql`SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000`),
    );
    return Number(row?.[0]);
  }

  protected override async connect(): Promise<Database> {
    const connections = await this.openConnections();
    try {
      const several = await connections.borrow(checkSession);
      const readsCommitted = connections instanceof PooledMysqlConnections && connections.owned;
      const session = { several, readsCommitted, prefix: this.tablePrefix, lock: null };
      this.#connections = connections;
      this.#database = new MysqlDatabase(connections, session, this.#settings.busyTimeoutMs);
      return this.#database;
    } catch (error) {
      await connections.close();
      throw error;
    }
  }

  /** Opens the connections. */
  protected async openConnections(): Promise<Connections<MysqlConnection>> {
    const { client, pool, connection, maxConnections, busyTimeoutMs } = this.#settings;
    if (client !== null) return new SingleConnection(client);
    if (pool !== null) return new PooledMysqlConnections(pool, false, busyTimeoutMs);
    // One more for the node's own.
    return openOwnPool(connection, maxConnections + 1, busyTimeoutMs);
  }

  protected override async open(context: StoreContext): Promise<void> {
    await super.open(context);
    const { tables, schedulerId } = this.scope;
    const { session } = this.#database as MysqlDatabase;
    session.lock = `SELECT id FROM ${tables.schedulers.text} WHERE id = ${schedulerId}`;
    try {
      await this.#takeName(context, schedulerId);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#wakeup = new PollingWakeup(
      this.#settings.pollIntervalMs,
      () => this.glance(nextDueAt),
      (nextAt) => context.signals.schedulingChanged(nextAt),
    );
  }

  /** A connection of the user's alone is no place for it: nobody would notice that it was lost. */
  async #takeName({ instanceId, signals }: StoreContext, schedulerId: number): Promise<void> {
    const connections = this.#connections;
    if (!(connections instanceof PooledMysqlConnections)) return;
    const presence = new MysqlPresence({
      connect: () => connections.take(),
      prefix: this.tablePrefix,
      schedulerId,
      instanceId,
      failed: (error) =>
        signals.storeError('The connection that keeps the name of this node was lost', error),
    });
    await presence.start();
    this.#presence = presence;
  }

  protected override async transactIn<T>(
    transaction: unknown,
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    const remedy = 'a connection of mysql2 on which you began a transaction';
    const given = transaction as MysqlConnection;
    const connection = withPromises('transaction', given, 'query', remedy);
    if (this.#database === null) throw new Error('The database is closed');
    return this.#database.join(connection, (driver) => work(new SqlTransaction(driver, this.scope, effects)));
  }

  override async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    this.#wakeup?.start();
    return super.schedulerStarted(options);
  }

  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    this.#wakeup?.claimed();
    return super.claim(request, effects);
  }

  protected override async close(): Promise<void> {
    const wakeup = this.#wakeup;
    this.#wakeup = null;
    await wakeup?.stop();
    this.#presence?.stop();
    this.#presence = null;
    await super.close();
  }
}

/** MySqlJobStore that also finds job classes in modules under the folders of its option `jobClassRoots`. */
export const DynamicMySqlJobStore: DynamicJobStore<MysqlStoreOptions, MySqlJobStore> =
  dynamicJobStore(MySqlJobStore);
