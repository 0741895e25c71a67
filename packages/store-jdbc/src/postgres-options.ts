/**
 * The options of the PostgreSQL store.
 *
 * @module
 */
import { checkKnownKeys, invalidArgument, STORE_OPTION_KEYS } from '@ametrine/core/spi';
import { checkConnectionPlace } from './connection-place.js';
import type { PgClient, PgPool } from './drivers/pg.js';
import type { SqlStoreOptions } from './sql-store.js';

/** Options that only PostgreSQL has. */
export interface PostgresBehaviour {
  /**
   * The schema of the tables; it must exist. Unless given, the tables are where the connection's search path leads.
   * @defaultValue the first schema of the search path
   */
  readonly schema?: string;
  /**
   * `true` prepares each statement once per connection. Set it to `false` behind a pooler that gives every transaction
   * another server connection, such as PgBouncer with `pool_mode = transaction`, unless it keeps track of prepared
   * statements.
   * @defaultValue true
   */
  readonly preparedStatements?: boolean;
  /**
   * Whether a connection of the store's own listens for what other nodes commit. Without it nodes look again only when
   * their own next look is due. It needs a connection of its own, so it is not available with `client`, and does not
   * work through PgBouncer with `pool_mode = transaction`.
   * @defaultValue true, except with `client`
   */
  readonly listen?: boolean;
}

/** Connections that the store opens and closes. */
export interface PostgresConnection {
  /**
   * A connection string, or an object of pg's own options for a connection: `host`, `port`, `database`, `user`,
   * `password`, `ssl` and so on.
   */
  readonly connection: string | Readonly<Record<string, unknown>>;
  /**
   * How many connections are open at most. More than a few help only when many calls of the application come at once.
   * @defaultValue 5
   */
  readonly maxConnections?: number;
  readonly pool?: never;
  readonly client?: never;
}

/** A pool that is yours: connections are borrowed from it, and it is never closed. */
export interface PostgresPool {
  /** A `Pool` of pg. */
  readonly pool: PgPool;
  readonly connection?: never;
  readonly maxConnections?: never;
  readonly client?: never;
}

/** A connection that is yours: it is used for everything, one transaction after another, and never closed. */
export interface PostgresSingleClient {
  /** A connected `Client` of pg. No transaction of yours may be open on it while the store works. */
  readonly client: PgClient;
  readonly connection?: never;
  readonly maxConnections?: never;
  readonly pool?: never;
}

/** Options of the PostgreSQL store: where the data are, and how the store behaves. */
export type PostgresStoreOptions = SqlStoreOptions &
  PostgresBehaviour &
  (PostgresConnection | PostgresPool | PostgresSingleClient);

/** Checked options. */
export interface PostgresSettings {
  /** What pg makes connections of; null when they are the user's. */
  readonly connection: Readonly<Record<string, unknown>> | null;
  readonly maxConnections: number;
  readonly pool: PgPool | null;
  readonly client: PgClient | null;
  readonly schema: string | null;
  readonly preparedStatements: boolean;
  readonly listen: boolean;
  readonly busyTimeoutMs: number;
}

const OWN_KEYS = [
  'connection',
  'maxConnections',
  'pool',
  'client',
  'schema',
  'preparedStatements',
  'listen',
  'tablePrefix',
  'busyTimeoutMs',
];
/** What PostgreSQL keeps of a name, in bytes. */
const LONGEST_IDENTIFIER = 63;

/**
 * Checks the options that are PostgreSQL's own, and that there are no unknown ones.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkPostgresOptions(options: PostgresStoreOptions): PostgresSettings {
  checkKnownKeys('options', options, [...STORE_OPTION_KEYS, ...OWN_KEYS]);
  const place = checkPlace(options);
  const { schema, preparedStatements = true, listen = place.client === null } = options;
  if (schema !== undefined && !isIdentifier(schema)) {
    throw invalidArgument('options.schema', schema, 'the name of a schema, at most 63 bytes long');
  }
  if (typeof preparedStatements !== 'boolean') {
    throw invalidArgument('options.preparedStatements', preparedStatements, 'true or false');
  }
  if (typeof listen !== 'boolean') throw invalidArgument('options.listen', listen, 'true or false');
  if (listen && place.client !== null) {
    throw invalidArgument(
      'options.listen',
      listen,
      'false beside client: listening needs a connection of its own',
    );
  }
  return {
    ...place,
    schema: schema ?? null,
    preparedStatements,
    listen,
    busyTimeoutMs: milliseconds(options.busyTimeoutMs ?? 5000),
  };
}

type Place = Pick<PostgresSettings, 'connection' | 'maxConnections' | 'pool' | 'client'>;

function checkPlace({ connection, maxConnections = 5, pool, client }: PostgresStoreOptions): Place {
  checkConnectionPlace({ connection, pool, client }, maxConnections);
  if (pool !== undefined && (typeof pool?.connect !== 'function' || typeof pool.end !== 'function')) {
    throw invalidArgument('options.pool', typeof pool, 'a Pool of pg');
  }
  if (client !== undefined && typeof client?.query !== 'function') {
    throw invalidArgument('options.client', typeof client, 'a connected Client of pg');
  }
  return {
    connection: connection === undefined ? null : checkConnection(connection),
    maxConnections,
    pool: pool ?? null,
    client: client ?? null,
  };
}

function checkConnection(connection: unknown): Readonly<Record<string, unknown>> {
  if (typeof connection === 'string' && connection.trim() !== '') return { connectionString: connection };
  if (typeof connection === 'object' && connection !== null) return { ...connection };
  throw invalidArgument(
    'options.connection',
    typeof connection,
    "a connection string such as 'postgres://user@host/database', or an object of pg's connection options",
  );
}

function isIdentifier(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || name.includes('\0')) return false;
  return Buffer.byteLength(name) <= LONGEST_IDENTIFIER;
}

function milliseconds(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalidArgument('options.busyTimeoutMs', value, 'a whole number of milliseconds, 0 or more');
}
