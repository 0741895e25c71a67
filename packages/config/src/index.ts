/**
 * `@ametrine/core/config`: schedulers from configurations, and from a `quartz.properties`.
 *
 * @module
 */
export { CONFIG_KEYS, ConfigCheck } from './check-config.js';
export { configError, showConfigured } from './config-error.js';
export {
  type ConfiguredOptions,
  createSchedulerFromConfig,
  createSchedulerFromJson,
  schedulerOptionsFrom,
} from './create-configured.js';
export type { Environment } from './environment.js';
export {
  createSchedulerFromProperties,
  type ExplainedProperties,
  explainProperties,
  type PropertiesObject,
} from './from-properties.js';
export { decodeProperties, formatProperties, type PropertyEntry, parseProperties } from './properties.js';
export { QUARTZ_PREFIX, quartzKeys } from './quartz/all-keys.js';
export type { QuartzKey, StoreFamily } from './quartz/key.js';
export type { KeyNote, Translation } from './quartz/translate.js';
export type {
  JobModulesConfig,
  JobsConfig,
  PluginConfig,
  SchedulerConfig,
  StoreConfig,
} from './scheduler-config.js';
export { quartzPlugins, quartzStores, refusedPlugins, refusedStores, stockStores } from './stock.js';
