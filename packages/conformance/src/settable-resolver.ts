/**
 * A job-class resolver whose answers a case can change.
 *
 * @module
 */
import type { JobClass, JobClassResolver } from '@ametrine/core/spi';

/** The class of every job that a case does not give another one. */
export class Work {
  execute(): void {}
}

/** Knows {@link Work} and whatever a case puts in. */
export class SettableResolver implements JobClassResolver {
  readonly description: string = 'the case’s resolver';
  readonly classes: Map<string, JobClass> = new Map<string, JobClass>([['Work', Work]]);
  /** The names it was asked for, in order. */
  readonly asked: string[] = [];
  /** What it throws instead of answering, when set. */
  failure: Error | null = null;

  resolve(jobClass: string): JobClass | null {
    this.asked.push(jobClass);
    if (this.failure !== null) throw this.failure;
    return this.classes.get(jobClass) ?? null;
  }
}
