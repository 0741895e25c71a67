/**
 * `@ametrine/store-jdbc/postgres`: a JobStore in PostgreSQL, through pg.
 *
 * @module
 */
import {
  type DynamicJobStore,
  dynamicJobStore,
  type StoreCapabilities,
  type StoreContext,
} from '@ametrine/core/spi';
import type { Database } from './database.js';
import { postgresDialect } from './dialects/postgres.js';
import { loadPg } from './drivers/pg.js';
import {
  type PgConnections,
  PooledConnections,
  PostgresDatabase,
  SingleConnection,
} from './postgres-database.js';
import {
  checkPostgresOptions,
  type PostgresSettings,
  type PostgresStoreOptions,
} from './postgres-options.js';
import { SteppedSqlJobStore } from './stepped-store.js';

export type { PgClient, PgPool, PgPoolClient } from './drivers/pg.js';
export type {
  PostgresBehaviour,
  PostgresConnection,
  PostgresPool,
  PostgresSingleClient,
  PostgresStoreOptions,
} from './postgres-options.js';
export type { SqlStoreOptions } from './sql-store.js';

/** What fits two to the largest entry of an index, whatever the characters. */
const MAX_NAME_LENGTH = 400;

/**
 * Keeps schedules in PostgreSQL 12 or newer. Processes that share the tables are nodes of one cluster.
 *
 * @example
 * ```ts
 * const store = new PostgresJobStore({ connection: 'postgres://scheduler@db.example/app' });
 * ```
 */
export class PostgresJobStore extends SteppedSqlJobStore {
  readonly capabilities: StoreCapabilities;
  readonly #settings: PostgresSettings;
  #database: PostgresDatabase | null = null;

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: PostgresStoreOptions) {
    const settings = checkPostgresOptions(options);
    super(postgresDialect(settings.schema), options);
    this.#settings = settings;
    this.capabilities = Object.freeze({
      durability: 'disk',
      clustering: true,
      wakeup: settings.listen ? 'push' : 'poll',
      transactions: 'own',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: MAX_NAME_LENGTH,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 10,
    } satisfies StoreCapabilities);
  }

  /** The server's time, so that nodes need not agree on theirs. */
  protected override async livenessNow(): Promise<number> {
    const { sql } = this.scope;
    const [row] = await this.glance(({ driver }) =>
      driver.query(sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`),
    );
    return Number(row?.[0]);
  }

  protected override async connect(): Promise<Database> {
    const { busyTimeoutMs: patienceMs, preparedStatements } = this.#settings;
    this.#database = new PostgresDatabase(await this.openConnections(), { patienceMs, preparedStatements });
    return this.#database;
  }

  /** Opens the connections. */
  protected async openConnections(): Promise<PgConnections> {
    const { client, pool, connection, maxConnections } = this.#settings;
    if (client !== null) return new SingleConnection(client);
    if (pool !== null) return new PooledConnections(pool, false);
    const { Pool } = await loadPg();
    const own = new Pool({ ...connection, max: maxConnections, allowExitOnIdle: true });
    // A connection that breaks while nobody uses it has failed no call; the next call opens another.
    own.on('error', () => undefined);
    return new PooledConnections(own, true);
  }

  protected override async open(context: StoreContext): Promise<void> {
    await super.open(context);
    const { scope } = this;
    const [row] = await this.glance(({ driver }) =>
      driver.query(scope.sql`SELECT ${scope.tables.schedulers.text}::regclass::oid::bigint - 2147483648`),
    );
    (this.#database as PostgresDatabase).lock = `${Number(row?.[0])}, ${scope.schedulerId}`;
  }
}

/** PostgresJobStore that also finds job classes in modules under the folders of its option `jobModules`. */
export const DynamicPostgresJobStore: DynamicJobStore<PostgresStoreOptions, PostgresJobStore> =
  dynamicJobStore(PostgresJobStore);
