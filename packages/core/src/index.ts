/**
 * `@ametrine/core`: the model and the scheduler. Authors of stores find the SPI in `@ametrine/core/spi`, tests of
 * applications a clock and a scheduler of their own in `@ametrine/core/testing`.
 *
 * @module
 */
export type {
  AnnualCalendar,
  Calendar,
  CronCalendar,
  DailyCalendar,
  HolidayCalendar,
  MonthlyCalendar,
  WeeklyCalendar,
} from './calendars/calendar.js';
export { type CalendarSpec, checkCalendar, defineCalendar } from './calendars/calendar-spec.js';
export { isTimeIncluded, nextIncludedTime } from './calendars/inclusion.js';
export { type Clock, systemClock, type Timer } from './clock.js';
export { type CronDialect, CronParseError, type CronSource, cron } from './cron/index.js';
export type { DataValue, JobData } from './data.js';
export { type NextFireTimesOptions, nextFireTimes } from './describe.js';
export type { DurationInput } from './duration.js';
export {
  type ErrorCode,
  type ErrorDetails,
  isSchedulerError,
  SchedulerError,
  type SchedulerErrorOptions,
} from './errors.js';
export {
  afterFire,
  afterMisfire,
  finalFireAt,
  firstFireAt,
  nextFireAfter,
  withCalendar,
  withFirstFire,
} from './firing.js';
export { ANY_GROUP, type GroupMatcher, matchesGroup, OWN_GROUP_PREFIX } from './group-matcher.js';
export type { Instant } from './instant.js';
export type { JobDetail } from './job.js';
export { defineJob, type JobDefaults, type JobSpec } from './job-spec.js';
export {
  compareKeys,
  DEFAULT_GROUP,
  type JobKey,
  type Key,
  type KeyInput,
  keyText,
  RECOVERY_GROUP,
  sameKey,
  showKey,
  type TriggerKey,
} from './key.js';
export { defineKey } from './key-input.js';
export { type Logger, silentLogger } from './logger.js';
export { CascadingResolver } from './resolvers/cascading-resolver.js';
export {
  ModuleJobClassResolver,
  type ModuleJobClassResolverOptions,
  type ModuleLocation,
} from './resolvers/module-job-class-resolver.js';
export { RegistryResolver } from './resolvers/registry-resolver.js';
export { createScheduler } from './scheduler/create-scheduler.js';
export type { SchedulerStatus, ShutdownOptions, StartOptions } from './scheduler/engine.js';
export type { DraftData, JobExecutionContext } from './scheduler/execution-context.js';
export {
  isJobExecutionError,
  type JobExecutionAction,
  JobExecutionError,
  type JobExecutionErrorOptions,
} from './scheduler/job-execution-error.js';
export { JobInterruption } from './scheduler/job-interruption.js';
export type { JoinedScheduling } from './scheduler/joined-scheduling.js';
export type {
  JobListenerOptions,
  KeyMatcher,
  RemoveListener,
  TriggerListenerOptions,
} from './scheduler/listener-registry.js';
export type { JobListener, SchedulerListener, TriggerListener } from './scheduler/listeners.js';
export type { RetryPolicy } from './scheduler/retry-policy.js';
export type { RetriedFire } from './scheduler/retry-trigger.js';
export type { GroupInput, TriggerFilter } from './scheduler/schedule-reading.js';
export type {
  AddCalendarOptions,
  AddJobOptions,
  ReplaceExisting,
  ScheduleEntry,
  TriggerJobOptions,
} from './scheduler/schedule-writing.js';
export { Scheduler } from './scheduler/scheduler.js';
export type { SchedulerMetadata } from './scheduler/scheduler-metadata.js';
export type {
  InitialListeners,
  JobFactory,
  SchedulerOptions,
  ShutdownInterruption,
} from './scheduler/scheduler-options.js';
export type { PluginContext, SchedulerPlugin } from './scheduler/scheduler-plugin.js';
export type { Job, JobClass, JobClassResolver, JobConstructor, JobFunction } from './spi/job-class.js';
export type { JobStore } from './spi/job-store.js';
export type { CompletionInstruction, FiredBundle, Recovery, RemoveOutcome } from './spi/results.js';
export type {
  CalendarIntervalSchedule,
  CronSchedule,
  DailyTimeIntervalSchedule,
  IntervalUnit,
  MisfireInstruction,
  RecoveredFire,
  Schedule,
  SimpleSchedule,
  Trigger,
  TriggerState,
  Weekday,
} from './trigger.js';
export { DEFAULT_PRIORITY } from './trigger.js';
export { defineTrigger, type TriggerCommon, type TriggerDefaults, type TriggerSpec } from './trigger-spec.js';
export { checkKnownKeys, nearestKey } from './unknown-key.js';
