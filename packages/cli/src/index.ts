/**
 * For configuration files that are modules: types, and a function that gives an editor something to check against.
 *
 * @module
 */
import type { RunConfig } from './config.js';

export type { JobsConfig, PluginConfig, SchedulerConfig, StoreConfig } from '@ametrine/config';
export type { RunConfig, ScheduleEntry } from './config.js';

/** Gives the configuration back as it is. `export default defineConfig({ … })` has its types checked. */
export function defineConfig(config: RunConfig): RunConfig {
  return config;
}
