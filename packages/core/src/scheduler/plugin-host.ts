/**
 * The plugins of one scheduler, through its life.
 *
 * @module
 */
import type { PluginContext, SchedulerPlugin } from './scheduler-plugin.js';

/** Initializes, starts and ends plugins. */
export class PluginHost {
  readonly #plugins: readonly (readonly [string, SchedulerPlugin])[];
  readonly #started = new Set<SchedulerPlugin>();
  readonly #report: (message: string, error: unknown) => void;

  constructor(
    plugins: Readonly<Record<string, SchedulerPlugin>>,
    report: (message: string, error: unknown) => void,
  ) {
    this.#plugins = Object.entries(plugins);
    this.#report = report;
  }

  initialize(context: Omit<PluginContext, 'name'>): void {
    for (const [name, plugin] of this.#plugins) plugin.initialize?.({ ...context, name });
  }

  /** Starts those that have not started. */
  async start(): Promise<void> {
    for (const [, plugin] of this.#plugins) {
      if (this.#started.has(plugin)) continue;
      await plugin.start?.();
      this.#started.add(plugin);
    }
  }

  /** Ends all, also those that never started: they may hold what they were initialized with. Never throws. */
  async shutdown(): Promise<void> {
    for (const [name, plugin] of [...this.#plugins].reverse()) {
      try {
        await plugin.shutdown?.();
      } catch (error) {
        this.#report(`Plugin ${name} failed to shut down`, error);
      }
    }
  }
}
