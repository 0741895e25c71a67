/**
 * The options of the store.
 *
 * @module
 */
import { checkKnownKeys, invalidArgument, STORE_OPTION_KEYS, type StoreOptions } from '@ametrine/core/spi';
import type { MongoClientOptions, WriteConcernSettings } from 'mongodb';
import { checkCollectionPrefix } from './collections.js';
import type { MongoClientHandle, MongoDbHandle } from './handles.js';

/** What every MongoDB store has. */
export interface MongoCommonOptions extends StoreOptions {
  /**
   * The database. With `uri` it may stand there instead; with `db` it is that one.
   * @defaultValue the one that `uri` names, else `'ametrine'`
   */
  readonly dbName?: string;
  /**
   * What the names of all collections begin with, before an underscore: a letter, then letters, digits, underscores and
   * hyphens. Stores with different prefixes share nothing.
   * @defaultValue 'ametrine'
   */
  readonly collectionPrefix?: string;
  /**
   * What a write waits for. The default survives the loss of the primary and of power. Less is faster, and what was
   * acknowledged may be lost: `{ w: 'majority', j: false }` on a server that stands alone may lose the last 100 ms with
   * its power; `{ w: 1 }` on a replica set may lose what the next primary had not seen.
   * @defaultValue `{ w: 'majority', j: true }`
   */
  readonly writeConcern?: MongoWriteConcern;
  /**
   * How long a call waits for a server that is not there before it fails with `ERR_STORE_UNAVAILABLE`, in ms. Smaller
   * fails sooner; larger rides out longer elections. With a client of yours its own settings count.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number;
  /**
   * Where the server has no change streams, because it stands alone: how often a node looks whether another changed
   * the schedule, in ms. It is how late a node may be for a trigger that another one stored to fire at once. After such
   * a change it looks ten times as often for a while, because changes come in bursts.
   * @defaultValue 200
   */
  readonly pollIntervalMs?: number;
}

/** The parts of a write concern that the store takes. */
export interface MongoWriteConcern {
  readonly w?: number | 'majority';
  readonly j?: boolean;
  readonly wtimeoutMS?: number;
}

/** A server that the store connects to, by a connection string or by addresses. */
export interface MongoConnection {
  /** A connection string. */
  readonly uri?: string;
  /**
   * Instead of `uri`: one address or several, `'127.0.0.1'`, `'db1:27017,db2:27017'` or a list of such.
   */
  readonly addresses?: string | readonly string[];
  readonly username?: string;
  readonly password?: string;
  /** The database that knows the user. @defaultValue the driver's */
  readonly authSource?: string;
  /** @defaultValue false, or as `uri` says */
  readonly tls?: boolean;
  /** Path of the file with the certificates of authorities to trust. */
  readonly tlsCAFile?: string;
  /** Path of the file with this client's certificate and key. */
  readonly tlsCertificateKeyFile?: string;
  /** Further options of the driver's client. */
  readonly clientOptions?: Readonly<Omit<MongoClientOptions, 'appName' | 'auth' | 'writeConcern'>>;
  readonly client?: never;
  readonly db?: never;
}

/** A client that is yours: it is used with the settings it has, and never closed. */
export interface MongoOwnClient {
  readonly client: MongoClientHandle;
  readonly db?: never;
  readonly uri?: never;
  readonly addresses?: never;
}

/** A database of a client that is yours. */
export interface MongoOwnDb {
  readonly db: MongoDbHandle;
  readonly client?: never;
  readonly uri?: never;
  readonly addresses?: never;
}

/** Options of the MongoDB store: where the data are, and how the store behaves. */
export type MongoStoreOptions = MongoCommonOptions & (MongoConnection | MongoOwnClient | MongoOwnDb);

/** Checked options. */
export interface MongoSettings {
  /** How to connect; null when the client is the user's. */
  readonly connection: { readonly uri: string; readonly options: MongoClientOptions } | null;
  readonly client: MongoClientHandle | null;
  readonly db: MongoDbHandle | null;
  readonly dbName: string | null;
  readonly collectionPrefix: string;
  readonly writeConcern: WriteConcernSettings;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
}

