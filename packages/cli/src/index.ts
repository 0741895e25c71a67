/**
 * For configuration files that are modules: types, and a function that gives an editor something to check against.
 *
 * @module
 */
import type { RunConfig } from './config.js';

export type { JobsConfig, RunConfig, ScheduleEntry, StoreConfig } from './config.js';

/** Gives the configuration back as it is. `export default defineConfig({ … })` has its types checked. */
export function defineConfig(config: RunConfig): RunConfig {
  return config;
}
