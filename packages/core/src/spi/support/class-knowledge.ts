/**
 * What one node knows of job classes: which it found, and which it lacks.
 *
 * @module
 */
import { isSchedulerError, SchedulerError } from '../../errors.js';
import type { JobClass, JobClassResolver } from '../job-class.js';

const NONE: ReadonlySet<string> = new Set();
/** What a node tells of what it lacks stays small whatever is stored. */
const MOST_LACKED = 200;

/**
 * Asks the resolver at every fire, so that its latest answer counts (HOK-03), and remembers only hints: classes found
 * before, whose triggers may be claimed and fired in one step; classes missing, which are left to other nodes for a
 * while; and all that were missing when they were last asked for, which other nodes are told (CLU-19).
 */
export class ClassKnowledge {
  readonly #found = new Set<string>();
  readonly #missing = new Map<string, number>();
  readonly #lacked = new Set<string>();
  readonly #retryMs: number;

  /** @param retryMs - how long a missing class is left alone, in ms */
  constructor(retryMs: number) {
    this.#retryMs = retryMs;
  }

  /** Classes found before. */
  get found(): ReadonlySet<string> {
    return this.#found;
  }

  /** Takes classes for found that nobody asked for yet. */
  expect(names: Iterable<string>): void {
    for (const name of names) this.#found.add(name);
  }

  /** Classes to leave to other nodes at `now` (epoch ms). */
  missingAt(now: number): ReadonlySet<string> {
    if (this.#missing.size === 0) return NONE;
    for (const [name, until] of this.#missing) if (until <= now) this.#missing.delete(name);
    return new Set(this.#missing.keys());
  }

  /** Classes that were missing when they were last asked for, sorted; of very many the latest. */
  get lacked(): readonly string[] {
    return [...this.#lacked].sort();
  }

  /** Leaves a class to other nodes for a while from `now` (epoch ms) on. */
  leaveToOthers(name: string, now: number): void {
    this.#missing.set(name, now + this.#retryMs);
  }

  /** The class of every name, or the error that says why there is none; each name is asked for once. */
  async resolve(
    names: Iterable<string>,
    resolver: JobClassResolver,
  ): Promise<ReadonlyMap<string, JobClass | SchedulerError>> {
    const answers = new Map<string, JobClass | SchedulerError>();
    for (const name of names) {
      if (!answers.has(name)) answers.set(name, await this.#resolveOne(name, resolver));
    }
    return answers;
  }

  async #resolveOne(name: string, resolver: JobClassResolver): Promise<JobClass | SchedulerError> {
    let cause: unknown;
    try {
      const found = await resolver.resolve(name);
      if (typeof found === 'function') {
        this.#found.add(name);
        this.#missing.delete(name);
        this.#lacked.delete(name);
        return found;
      }
    } catch (error) {
      if (isSchedulerError(error, 'ERR_JOB_CLASS_NOT_FOUND')) cause = error.cause;
      else cause = error;
    }
    this.#found.delete(name);
    this.#lack(name);
    return jobClassNotFound(name, resolver, cause);
  }

  #lack(name: string): void {
    this.#lacked.delete(name);
    this.#lacked.add(name);
    if (this.#lacked.size <= MOST_LACKED) return;
    const [oldest] = this.#lacked;
    if (oldest !== undefined) this.#lacked.delete(oldest);
  }
}

function jobClassNotFound(name: string, resolver: JobClassResolver, cause: unknown): SchedulerError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new SchedulerError(
    'ERR_JOB_CLASS_NOT_FOUND',
    `Job class ${JSON.stringify(name)} was not found by ${resolver.description}${why}. ` +
      'Give the resolver this class, then call resetTriggerFromErrorState if the trigger is in error',
    {
      details: { jobClass: name, resolver: resolver.description },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
