/**
 * The options of the MySQL store.
 *
 * @module
 */
import { checkKnownKeys, invalidArgument, STORE_OPTION_KEYS } from '@ametrine/core/spi';
import { checkConnectionPlace } from './connection-place.js';
import type { MysqlCallbacks, MysqlConnection, MysqlPool } from './drivers/mysql2.js';
import type { SqlStoreOptions } from './sql-store.js';

/** Options that only MySQL has. */
export interface MysqlBehaviour {
  /**
   * How long a node waits at most, in ms, before it asks again whether another one changed what is due first; nothing
   * on the servers tells it. It asks sooner, at most four times in that time, when the trigger that it knows of is due.
   * Each time is one short statement by an index. Smaller hears of earlier triggers of other nodes sooner; larger
   * costs an idle node less.
   * @defaultValue 1000
   */
  readonly pollIntervalMs?: number;
}

/** Connections that the store opens and closes. */
export interface MysqlOwnConnections {
  /**
   * A connection string, or an object of mysql2's own options for a connection: `host`, `port`, `database`, `user`,
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
export interface MysqlUsersPool {
  /**
   * A pool of mysql2 or mysql2/promise. With `multipleStatements: true` a batch takes as few round trips as with
   * `connection`; without, each statement is one.
   */
  readonly pool: MysqlPool | MysqlCallbacks<MysqlPool>;
  readonly connection?: never;
  readonly maxConnections?: never;
  readonly client?: never;
}

/** A connection that is yours: it is used for everything, one transaction after another, and never closed. */
export interface MysqlSingleClient {
  /** A connection of mysql2 or mysql2/promise. No transaction of yours may be open on it while the store works. */
  readonly client: MysqlConnection | MysqlCallbacks<MysqlConnection>;
  readonly connection?: never;
  readonly maxConnections?: never;
  readonly pool?: never;
}

/** Options of the MySQL store: where the data are, and how the store behaves. */
export type MysqlStoreOptions = SqlStoreOptions &
  MysqlBehaviour &
  (MysqlOwnConnections | MysqlUsersPool | MysqlSingleClient);

/** Checked options. */
export interface MysqlSettings {
  /** What mysql2 makes connections of; null when they are the user's. */
  readonly connection: Readonly<Record<string, unknown>> | null;
  readonly maxConnections: number;
  readonly pool: MysqlPool | null;
  readonly client: MysqlConnection | null;
  readonly pollIntervalMs: number;
  readonly busyTimeoutMs: number;
}

const OWN_KEYS = [
  'connection',
  'maxConnections',
  'pool',
  'client',
  'pollIntervalMs',
  'tablePrefix',
  'busyTimeoutMs',
];

/**
 * Checks the options that are MySQL's own, and that there are no unknown ones.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkMysqlOptions(options: MysqlStoreOptions): MysqlSettings {
  checkKnownKeys('options', options, [...STORE_OPTION_KEYS, ...OWN_KEYS]);
  return {
    ...checkPlace(options),
    pollIntervalMs: wholeNumber('options.pollIntervalMs', options.pollIntervalMs ?? 1000, 10),
    busyTimeoutMs: wholeNumber('options.busyTimeoutMs', options.busyTimeoutMs ?? 5000, 0),
  };
}

type Place = Pick<MysqlSettings, 'connection' | 'maxConnections' | 'pool' | 'client'>;

function checkPlace({ connection, maxConnections = 5, pool, client }: MysqlStoreOptions): Place {
  checkConnectionPlace({ connection, pool, client }, maxConnections);
  return {
    connection: connection === undefined ? null : checkConnection(connection),
    maxConnections,
    pool: pool === undefined ? null : withPromises('options.pool', pool, 'getConnection', 'a pool of mysql2'),
    client:
      client === undefined ? null : withPromises('options.client', client, 'query', 'a connection of mysql2'),
  };
}

/** A client with promises, whichever of the two kinds it is of. Throws `ERR_INVALID_ARGUMENT` for anything else. */
export function withPromises<T extends object>(
  field: string,
  given: T | MysqlCallbacks<T>,
  method: string,
  remedy: string,
): T {
  if (typeof given !== 'object' || given === null) throw invalidArgument(field, typeof given, remedy);
  const client = 'promise' in given && typeof given.promise === 'function' ? given.promise() : given;
  if (typeof (client as Record<string, unknown>)[method] === 'function') return client as T;
  throw invalidArgument(field, typeof given, remedy);
}

function checkConnection(connection: unknown): Readonly<Record<string, unknown>> {
  if (typeof connection === 'string' && URL.canParse(connection)) return { uri: connection };
  if (typeof connection === 'object' && connection !== null) return { ...connection };
  throw invalidArgument(
    'options.connection',
    typeof connection,
    "a connection string such as 'mysql://user@host/database', or an object of mysql2's connection options",
  );
}

function wholeNumber(field: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw invalidArgument(field, value, `a whole number of milliseconds, ${least} or more`);
}
