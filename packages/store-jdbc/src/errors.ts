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
  | 'schema'
  /** A row of that key exists already. */
  | 'duplicate'
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
    meaning: 'the database is locked by somebody else, for longer than busyTimeoutMs',
  },
  full: {
    code: 'ERR_STORE_FULL',
    retryable: true,
    meaning: 'there is no space left; nothing of this step was stored',
  },
  corrupt: {
    code: 'ERR_STORE_CORRUPT',
    retryable: false,
    meaning: 'the file is damaged or is not a database; restore it from a backup',
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
  duplicate: { code: 'ERR_STORE_FAILED', retryable: false, meaning: 'a row of that key exists already' },
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
  if (code === 'SQLITE_ERROR' && /no such (table|column)/.test(error.message)) return 'schema';
  // better-sqlite3's own errors have no code. The first: the user iterates over the handle that we share.
  if (/connection is busy executing a query/.test(error.message)) return 'busy';
  if (/connection is not open|directory does not exist/.test(error.message)) return 'unavailable';
  return 'failed';
}
