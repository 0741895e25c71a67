/**
 * How a scheduler is configured.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Job, JobClass, JobClassResolver, JobFunction } from '../spi/job-class.js';
import type { JobStore } from '../spi/job-store.js';
import type { FiredBundle } from '../spi/results.js';
import type { JobListener, SchedulerListener, TriggerListener } from './listeners.js';
import type { RetryPolicy } from './retry-policy.js';
import type { SchedulerPlugin } from './scheduler-plugin.js';

/**
 * Makes what runs from a job's class: the place for dependency injection. May be async. When it throws, every
 * trigger of the job is put in error (contract §1.6).
 */
export type JobFactory = (
  jobClass: JobClass,
  bundle: FiredBundle,
) => Job | JobFunction | Promise<Job | JobFunction>;

/**
 * Whether a shutdown aborts the `signal` of the runs under way: never, always, or only when it does not wait for
 * them.
 */
export type ShutdownInterruption = 'never' | 'always' | 'whenNotWaiting';

/** Listeners that are there from the start; others are added by `addJobListener` and its siblings. */
export interface InitialListeners {
  readonly jobs?: readonly JobListener[] | undefined;
  readonly triggers?: readonly TriggerListener[] | undefined;
  readonly scheduler?: readonly SchedulerListener[] | undefined;
}

/** What {@link createScheduler} takes. Unknown keys are errors. */
export interface SchedulerOptions {
  /** Where jobs and triggers are kept. One store object belongs to one scheduler. */
  readonly store: JobStore;
  /**
   * The name that everything in the store is scoped by: schedulers of one name over one database are the nodes of
   * one cluster, schedulers of different names share nothing. @defaultValue `'ametrine'`
   */
  readonly name?: string | undefined;
  /**
   * This node's name within the cluster. A name that stays the same over restarts lets the node recover its own
   * earlier life at once; two live nodes must never share one. @defaultValue host, process id and a random part
   */
  readonly instanceId?: string | undefined;
  /** The job classes and functions of this process by the names that jobs store. @defaultValue none */
  readonly jobs?: Readonly<Record<string, JobClass>> | undefined;
  /** Asked for the classes that {@link SchedulerOptions.jobs} does not hold. @defaultValue none */
  readonly jobClassResolver?: JobClassResolver | undefined;
  /** Makes what runs from a class. @defaultValue `new` for a class, a function as it is */
  readonly jobFactory?: JobFactory | undefined;
  /** Retry policies by the name of the job class; they go before those that classes have. @defaultValue none */
  readonly retries?: Readonly<Record<string, RetryPolicy>> | undefined;
  /** How many jobs run at the same time in this process. @defaultValue 10 */
  readonly concurrency?: number | undefined;
  /**
   * How many triggers are claimed in one step at most. Smaller values spread work more evenly over the nodes of a
   * cluster and cost more round trips. @defaultValue the concurrency
   */
  readonly maxBatchSize?: number | undefined;
  /**
   * How far behind the first trigger of a batch the others may be due to be claimed with it, in ms. They still
   * fire at their own times. @defaultValue 0
   */
  readonly batchTimeWindowMs?: number | undefined;
  /**
   * How far ahead triggers are claimed, and how long the loop sleeps at most before it asks the store again, in
   * ms, at least 1000. With a store that cannot push, another node's change is seen within this. @defaultValue 30000
   */
  readonly idleWaitMs?: number | undefined;
  /**
   * How often a node of a cluster says that it lives, in ms. A dead node's work is recovered about one interval
   * plus the store's tolerance after its death. @defaultValue 7500
   */
  readonly checkInIntervalMs?: number | undefined;
  /** @defaultValue `'never'` */
  readonly interruptJobsOnShutdown?: ShutdownInterruption | undefined;
  /** The source of time. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /** Where log lines go. @defaultValue warnings and errors go to the console */
  readonly logger?: Logger | undefined;
  /** First entries of {@link Scheduler.context}. @defaultValue none */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Listeners of everything, from the start. @defaultValue none */
  readonly listeners?: InitialListeners | undefined;
  /** Plugins by name, in the order in which they are initialized and started. @defaultValue none */
  readonly plugins?: Readonly<Record<string, SchedulerPlugin>> | undefined;
}
