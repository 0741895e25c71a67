/**
 * The one place that knows what errors of the driver mean.
 *
 * @module
 */
import type { ErrorCode } from '@ametrine/core';
import { SchedulerError } from '@ametrine/core/spi';

/** What went wrong. */
export type Fault =
  | 'unreachable'
  | 'notPrimary'
  | 'timeout'
  | 'busy'
  | 'full'
  | 'refused'
  | 'tooLarge'
  | 'duplicate'
  | 'failed';

interface FaultFacts {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly meaning: string;
}

const FAULTS: Readonly<Record<Fault, FaultFacts>> = {
  unreachable: {
    code: 'ERR_STORE_UNAVAILABLE',
    retryable: true,
    meaning: 'the server cannot be reached, or the connection broke',
  },
  notPrimary: {
    code: 'ERR_STORE_UNAVAILABLE',
    retryable: true,
    meaning: 'the replica set has no primary at the moment',
  },
  timeout: { code: 'ERR_STORE_UNAVAILABLE', retryable: true, meaning: 'the server did not answer in time' },
  busy: {
    code: 'ERR_STORE_BUSY',
    retryable: true,
    meaning: 'others changed the same documents, again and again',
  },
  full: {
    code: 'ERR_STORE_FULL',
    retryable: true,
    meaning: "there is no space left on the server's disk, or its quota is used up",
  },
  refused: {
    code: 'ERR_STORE_UNAVAILABLE',
    retryable: false,
    meaning: 'the server refuses the credentials, or the user lacks the right readWrite on the database',
  },
  tooLarge: {
    code: 'ERR_STORE_FAILED',
    retryable: false,
    meaning: 'a document or a command is larger than the server takes',
  },
  duplicate: {
    code: 'ERR_STORE_FAILED',
    retryable: false,
    meaning: 'a document of that key exists already',
  },
  failed: { code: 'ERR_STORE_FAILED', retryable: false, meaning: 'the server refused' },
};

/** Codes of the server, as its source names them. */
const BY_CODE: ReadonlyMap<number, Fault> = new Map([
  ...[6, 7, 89, 9001].map((code) => [code, 'unreachable'] as const), // HostUnreachable, HostNotFound, NetworkTimeout, SocketException
  // PrimarySteppedDown, NotWritablePrimary, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, InterruptedAtShutdown, …
  ...[91, 189, 10107, 11600, 11602, 13435, 13436, 10058].map((code) => [code, 'notPrimary'] as const),
  ...[50, 262, 64].map((code) => [code, 'timeout'] as const), // MaxTimeMSExpired, ExceededTimeLimit, WriteConcernFailed
  ...[24, 112, 251, 46, 225].map((code) => [code, 'busy'] as const), // LockTimeout, WriteConflict, NoSuchTransaction, LockBusy
  ...[14031, 12501].map((code) => [code, 'full'] as const), // OutOfDiskSpace, quota
  ...[13, 18, 8000].map((code) => [code, 'refused'] as const), // Unauthorized, AuthenticationFailed, AtlasError
  ...[10334, 17280, 16755].map((code) => [code, 'tooLarge'] as const), // BSONObjectTooLarge
  [11000, 'duplicate'],
]);

const BY_NAME: ReadonlyMap<string, Fault> = new Map([
  ['MongoNetworkError', 'unreachable'],
  ['MongoNetworkTimeoutError', 'timeout'],
  ['MongoServerSelectionError', 'unreachable'],
  ['MongoTopologyClosedError', 'unreachable'],
  ['MongoNotConnectedError', 'unreachable'],
  ['MongoClientClosedError', 'unreachable'],
  ['MongoPoolClosedError', 'unreachable'],
  ['MongoPoolClearedError', 'unreachable'],
  ['PoolClearedError', 'unreachable'],
  ['PoolClearedOnNetworkError', 'unreachable'],
  ['MongoWaitQueueTimeoutError', 'timeout'],
  ['WaitQueueTimeoutError', 'timeout'],
  ['MongoOperationTimeoutError', 'timeout'],
  ['MongoExpiredSessionError', 'unreachable'],
]);

/** Errors of the socket itself, which the driver does not always wrap in one of its own. */
const BY_SYSTEM_CODE: ReadonlyMap<string, Fault> = new Map([
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'].map(
    (code) => [code, 'unreachable'] as const,
  ),
  ['ETIMEDOUT', 'timeout'],
  ['ERR_STREAM_DESTROYED', 'unreachable'],
  ['ERR_STREAM_WRITE_AFTER_END', 'unreachable'],
]);

/** What an error means. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'failed';
  const { name, message } = error;
  const code = (error as { readonly code?: unknown }).code;
  const known = byCode(code) ?? BY_NAME.get(name);
  if (known !== undefined) return known;
  if (/no space left on device|out of disk space/i.test(message)) return 'full';
  if (/object to insert too large|BSONObj size|offset.* is out of range/i.test(message)) return 'tooLarge';
  return 'failed';
}

function byCode(code: unknown): Fault | undefined {
  if (typeof code === 'number') return BY_CODE.get(code);
  return typeof code === 'string' ? BY_SYSTEM_CODE.get(code) : undefined;
}

/** The fault when an error means that nobody knows whether a write was made; null otherwise. */
export function networkFault(error: unknown): Fault | null {
  const fault = faultOf(error);
  return fault === 'unreachable' || fault === 'notPrimary' || fault === 'timeout' ? fault : null;
}

/**
 * The library's error for what the driver threw.
 *
 * @param operation - the name of the call that failed
 */
export function storeError(error: unknown, operation: string): SchedulerError {
  const { code, retryable, meaning } = FAULTS[faultOf(error)];
  const said = withoutCredentials(error instanceof Error ? error.message : String(error));
  return new SchedulerError(code, `${operation} failed: ${meaning} (${said})`, {
    cause: error,
    retryable,
    details: { operation },
  });
}

/** A text without what stands before the `@` of an address in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/)[^@\s/]*@/g, '$1***@');
}
