/**
 * Code that lives with a scheduler.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { JobStore } from '../spi/job-store.js';
import type { Scheduler } from './scheduler.js';

/** What a plugin is given. */
export interface PluginContext {
  /** What the scheduler's options call the plugin. */
  readonly name: string;
  /** Not started yet, and its store not open: a place to add listeners. */
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The scheduler's store, open: for what the scheduler has no call for. */
  openStore(): Promise<JobStore>;
}

/**
 * Something that comes and goes with its scheduler. Every method is optional. One plugin object belongs to one
 * scheduler.
 */
export interface SchedulerPlugin {
  /** Called once, while the scheduler is made, in the order of the options. What it throws, `createScheduler` throws. */
  initialize?(context: PluginContext): void;
  /**
   * Called at the first start, once the store is open and recovered, before anything fires; awaited. What it throws, the
   * start throws; a start that is tried again calls those plugins again that have not started.
   */
  start?(): unknown;
  /**
   * Called at the shutdown, when no run is waited for any more and before the store is closed, in reverse order;
   * awaited. What it throws is reported.
   */
  shutdown?(): unknown;
}
