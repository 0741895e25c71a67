/**
 * From the name of a job class, as it is stored, to code that runs.
 *
 * @module
 */
import type { JobExecutionContext } from '../scheduler/execution-context.js';

/** An instance that runs once. */
export interface Job {
  /**
   * Does the work. What it returns becomes the result that listeners see. To stop early, watch
   * `context.signal`; to say what becomes of the trigger, throw a `JobExecutionError`.
   */
  execute(context: JobExecutionContext): unknown;
}

/** A class whose instances run, made anew for every run. */
export interface JobConstructor {
  new (): Job;
}

/** A plain function that runs. */
export type JobFunction = (context: JobExecutionContext) => unknown;

/** What a resolver finds: a class with an `execute` method, or a function. */
export type JobClass = JobConstructor | JobFunction;

/**
 * Finds the code of a job class by its stored name. Asked at every fire, so what it answers may change over
 * time (HOK-03); never asked when jobs are stored, listed or deleted (HOK-05).
 */
export interface JobClassResolver {
  /** For error messages: what it is and where it looks. */
  readonly description: string;
  /** The class of that name; `null`, or an error thrown, when this process has none. May be async. */
  resolve(jobClass: string): JobClass | null | Promise<JobClass | null>;
  /**
   * Names that it would resolve now, as far as it knows them unasked. Only a hint: asked when the scheduler starts, so
   * that triggers of these classes can be fired as they are claimed from the first time on.
   */
  names?(): Iterable<string>;
}
