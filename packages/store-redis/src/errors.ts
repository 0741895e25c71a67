/**
 * The one place that knows what errors of the client and of the server mean.
 *
 * @module
 */
import type { ErrorCode } from '@ametrine/core';
import { isSchedulerError, SchedulerError } from '@ametrine/core/spi';

/** What went wrong. */
export type Fault =
  /** The server said that it did nothing, and may do it soon: it loads, fails over, runs a script, moves a slot. */
  | 'refused'
  /** The connection broke: whether the server did it is not known. */
  | 'cut'
  | 'full'
  | 'denied'
  /** Nobody who is trusted vouches for the server's certificate. */
  | 'untrusted'
  /** The script is not in the server's cache. */
  | 'noScript'
  | 'failed';

/** What servers answer when they did nothing and may do it a little later. */
const REFUSALS =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|MISCONF|UNBLOCKED|ASK) ?/;
const CUTS =
  /Connection is closed|Stream isn't writeable|max retries per request|Command timed out|Cluster isn't ready|All nodes failed|Failed to refresh slots|Too many Cluster redirections|aborted due to connection close|None of startup nodes|All sentinels are unreachable/i;
const CUT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** What TLS says of a certificate, by its code. */
const DISTRUST = /CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/;

/** What an error of ioredis means. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'failed';
  const { message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (message.startsWith('NOSCRIPT')) return 'noScript';
  // A script in which a command was refused says so in another place.
  if (REFUSALS.test(message) || /-(READONLY|LOADING|BUSY|MISCONF|NOREPLICAS) /.test(message))
    return 'refused';
  if (/(^|-)OOM /.test(message)) return 'full';
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password)/.test(message)) return 'denied';
  if (DISTRUST.test(code)) return 'untrusted';
  if (CUT_CODES.has(code) || CUTS.test(message)) return 'cut';
  return 'failed';
}

const FACTS: Readonly<Record<Fault, readonly [code: ErrorCode, retryable: boolean, meaning: string]>> = {
  refused: ['ERR_STORE_UNAVAILABLE', true, 'the server does not take writes now'],
  cut: ['ERR_STORE_UNAVAILABLE', true, 'the server cannot be reached'],
  full: [
    'ERR_STORE_FULL',
    true,
    'the server has no memory left (maxmemory); nothing of this step was stored',
  ],
  denied: ['ERR_STORE_UNAVAILABLE', false, 'the server does not let this user in, or not do this'],
  untrusted: [
    'ERR_STORE_UNAVAILABLE',
    false,
    "the server's certificate is not trusted; give the option tls the ca that signed it",
  ],
  noScript: ['ERR_STORE_UNAVAILABLE', true, 'the server forgot a script'],
  failed: ['ERR_STORE_FAILED', false, 'the server refused'],
};

/**
 * The library's error for what the client threw.
 *
 * @param operation - the name of the call that failed
 */
export function storeError(error: unknown, operation: string): SchedulerError {
  if (isSchedulerError(error)) return error;
  const [code, retryable, meaning] = FACTS[faultOf(error)];
  const said = error instanceof Error ? error.message : String(error);
  return new SchedulerError(code, `${operation} failed: ${meaning} (${said})`, {
    cause: withoutArguments(error),
    retryable,
    details: { operation },
  });
}

/** ioredis hangs the command onto its errors, arguments and all: data of jobs, or a password. */
function withoutArguments(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete (error as { command?: unknown }).command;
  return error;
}

/** The error for a write that may or may not have been done. */
export function fateUnknown(operation: string, cause: unknown): SchedulerError {
  return new SchedulerError(
    'ERR_WRITE_FATE_UNKNOWN',
    `The connection broke during ${operation}, and did not come back in time to learn whether it was done; read before writing again`,
    { cause: withoutArguments(cause), details: { operation } },
  );
}

/** The error for data that are not there any more, or not all. */
export function dataLost(what: string, keys: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_CORRUPT',
    `Stored data are missing under ${keys}: ${what}. The server evicted or flushed keys, or another one without them answers; ` +
      'restore them, or call clearAllSchedulingData to begin anew',
    { details: { keys, what } },
  );
}

/** The error for a lock that others held for all the time that a call may take. */
export function lockedTooLong(operation: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_BUSY',
    `${operation} failed: another node's transaction held the store for longer than patienceMs`,
    { retryable: true, details: { operation } },
  );
}

/** The error for a change that fewer replicas have than were asked for. */
export function replicasMissing(wanted: number, reached: number): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_UNAVAILABLE',
    `A change reached ${reached} replicas within a second, not ${wanted}; a failover now may lose it`,
    { retryable: true, details: { wanted, reached } },
  );
}
