/**
 * How a scheduler is configured.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../clock.js';
import { invalidArgument } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Job, JobClass, JobClassResolver, JobFunction } from '../spi/job-class.js';
import type { JobStore } from '../spi/job-store.js';
import type { FiredBundle } from '../spi/results.js';
import { checkKnownKeys } from '../unknown-key.js';
import type { JobListener, SchedulerListener, TriggerListener } from './listeners.js';
import { problemLogger } from './problem-logger.js';

/**
 * Makes what runs from a job's class: the place for dependency injection. May be async. When it throws, every
 * trigger of the job is put in error (contract §1.6).
 */
export type JobFactory = (jobClass: JobClass, bundle: FiredBundle) => Job | JobFunction | Promise<Job | JobFunction>;

/**
 * Whether a shutdown aborts the `signal` of the runs under way: never, always, or only when it does not wait for
 * them.
 */
export type ShutdownInterruption = 'never' | 'always' | 'whenNotWaiting';

/** Listeners that are there from the start; others are added by `addJobListener` and its siblings. */
export interface InitialListeners {
  readonly jobs?: readonly JobListener[];
  readonly triggers?: readonly TriggerListener[];
  readonly scheduler?: readonly SchedulerListener[];
}

/** What {@link createScheduler} takes. Unknown keys are errors. */
export interface SchedulerOptions {
  /** Where jobs and triggers are kept. One store object belongs to one scheduler. */
  readonly store: JobStore;
  /**
   * The name that everything in the store is scoped by: schedulers of one name over one database are the nodes of
   * one cluster, schedulers of different names share nothing. @defaultValue `'ametrine'`
   */
  readonly name?: string;
  /**
   * This node's name within the cluster. A name that stays the same over restarts lets the node recover its own
   * earlier life at once; two live nodes must never share one. @defaultValue host, process id and a random part
   */
  readonly instanceId?: string;
  /** The job classes and functions of this process by the names that jobs store. @defaultValue none */
  readonly jobs?: Readonly<Record<string, JobClass>>;
  /** Asked for the classes that {@link SchedulerOptions.jobs} does not hold. @defaultValue none */
  readonly jobClassResolver?: JobClassResolver;
  /** Makes what runs from a class. @defaultValue `new` for a class, a function as it is */
  readonly jobFactory?: JobFactory;
  /** How many jobs run at the same time in this process. @defaultValue 10 */
  readonly concurrency?: number;
  /**
   * How many triggers are claimed in one step at most. Smaller values spread work more evenly over the nodes of a
   * cluster and cost more round trips. @defaultValue the concurrency
   */
  readonly maxBatchSize?: number;
  /**
   * How far behind the first trigger of a batch the others may be due to be claimed with it, in ms. They still
   * fire at their own times. @defaultValue 0
   */
  readonly batchTimeWindowMs?: number;
  /**
   * How far ahead triggers are claimed, and how long the loop sleeps at most before it asks the store again, in
   * ms, at least 1000. With a store that cannot push, another node's change is seen within this. @defaultValue 30000
   */
  readonly idleWaitMs?: number;
  /**
   * How often a node of a cluster says that it lives, in ms. A dead node's work is recovered about one interval
   * plus the store's tolerance after its death. @defaultValue 7500
   */
  readonly checkInIntervalMs?: number;
  /** @defaultValue `'never'` */
  readonly interruptJobsOnShutdown?: ShutdownInterruption;
  /** The source of time. @defaultValue the system's clock */
  readonly clock?: Clock;
  /** Where log lines go. @defaultValue warnings and errors go to the console */
  readonly logger?: Logger;
  /** First entries of {@link Scheduler.context}. @defaultValue none */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Listeners of everything, from the start. @defaultValue none */
  readonly listeners?: InitialListeners;
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly store: JobStore;
  readonly name: string;
  readonly instanceId: string;
  readonly jobs: Readonly<Record<string, JobClass>>;
  readonly jobClassResolver: JobClassResolver | null;
  readonly jobFactory: JobFactory | null;
  readonly concurrency: number;
  readonly maxBatchSize: number;
  readonly batchTimeWindowMs: number;
  readonly idleWaitMs: number;
  readonly checkInIntervalMs: number;
  readonly interruptJobsOnShutdown: ShutdownInterruption;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly context: Readonly<Record<string, unknown>>;
  readonly listeners: InitialListeners;
}

