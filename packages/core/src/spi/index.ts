/**
 * `@ametrine/core/spi`: what an author of a store needs, or of anything else that is built on the core.
 *
 * @module
 */
export { decodeCalendar, encodeCalendar } from '../calendars/calendar-spec.js';
export type { WallClock } from '../civil-date.js';
export { decodeData, EMPTY_DATA, encodeData } from '../data-map.js';
export { durationMs } from '../duration.js';
export { invalidArgument, isSchedulerError, SchedulerError, showValue } from '../errors.js';
export { checkTimeZone } from '../field-checks.js';
export { afterFire, afterMisfire, withCalendar } from '../firing.js';
export { type GroupMatcher, matchesGroup } from '../group-matcher.js';
export { checkJob } from '../job-spec.js';
export { compareKeys, DEFAULT_GROUP, keyText, RECOVERY_GROUP, sameKey, showKey } from '../key.js';
export { exportOf, importModule, locateUnder } from '../resolvers/allowed-module.js';
export { jobClassIn } from '../resolvers/module-job-class-resolver.js';
export { ModuleVersions } from '../resolvers/module-versions.js';
export { instantiate } from '../scheduler/instantiate.js';
export { systemTimeZone, type TimeZone, timeZone, wallClock } from '../time-zone.js';
export { checkTrigger } from '../trigger-spec.js';
export { checkKnownKeys } from '../unknown-key.js';
export type { StoreCapabilities } from './capabilities.js';
export {
  batchEnd,
  bornState,
  bundleOf,
  type CompletionDecision,
  compareDue,
  completionDecision,
  type FireDecision,
  type FireFacts,
  fireDecision,
  isBornPaused,
  publicState,
} from './decisions.js';
export { type DynamicJobStore, type DynamicOptions, dynamicJobStore } from './dynamic-job-store.js';
export { Effects } from './effects.js';
export type { ClaimRequest, ClaimResult, FireOutcome, SteadyCheckIn, UnresolvedBundle } from './hot-path.js';
export type { Job, JobClass, JobClassResolver, JobConstructor, JobFunction } from './job-class.js';
export type {
  AtTime,
  JobStore,
  JobWithTriggers,
  JoinedCalls,
  JoinedStore,
  ReplaceOption,
  StoreCalendarOptions,
  StoreContext,
  TriggerQuery,
} from './job-store.js';
export { JobStoreSupport } from './job-store-support.js';
export { decodeSchedule, encodeSchedule } from './record-codec.js';
export type {
  ExecutionRecord,
  InstanceRecord,
  PausedGroups,
  StoredTriggerState,
  TriggerRecord,
  TriggerSelection,
} from './records.js';
export type {
  AcquiredTrigger,
  AcquireRequest,
  AcquireResult,
  CheckIn,
  Completion,
  CompletionInstruction,
  CompletionOutcome,
  FiredBundle,
  FireResult,
  MisfirePass,
  NotFiredReason,
  Recovery,
  RemoveOutcome,
  ReplaceOutcome,
  StoreCounts,
} from './results.js';
export { SerialQueue } from './serial-queue.js';
export type { StoreSignals } from './signals.js';
export {
  CALENDAR_STAND_IN,
  type CalendarsByName,
  calendarNamed,
  isStandIn,
  readOrFault,
  standInFor,
} from './stand-in.js';
export { STORE_OPTION_KEYS, type StoreOptions } from './store-options.js';
export type { DueQuery, ExecutionSelection, MisfiredQuery, StoreTransaction } from './store-transaction.js';
export { inheritingPast, withGroupsBornPaused } from './support/storing.js';