/** The names of the options, for those who check them elsewhere. */
export const MONGO_OPTION_KEYS: readonly string[] = [
  ...STORE_OPTION_KEYS,
  ...['dbName', 'collectionPrefix', 'writeConcern', 'timeoutMs', 'pollIntervalMs'],
  ...['uri', 'addresses', 'username', 'password', 'authSource'],
  ...['tls', 'tlsCAFile', 'tlsCertificateKeyFile', 'clientOptions', 'client', 'db'],
];

const CONNECTION_KEYS = [
  ...['uri', 'addresses', 'username', 'password', 'authSource'],
  ...['tls', 'tlsCAFile', 'tlsCertificateKeyFile', 'clientOptions'],
] as const;
const DEFAULT_DB = 'ametrine';
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_POLL_MS = 200;
/** A large change on a large schedule takes its time; a connection that is silent for longer is broken. */
const LEAST_SOCKET_TIMEOUT_MS = 60_000;
const ADDRESS = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@?,[\]]+)(?::\d{1,5})?$/;

/**
 * Checks the options, and that there are no unknown ones. No message shows a connection string or a password.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkMongoOptions(options: MongoStoreOptions): MongoSettings {
  checkKnownKeys('options', options, MONGO_OPTION_KEYS);
  const timeoutMs = milliseconds('timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const common = {
    dbName: checkDbName(options.dbName),
    collectionPrefix: checkCollectionPrefix(options.collectionPrefix),
    writeConcern: checkWriteConcern(options.writeConcern),
    timeoutMs,
    pollIntervalMs: milliseconds('pollIntervalMs', options.pollIntervalMs ?? DEFAULT_POLL_MS),
  };
  const { client = null, db = null } = options;
  if (client === null && db === null) {
    return { ...common, connection: checkConnection(options as MongoConnection, timeoutMs), client, db };
  }
  for (const key of CONNECTION_KEYS) {
    if ((options as Partial<Record<string, unknown>>)[key] !== undefined) {
      throw invalidArgument(
        `options.${key}`,
        'a value',
        `no such option beside ${client === null ? 'db' : 'client'}`,
      );
    }
  }
  if (client !== null && db !== null)
    throw invalidArgument('options.db', 'a value', 'client or db, not both');
  if (client !== null && (typeof client.db !== 'function' || typeof client.startSession !== 'function')) {
    throw invalidArgument('options.client', client, 'a MongoClient');
  }
  if (db !== null) {
    if (typeof db.collection !== 'function' || typeof db.databaseName !== 'string') {
      throw invalidArgument('options.db', db, 'a Db of a MongoClient');
    }
    if (common.dbName !== null && common.dbName !== db.databaseName) {
      throw invalidArgument('options.dbName', common.dbName, `no such option beside db ${db.databaseName}`);
    }
  }
  return { ...common, connection: null, client, db };
}

function checkConnection(options: MongoConnection, timeoutMs: number): MongoSettings['connection'] {
  const { uri, addresses, username, password, authSource } = options;
  if (uri !== undefined && addresses !== undefined) {
    throw invalidArgument('options.addresses', 'a value', 'uri or addresses, not both');
  }
  for (const key of ['username', 'password', 'authSource', 'tlsCAFile', 'tlsCertificateKeyFile'] as const) {
    const value: unknown = options[key];
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw invalidArgument(`options.${key}`, `a ${typeof value}`, 'a text that is not empty');
    }
  }
  if ((username === undefined) !== (password === undefined)) {
    const missing = username === undefined ? 'username' : 'password';
    throw invalidArgument(`options.${missing}`, undefined, 'username and password together');
  }
  if (options.tls !== undefined && typeof options.tls !== 'boolean') {
    throw invalidArgument('options.tls', options.tls, 'true or false');
  }
  const clientOptions: unknown = options.clientOptions ?? {};
  if (typeof clientOptions !== 'object' || clientOptions === null || Array.isArray(clientOptions)) {
    throw invalidArgument('options.clientOptions', clientOptions, "an object of the driver's client options");
  }
  const { tls, tlsCAFile, tlsCertificateKeyFile } = options;
  return {
    uri: uri === undefined ? `mongodb://${checkAddresses(addresses).join(',')}/` : checkUri(uri),
    options: {
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: Math.max(timeoutMs, LEAST_SOCKET_TIMEOUT_MS),
      ...(clientOptions as MongoClientOptions),
      ...(username === undefined || password === undefined ? {} : { auth: { username, password } }),
      ...(authSource === undefined ? {} : { authSource }),
      ...(tls === undefined ? {} : { tls }),
      ...(tlsCAFile === undefined ? {} : { tlsCAFile }),
      ...(tlsCertificateKeyFile === undefined ? {} : { tlsCertificateKeyFile }),
    },
  };
}

function checkUri(uri: unknown): string {
  if (typeof uri === 'string' && /^mongodb(\+srv)?:\/\/[^\s]+$/.test(uri)) return uri;
  throw invalidArgument('options.uri', `a ${typeof uri}`, 'a connection string such as mongodb://127.0.0.1');
}

function checkAddresses(addresses: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(addresses) ? addresses : [addresses];
  const found: string[] = [];
  for (const entry of list) {
    if (typeof entry !== 'string') throw wrongAddresses(`a ${typeof entry}`);
    found.push(...entry.split(',').map((address) => address.trim()));
  }
  if (found.length === 0) throw wrongAddresses('an empty list');
  for (const address of found) {
    if (!ADDRESS.test(address))
      throw wrongAddresses(address.includes('@') ? 'an address with an @' : address);
  }
  return found;
}

function wrongAddresses(shown: string): Error {
  return invalidArgument(
    'options.addresses',
    shown,
    "'127.0.0.1', 'db1:27017,db2:27017' or a list of such; or give uri, client or db",
  );
}

function checkDbName(dbName: unknown): string | null {
  if (dbName === undefined) return null;
  if (typeof dbName === 'string' && /^[^\s/\\."$*<>:|?\0]{1,63}$/.test(dbName)) return dbName;
  throw invalidArgument(
    'options.dbName',
    dbName,
    'the name of a database: 1 to 63 characters without /\\. "$*<>:|?',
  );
}

function checkWriteConcern(writeConcern: unknown): WriteConcernSettings {
  if (writeConcern === undefined) return { w: 'majority', journal: true };
  checkKnownKeys('options.writeConcern', writeConcern, ['w', 'j', 'wtimeoutMS']);
  const { w = 'majority', j, wtimeoutMS } = writeConcern as MongoWriteConcern;
  if (w !== 'majority' && !(Number.isSafeInteger(w) && w >= 1)) {
    // Without an acknowledgement no claim could be told from a lost one.
    throw invalidArgument('options.writeConcern.w', w, "'majority', or a number of members, at least 1");
  }
  if (j !== undefined && typeof j !== 'boolean')
    throw invalidArgument('options.writeConcern.j', j, 'true or false');
  if (wtimeoutMS !== undefined) milliseconds('writeConcern.wtimeoutMS', wtimeoutMS);
  return {
    w,
    ...(j === undefined ? {} : { journal: j }),
    ...(wtimeoutMS === undefined ? {} : { wtimeoutMS }),
  };
}

/**
 * Whether the options say that the server is a replica set. One that is found to be a set only when it is connected to
 * pushes all the same; it was not promised.
 */
export function namesReplicaSet({ connection, client, db }: MongoSettings): boolean {
  if (connection !== null) {
    const { uri, options } = connection;
    return (
      /[?&]replicaSet=[^&]/i.test(uri) || uri.startsWith('mongodb+srv:') || options.replicaSet !== undefined
    );
  }
  const own = (client ?? db?.client) as { readonly options?: { readonly replicaSet?: unknown } } | undefined;
  return typeof own?.options?.replicaSet === 'string';
}

/** The database that a store uses when nothing names one. */
export function defaultDbName(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1] ?? '';
  return path === '' ? DEFAULT_DB : decodeURIComponent(path);
}

function milliseconds(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw invalidArgument(`options.${option}`, value, 'a whole number of milliseconds, at least 1');
}