const KNOWN: readonly (keyof SchedulerOptions)[] = [
  'store',
  'name',
  'instanceId',
  'jobs',
  'jobClassResolver',
  'jobFactory',
  'concurrency',
  'maxBatchSize',
  'batchTimeWindowMs',
  'idleWaitMs',
  'checkInIntervalMs',
  'interruptJobsOnShutdown',
  'clock',
  'logger',
  'context',
  'listeners',
];
const INTERRUPTIONS: readonly ShutdownInterruption[] = ['never', 'always', 'whenNotWaiting'];
const LONGEST_NAME = 200;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Checks the options and fills in the defaults. Throws `ERR_INVALID_ARGUMENT` that names the option. */
export function resolveOptions(options: SchedulerOptions): ResolvedOptions {
  if (!isObject(options)) throw invalidArgument('options', options, 'an object with at least a `store`');
  checkKnownKeys('options', options, KNOWN);
  const concurrency = integer('concurrency', options.concurrency ?? 10, 1, 1_000_000);
  return {
    store: storeOf(options.store),
    name: nameOf('name', options.name ?? 'ametrine'),
    instanceId: nameOf('instanceId', options.instanceId ?? uniqueInstanceId()),
    jobs: jobsOf(options.jobs ?? {}),
    jobClassResolver: withMethods('jobClassResolver', options.jobClassResolver, ['resolve']),
    jobFactory: functionOrNull('jobFactory', options.jobFactory),
    concurrency,
    maxBatchSize: integer('maxBatchSize', options.maxBatchSize ?? concurrency, 1, 1_000_000),
    batchTimeWindowMs: integer('batchTimeWindowMs', options.batchTimeWindowMs ?? 0, 0, LARGEST),
    idleWaitMs: integer('idleWaitMs', options.idleWaitMs ?? 30_000, 1000, LARGEST),
    checkInIntervalMs: integer('checkInIntervalMs', options.checkInIntervalMs ?? 7500, 100, LARGEST),
    interruptJobsOnShutdown: interruptionOf(options.interruptJobsOnShutdown ?? 'never'),
    clock: withMethods('clock', options.clock, ['now', 'wakeAt']) ?? systemClock,
    logger: withMethods('logger', options.logger, ['debug', 'info', 'warn', 'error']) ?? problemLogger,
    context: plain('context', options.context ?? {}),
    listeners: listenersOf(options.listeners ?? {}),
  };
}

/** Differs for any two schedulers, also for two that processes of one host start in the same millisecond (CLU-14). */
function uniqueInstanceId(): string {
  const tail = `-${process.pid}-${randomUUID().slice(0, 13)}`;
  return hostname().slice(0, LONGEST_NAME - tail.length) + tail;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function plain<T extends object>(option: string, value: T): T {
  if (!isObject(value) || Array.isArray(value)) throw invalidArgument(`options.${option}`, value, 'an object');
  return value;
}

function storeOf(store: JobStore): JobStore {
  const usable = isObject(store) && isObject(store.capabilities) && typeof store.acquireNextTriggers === 'function';
  if (!usable) throw invalidArgument('options.store', store, 'a job store, such as `new MemoryJobStore()`');
  return store;
}

function nameOf(option: string, value: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > LONGEST_NAME || value.includes('\0')) {
    throw invalidArgument(`options.${option}`, value, `a string of 1 to ${LONGEST_NAME} characters without U+0000`);
  }
  return value;
}

function integer(option: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const remedy = max === LARGEST ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
    throw invalidArgument(`options.${option}`, value, remedy);
  }
  return value;
}

function jobsOf(jobs: Readonly<Record<string, JobClass>>): Readonly<Record<string, JobClass>> {
  plain('jobs', jobs);
  for (const [name, jobClass] of Object.entries(jobs)) {
    if (typeof jobClass !== 'function') throw invalidArgument(`options.jobs.${name}`, jobClass, 'a class or a function');
  }
  return jobs;
}

function withMethods<T extends object>(option: string, value: T | undefined, methods: readonly string[]): T | null {
  if (value === undefined) return null;
  const missing = methods.filter((method) => typeof (value as Record<string, unknown> | null)?.[method] !== 'function');
  if (missing.length > 0) {
    throw invalidArgument(`options.${option}`, value, `an object with ${methods.map((name) => `${name}()`).join(', ')}`);
  }
  return value;
}

function functionOrNull<T extends JobFactory>(option: string, value: T | undefined): T | null {
  if (value === undefined) return null;
  if (typeof value !== 'function') throw invalidArgument(`options.${option}`, value, 'a function');
  return value;
}

function interruptionOf(value: ShutdownInterruption): ShutdownInterruption {
  if (!INTERRUPTIONS.includes(value)) {
    throw invalidArgument('options.interruptJobsOnShutdown', value, "'never', 'always' or 'whenNotWaiting'");
  }
  return value;
}

function listenersOf(listeners: InitialListeners): InitialListeners {
  plain('listeners', listeners);
  checkKnownKeys('options.listeners', listeners, ['jobs', 'triggers', 'scheduler']);
  for (const [kind, list] of Object.entries(listeners)) {
    if (list !== undefined && !Array.isArray(list)) {
      throw invalidArgument(`options.listeners.${kind}`, list, 'an array of listeners');
    }
  }
  return listeners;
}
