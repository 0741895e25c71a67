/**
 * Checking a scheduler's options, and filling in what they leave open.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../clock.js';
import { invalidArgument } from '../errors.js';
import type { Logger } from '../logger.js';
import type { JobClass, JobClassResolver } from '../spi/job-class.js';
import type { JobStore } from '../spi/job-store.js';
import { checkKnownKeys } from '../unknown-key.js';
import { problemLogger } from './problem-logger.js';
import { checkRetryPolicy, type ResolvedRetryPolicy, type RetryPolicy } from './retry-policy.js';
import type {
  InitialListeners,
  JobFactory,
  SchedulerOptions,
  ShutdownInterruption,
} from './scheduler-options.js';
import type { SchedulerPlugin } from './scheduler-plugin.js';

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly store: JobStore;
  readonly name: string;
  readonly instanceId: string;
  readonly jobs: Readonly<Record<string, JobClass>>;
  readonly jobClassResolver: JobClassResolver | null;
  readonly jobFactory: JobFactory | null;
  readonly retries: ReadonlyMap<string, ResolvedRetryPolicy>;
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
  readonly plugins: Readonly<Record<string, SchedulerPlugin>>;
}

const KNOWN: readonly (keyof SchedulerOptions)[] = [
  'store',
  'name',
  'instanceId',
  'jobs',
  'jobClassResolver',
  'jobFactory',
  'retries',
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
  'plugins',
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
    retries: retriesOf(options.retries ?? {}),
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
    plugins: pluginsOf(options.plugins ?? {}),
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
  if (!isObject(value) || Array.isArray(value))
    throw invalidArgument(`options.${option}`, value, 'an object');
  return value;
}

function storeOf(store: JobStore): JobStore {
  const usable =
    isObject(store) && isObject(store.capabilities) && typeof store.acquireNextTriggers === 'function';
  if (!usable) throw invalidArgument('options.store', store, 'a job store, such as `new MemoryJobStore()`');
  return store;
}

function nameOf(option: string, value: string): string {
  if (
    typeof value !== 'string' ||
    value.length === 0 ||
    value.length > LONGEST_NAME ||
    value.includes('\0')
  ) {
    throw invalidArgument(
      `options.${option}`,
      value,
      `a string of 1 to ${LONGEST_NAME} characters without U+0000`,
    );
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
    if (typeof jobClass !== 'function')
      throw invalidArgument(`options.jobs.${name}`, jobClass, 'a class or a function');
  }
  return jobs;
}

function withMethods<T extends object>(
  option: string,
  value: T | undefined,
  methods: readonly string[],
): T | null {
  if (value === undefined) return null;
  const missing = methods.filter(
    (method) => typeof (value as Record<string, unknown> | null)?.[method] !== 'function',
  );
  if (missing.length > 0) {
    throw invalidArgument(
      `options.${option}`,
      value,
      `an object with ${methods.map((name) => `${name}()`).join(', ')}`,
    );
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

function retriesOf(retries: Readonly<Record<string, RetryPolicy>>): Map<string, ResolvedRetryPolicy> {
  plain('retries', retries);
  return new Map(
    Object.entries(retries).map(([name, policy]) => [
      name,
      checkRetryPolicy(`options.retries.${name}`, policy),
    ]),
  );
}

function pluginsOf(
  plugins: Readonly<Record<string, SchedulerPlugin>>,
): Readonly<Record<string, SchedulerPlugin>> {
  plain('plugins', plugins);
  for (const [name, plugin] of Object.entries(plugins)) {
    if (!isObject(plugin)) throw invalidArgument(`options.plugins.${name}`, plugin, 'a plugin: an object');
  }
  return plugins;
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
