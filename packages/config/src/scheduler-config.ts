/**
 * The configuration of a scheduler as data: what a JSON file holds, and what a `quartz.properties` means.
 *
 * @module
 */
import type { JobClass, ShutdownInterruption } from '@ametrine/core';

/**
 * Which store, and its options. `type` is `memory`, `sqlite`, `postgres`, `mysql`, `mongodb` or `redis`, the name of a
 * class that the program hands over, or a class of a module: `./job-store.js#JobStore`. Everything else goes to the
 * constructor of the store, which checks it. A relative `path` is one from the configuration file's folder.
 */
export interface StoreConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** Job classes in modules under folders, found when they are first needed (`ModuleJobClassResolver`). */
export interface JobModulesConfig {
  /** A folder, or several, from the configuration file's folder. Nothing outside of them is ever imported. */
  readonly dir: string | readonly string[];
  /** Load a module again when its file changed: for development. @defaultValue false */
  readonly reload?: boolean;
  /** Packages that classes may come from too. @defaultValue none */
  readonly packages?: readonly string[];
  /** Run the jobs in worker threads; the options of `WorkerThreadResolver`. @defaultValue they run inline */
  readonly threads?: {
    readonly threads?: number;
    readonly memoryLimitMb?: number;
    readonly interruptGraceMs?: number;
    readonly idleTimeoutMs?: number;
  };
}

/** Where the job classes are: modules under folders; or classes by name, each itself or the path of its module. */
export type JobsConfig = JobModulesConfig | { readonly [jobClass: string]: string | JobClass };

/** A plugin: its class, and what is handed to its constructor. */
export interface PluginConfig {
  /** A stock plugin's name, the name of a class that the program hands over, or `./module.js#Class`. */
  readonly class: string;
  readonly [option: string]: unknown;
}

/** A scheduler's configuration. Unknown keys are errors; `${env:NAME}` in any text stands for a variable. */
export interface SchedulerConfig {
  /** Where an editor finds the schema of the file. Means nothing else. */
  readonly $schema?: string;
  /** @see SchedulerOptions.name */
  readonly name?: string;
  /** @see SchedulerOptions.instanceId */
  readonly instanceId?: string;
  /** @see SchedulerOptions.concurrency */
  readonly concurrency?: number;
  /** @see SchedulerOptions.maxBatchSize */
  readonly maxBatchSize?: number;
  /** @see SchedulerOptions.batchTimeWindowMs */
  readonly batchTimeWindowMs?: number;
  /** @see SchedulerOptions.idleWaitMs */
  readonly idleWaitMs?: number;
  /** @see SchedulerOptions.checkInIntervalMs */
  readonly checkInIntervalMs?: number;
  /** @see SchedulerOptions.interruptJobsOnShutdown */
  readonly interruptJobsOnShutdown?: ShutdownInterruption;
  /** First entries of the scheduler's context. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly store: StoreConfig;
  /** @defaultValue none */
  readonly jobs?: JobsConfig;
  /** A class with `resolve(name)` that finds what `jobs` does not: a name handed over, or `./module.js#Class`. */
  readonly jobClassResolver?: string;
  /** A function, or a class with `newJob(jobClass, bundle)`, that makes what runs: a name, or `./module.js#export`. */
  readonly jobFactory?: string;
  /** Plugins by name, in the order in which they start. @defaultValue none */
  readonly plugins?: Readonly<Record<string, PluginConfig>>;
  /** Job listeners by name, each a class like a plugin's. @defaultValue none */
  readonly jobListeners?: Readonly<Record<string, PluginConfig>>;
  /** Trigger listeners by name, each a class like a plugin's. @defaultValue none */
  readonly triggerListeners?: Readonly<Record<string, PluginConfig>>;
}
