/**
 * The one place that knows what errors of database clients mean.
 *
 * @module
 */
import type { ErrorCode } from '@ametrine/core';
import { isSchedulerError, SchedulerError } from '@ametrine/core/spi';

/** What went wrong, whatever the database. */
export type Fault =
  /** Somebody else holds what is needed; the same call may succeed a moment later. */
  | 'busy'
  | 'full'
  | 'corrupt'
  | 'unavailable'
  /** The server knows us and does not let us in. */
  | 'refused'
  | 'schema'
  /** The schema is there or is to be made, and the user may not. */
  | 'denied'
  /** A row of that key exists already. */
  | 'duplicate'
  /** A row was to hold what is not there. */
  | 'missing'
  /** Whether a commit happened is not known. */
  | 'fateUnknown'
  | 'failed';

interface FaultFacts {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly meaning: string;
}

const FAULTS: Readonly<Record<Fault, FaultFacts>> = {
  busy: {
    code: 'ERR_STORE_BUSY',
    retryable: true,
    meaning: 'the database is locked by somebody else, or has too much to do, for longer than busyTimeoutMs',
  },
  full: {
    code: 'ERR_STORE_FULL',
    retryable: true,
    meaning: 'there is no space left; nothing of this step was stored',
  },
  corrupt: {
    code: 'ERR_STORE_CORRUPT',
    retryable: false,
    meaning: 'the database is damaged or is none; restore it from a backup',
  },
  unavailable: {
    code: 'ERR_STORE_UNAVAILABLE',
    retryable: true,
    meaning: 'the database cannot be opened, read or written',
  },
  schema: {
    code: 'ERR_STORE_SCHEMA',
    retryable: false,
    meaning: 'the schema lacks a table or column that this release needs',
  },
  refused: {
    code: 'ERR_STORE_UNAVAILABLE',
    retryable: false,
    meaning: 'the server does not let the store in; check user, password and database',
  },
  denied: {
    code: 'ERR_STORE_SCHEMA',
    retryable: false,
    meaning:
      'the database user may not do that; let an administrator make the schema (ametrine schema print), and grant ' +
      'SELECT, INSERT, UPDATE and DELETE on its tables',
  },
  fateUnknown: {
    code: 'ERR_WRITE_FATE_UNKNOWN',
    retryable: true,
    meaning: 'the connection was lost before the answer came: whether this was stored is not known',
  },
  duplicate: { code: 'ERR_STORE_FAILED', retryable: false, meaning: 'a row of that key exists already' },
  missing: { code: 'ERR_STORE_FAILED', retryable: false, meaning: 'a row was to hold what is not there' },
  failed: { code: 'ERR_STORE_FAILED', retryable: false, meaning: 'the database refused' },
};

/**
 * The library's error for what a client threw.
 *
 * @param operation - the name of the call that failed
 */
export function storeError(fault: Fault, error: unknown, operation: string): SchedulerError {
  const { code, retryable, meaning } = FAULTS[fault];
  const said = error instanceof Error ? error.message : String(error);
  return new SchedulerError(code, `${operation} failed: ${meaning} (${said})`, {
    cause: error,
    retryable,
    details: { operation },
  });
}

/** What an error of better-sqlite3 means. Codes are SQLite's extended ones: `SQLITE_BUSY_SNAPSHOT`, `SQLITE_IOERR_WRITE`. */
export function sqliteFault(error: unknown): Fault {
  if (isSchedulerError(error)) return error.code === 'ERR_STORE_BUSY' ? 'busy' : 'failed';
  if (!(error instanceof Error)) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy';
  if (/^SQLITE_FULL/.test(code)) return 'full';
  if (/^SQLITE_(CORRUPT|NOTADB|IOERR_CORRUPTFS)/.test(code)) return 'corrupt';
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM|AUTH|NOLFS)/.test(code)) return 'unavailable';
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'duplicate';
  if (code === 'SQLITE_CONSTRAINT_NOTNULL') return 'missing';
  if (code === 'SQLITE_ERROR' && /no such (table|column)/.test(error.message)) return 'schema';
  // better-sqlite3's own errors have no code. The first: the user iterates over the handle that we share.
  if (/connection is busy executing a query/.test(error.message)) return 'busy';
  if (/connection is not open|directory does not exist/.test(error.message)) return 'unavailable';
  return 'failed';
}

