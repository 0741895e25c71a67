/**
 * `@ametrine/core/plugins`: the plugins that come with the scheduler.
 *
 * @module
 */
export { type JobInterruptMonitorOptions, JobInterruptMonitorPlugin } from './job-interrupt-monitor.js';
export { type LoggingJobHistoryOptions, LoggingJobHistoryPlugin } from './logging-job-history.js';
export { type LoggingTriggerHistoryOptions, LoggingTriggerHistoryPlugin } from './logging-trigger-history.js';
export {
  RUN_HISTORY_GROUP,
  type RunHistoryOptions,
  RunHistoryPlugin,
  type RunRecord,
  readRunHistory,
} from './run-history.js';
export { type ShutdownHookOptions, ShutdownHookPlugin } from './shutdown-hook.js';
