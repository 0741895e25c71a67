/**
 * The options of the SQLite store.
 *
 * @module
 */
import { checkKnownKeys, invalidArgument, STORE_OPTION_KEYS } from '@ametrine/core/spi';
import type { SqliteHandle } from './drivers/better-sqlite3.js';
import type { SqlStoreOptions } from './sql-store.js';

/** A database that the store opens and closes. */
export interface SqliteFile {
  /**
   * Path of the file, which is made when it is not there, or `':memory:'` for a database that goes with the store. The
   * folder must exist, on a local file system: SQLite's write-ahead log does not work over a network.
   */
  readonly path: string;
  /**
   * `'normal'` survives the death of the process; a loss of power may take the last commits, never the consistency of
   * the file. `'full'` waits for the disk at every commit and survives that too, at a price in speed.
   * @defaultValue 'normal'
   */
  readonly synchronous?: 'normal' | 'full';
  readonly database?: never;
}

/** A database that is yours: it is used with the settings it has, and never closed. */
export interface SqliteDatabase {
  /** An open `Database` of better-sqlite3. No transaction of yours may stay open on it while the store works. */
  readonly database: SqliteHandle;
  readonly path?: never;
  readonly synchronous?: never;
}

/** Options of the SQLite store: where the data are, and how the store behaves. */
export type SqliteStoreOptions = SqlStoreOptions & (SqliteFile | SqliteDatabase);

/** Checked options. */
export interface SqliteSettings {
  readonly path: string;
  readonly database: SqliteHandle | null;
  /** Whether the data are in a file, which others may share. */
  readonly isFile: boolean;
  readonly synchronous: 'normal' | 'full';
  readonly busyTimeoutMs: number;
}

const MEMORY = ':memory:';
const DEFAULT_BUSY_TIMEOUT_MS = 5000;

/**
 * Checks the options that are SQLite's own, and that there are no unknown ones.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkSqliteOptions(options: SqliteStoreOptions): SqliteSettings {
  checkKnownKeys('options', options, [
    ...STORE_OPTION_KEYS,
    'path',
    'database',
    'synchronous',
    'tablePrefix',
    'busyTimeoutMs',
  ]);
  const busyTimeoutMs: unknown = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
  if (!Number.isSafeInteger(busyTimeoutMs) || (busyTimeoutMs as number) < 0) {
    throw invalidArgument(
      'options.busyTimeoutMs',
      busyTimeoutMs,
      'a whole number of milliseconds, 0 or more',
    );
  }
  const place =
    options.database === undefined ? checkFile(options) : checkDatabase(options.database, options);
  return { ...place, busyTimeoutMs: busyTimeoutMs as number };
}

type Place = Omit<SqliteSettings, 'busyTimeoutMs'>;

function checkFile({ path, synchronous = 'normal' }: Partial<Omit<SqliteFile, 'database'>>): Place {
  // An empty path and a URI mean special databases to SQLite, with other rules than a file's.
  if (typeof path !== 'string' || path.trim() === '' || path.startsWith('file:') || path.includes('\0')) {
    throw invalidArgument('options.path', path, `the path of a file, or '${MEMORY}'`);
  }
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw invalidArgument('options.synchronous', synchronous, "'normal' or 'full'");
  }
  return { path, database: null, isFile: path !== MEMORY, synchronous };
}

function checkDatabase(database: SqliteHandle, { path, synchronous }: SqliteStoreOptions): Place {
  if (path !== undefined) throw invalidArgument('options.path', path, 'either path or database, not both');
  if (synchronous !== undefined) {
    throw invalidArgument(
      'options.synchronous',
      synchronous,
      'no such option beside database, whose own setting counts',
    );
  }
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') {
    throw invalidArgument('options.database', database, 'an open Database of better-sqlite3');
  }
  if (!database.open) throw invalidArgument('options.database', 'a closed database', 'an open one');
  const [level] = database.prepare('PRAGMA synchronous').all() as readonly {
    readonly synchronous: number | bigint;
  }[];
  return {
    path: database.name,
    database,
    isFile: !database.memory && database.name !== '',
    synchronous: Number(level?.synchronous) >= 2 ? 'full' : 'normal',
  };
}
