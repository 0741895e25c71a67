/**
 * Whether, and when, a run that failed is tried again.
 *
 * @module
 */
import { type DurationInput, durationMs } from '../duration.js';
import { invalidArgument } from '../errors.js';
import { checkInteger, checkOneOf } from '../field-checks.js';
import { checkKnownKeys } from '../unknown-key.js';
import type { JobExecutionContext } from './execution-context.js';

/**
 * What happens when a run throws. An attempt that is to come is a trigger in the store: it survives the process, and any
 * node may make it. A `JobExecutionError` with an action is not retried: it says itself what is to happen.
 *
 * A job class has it as its static property `retry`, a function as a property of it; the scheduler's option `retries` may
 * say otherwise.
 */
export interface RetryPolicy {
  /** How often the job runs at most, the first time included. */
  readonly attempts: number;
  /** `fixed`: every pause is `delay`; `exponential`: each is twice the one before. @defaultValue `'exponential'` */
  readonly backoff?: 'fixed' | 'exponential' | undefined;
  /** The first pause. @defaultValue 1 second */
  readonly delay?: DurationInput | undefined;
  /** No pause is longer. @defaultValue 1 hour */
  readonly maxDelay?: DurationInput | undefined;
  /**
   * How much of a pause is left to chance, from 0 to 1, so that what failed together is not tried together: 0.5 makes it
   * between half as long and as long as said. @defaultValue 0.5
   */
  readonly jitter?: number | undefined;
  /** Whether this failure is worth another attempt; one that throws answers no. @defaultValue always */
  readonly retryIf?: ((error: Error, context: JobExecutionContext) => boolean) | undefined;
}

/** A checked policy. */
export interface ResolvedRetryPolicy {
  readonly attempts: number;
  readonly backoff: 'fixed' | 'exponential';
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: number;
  readonly retryIf: ((error: Error, context: JobExecutionContext) => boolean) | null;
}

/** Checks a policy. Throws `ERR_INVALID_ARGUMENT` that names the field. */
export function checkRetryPolicy(field: string, policy: RetryPolicy): ResolvedRetryPolicy {
  checkKnownKeys(field, policy, ['attempts', 'backoff', 'delay', 'maxDelay', 'jitter', 'retryIf']);
  const { attempts, backoff = 'exponential', delay = 1000, maxDelay = '1h', jitter = 0.5 } = policy;
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1))
    throw invalidArgument(`${field}.jitter`, jitter, 'a number from 0 to 1');
  if (policy.retryIf !== undefined && typeof policy.retryIf !== 'function')
    throw invalidArgument(`${field}.retryIf`, policy.retryIf, 'a function');
  return {
    attempts: checkInteger(`${field}.attempts`, attempts, 1, 1_000_000),
    backoff: checkOneOf(`${field}.backoff`, backoff, ['fixed', 'exponential']),
    delayMs: durationMs(`${field}.delay`, delay),
    maxDelayMs: durationMs(`${field}.maxDelay`, maxDelay),
    jitter,
    retryIf: policy.retryIf ?? null,
  };
}

/**
 * How long to wait after an attempt that failed, in ms.
 *
 * @param attempt - its number; the first is 1
 * @param random - from 0 to 1
 */
export function retryDelayMs(policy: ResolvedRetryPolicy, attempt: number, random: number): number {
  const { backoff, delayMs, maxDelayMs, jitter } = policy;
  const grown = backoff === 'fixed' ? delayMs : delayMs * 2 ** Math.min(attempt - 1, 50);
  return Math.round(Math.min(grown, maxDelayMs) * (1 - jitter * random));
}
