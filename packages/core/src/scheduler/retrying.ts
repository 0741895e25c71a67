/**
 * Decides about another attempt.
 *
 * @module
 */
import type { JobClass } from '../spi/job-class.js';
import type { Trigger } from '../trigger.js';
import { isJobExecutionError } from './job-execution-error.js';
import {
  checkRetryPolicy,
  type ResolvedRetryPolicy,
  type RetryPolicy,
  retryDelayMs,
} from './retry-policy.js';
import { retryTrigger } from './retry-trigger.js';
import type { RunContext } from './run-context.js';

/** The retry policies of one scheduler. */
export class Retrying {
  readonly #configured: ReadonlyMap<string, ResolvedRetryPolicy>;
  readonly #ofClasses = new WeakMap<JobClass, ResolvedRetryPolicy | null>();
  readonly #report: (message: string, error: unknown) => void;

  /** @param configured - by the name of the job class */
  constructor(
    configured: ReadonlyMap<string, ResolvedRetryPolicy>,
    report: (message: string, error: unknown) => void,
  ) {
    this.#configured = configured;
    this.#report = report;
  }

  /** The trigger of the next attempt after this failure at `now`; null when there is to be none. */
  next(error: Error, context: RunContext, now: number): Trigger | null {
    const { jobClass, job } = context.bundle;
    const policy = this.#configured.get(job.jobClass) ?? this.#ofClass(jobClass, job.jobClass);
    if (policy === null || context.attempt >= policy.attempts) return null;
    if (isJobExecutionError(error) && error.action !== 'none') return null;
    if (!this.#isWorthIt(policy, error, context)) return null;
    return retryTrigger(context.bundle, now + retryDelayMs(policy, context.attempt, Math.random()));
  }

  #isWorthIt({ retryIf }: ResolvedRetryPolicy, error: Error, context: RunContext): boolean {
    try {
      return retryIf === null || retryIf(error, context) === true;
    } catch (failure) {
      this.#report(
        `retryIf of job class ${context.job.jobClass} failed; the run is not tried again`,
        failure,
      );
      return false;
    }
  }

  #ofClass(jobClass: JobClass, name: string): ResolvedRetryPolicy | null {
    const known = this.#ofClasses.get(jobClass);
    if (known !== undefined) return known;
    const { retry } = jobClass as { readonly retry?: RetryPolicy };
    let policy: ResolvedRetryPolicy | null = null;
    try {
      if (retry !== undefined) policy = checkRetryPolicy(`${name}.retry`, retry);
    } catch (error) {
      this.#report(`The retry policy of job class ${name} is wrong; its runs are not tried again`, error);
    }
    this.#ofClasses.set(jobClass, policy);
    return policy;
  }
}
