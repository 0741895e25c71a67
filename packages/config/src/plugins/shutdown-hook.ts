/**
 * A shutdown in order when the process is told to end.
 *
 * @module
 */
import { checkKnownKeys, type PluginContext, type SchedulerPlugin } from '@ametrine/core';
import { flagOption } from './option-checks.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What {@link ShutdownHookPlugin} takes. */
export interface ShutdownHookOptions {
  /** Wait for the runs under way. @defaultValue true */
  readonly cleanShutdown?: boolean | string | undefined;
}

/**
 * Shuts the scheduler down on SIGINT, SIGTERM and SIGHUP, and then lets the signal do what it would have done without
 * the plugin. A second signal does that at once.
 */
export class ShutdownHookPlugin implements SchedulerPlugin {
  readonly #wait: boolean;
  #forget: (() => void) | null = null;

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: ShutdownHookOptions = {}) {
    checkKnownKeys('options', options, ['cleanShutdown']);
    this.#wait = flagOption('options.cleanShutdown', options.cleanShutdown, true);
  }

  initialize({ scheduler, logger }: PluginContext): void {
    const end = (signal: NodeJS.Signals): void => {
      this.shutdown();
      logger.info(`${signal}: the scheduler ${scheduler.name} shuts down`);
      const done = (): void => {
        process.kill(process.pid, signal);
      };
      scheduler.shutdown({ wait: this.#wait }).then(done, (error: unknown) => {
        logger.error(`The scheduler ${scheduler.name} did not shut down: ${String(error)}`);
        done();
      });
    };
    for (const signal of SIGNALS) process.on(signal, end);
    this.#forget = () => {
      for (const signal of SIGNALS) process.off(signal, end);
    };
  }

  shutdown(): void {
    this.#forget?.();
    this.#forget = null;
  }
}