const POSTGRES_FAULTS: readonly (readonly [RegExp, Fault])[] = [
  // Serialization failure, deadlock, lock timeout, statement timeout, too many connections, out of memory.
  [/^(40001|40P01|55P03|57014|53[0234]00)$/, 'busy'],
  [/^(53100|53400)$/, 'full'],
  [/^(XX001|XX002)$/, 'corrupt'],
  [/^(42P01|42703|3F000)$/, 'schema'],
  [/^42501$/, 'denied'],
  [/^23505$/, 'duplicate'],
  [/^23502$/, 'missing'],
  [/^(28|3D)/, 'refused'],
  // Connections that broke, servers that start, stop or were made read-only by a failover, and storage that fails.
  [/^(08|57P|25006$|58)/, 'unavailable'],
  [/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|ENOENT)/, 'unavailable'],
];

/** What an error of pg means: by the server's SQLSTATE, or by what the client says without one. */
export function postgresFault(error: unknown): Fault {
  if (isSchedulerError(error)) return faultOfOwn(error.code);
  if (!(error instanceof Error)) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  for (const [pattern, fault] of POSTGRES_FAULTS) if (pattern.test(code)) return fault;
  if (code !== '') return 'failed';
  // Names of several addresses that all refuse come as one error without a code of its own.
  if (error instanceof AggregateError) return 'unavailable';
  if (/timeout exceeded when trying to connect|Query read timeout/.test(error.message)) return 'busy';
  return /connection|not queryable|pool after calling end/i.test(error.message) ? 'unavailable' : 'failed';
}

const MYSQL_FAULTS: readonly (readonly [Fault, readonly number[]])[] = [
  // Deadlock, lock and statement timeouts, a killed query, too many connections or users, memory, optimistic certification.
  ['busy', [1213, 1205, 1969, 3024, 1317, 1040, 1203, 1226, 1037, 1041, 1038, 1180, 3572, 1568]],
  ['full', [1021, 1114, 3675]],
  ['corrupt', [126, 127, 145, 1033, 1034, 1194, 1195, 1712, 1877, 1932, 5008]],
  ['schema', [1146, 1054, 1932]],
  ['denied', [1142, 1143, 1227, 1370]],
  ['duplicate', [1062, 1586]],
  ['missing', [1048]],
  ['refused', [1044, 1045, 1049, 1130, 1251, 1524, 1698, 4151]],
  // Shut down, killed or lost connections; servers that a failover made read-only.
  [
    'unavailable',
    [1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1290, 1792, 1836, 1927, 2006, 2013, 4031],
  ],
];

/** Errors of the storage engine: its own number is in the message. 28 is a full disk. */
const ENGINE_ERRORS: ReadonlySet<number> = new Set([3, 1005, 1026, 1030]);

/** What an error of mysql2 means: by the server's number, or by what the client says without one. */
export function mysqlFault(error: unknown): Fault {
  if (isSchedulerError(error)) return faultOfOwn(error.code);
  if (!(error instanceof Error)) return 'failed';
  const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  if (ENGINE_ERRORS.has(number)) return /\b28\b|No space left/.test(error.message) ? 'full' : 'unavailable';
  for (const [fault, numbers] of MYSQL_FAULTS) if (numbers.includes(number)) return fault;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(PROTOCOL_|ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|ENOENT|HANDSHAKE_)/.test(code))
    return 'unavailable';
  if (number > 0) return 'failed';
  if (error instanceof AggregateError) return 'unavailable';
  if (/Queue limit reached|No connections available/.test(error.message)) return 'busy';
  return /closed state|Pool is closed|Connection lost/i.test(error.message) ? 'unavailable' : 'failed';
}

function faultOfOwn(code: ErrorCode): Fault {
  if (code === 'ERR_STORE_BUSY') return 'busy';
  return code === 'ERR_STORE_UNAVAILABLE' ? 'unavailable' : 'failed';
}
