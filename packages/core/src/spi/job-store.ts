/**
 * The JobStore SPI: everything the scheduler asks of a store. `spec/jobstore.md` holds the numbered rules; most
 * stores extend {@link JobStoreSupport} and never implement this interface by hand.
 *
 * Every call is one atomic step: it happens whole or not at all. Instants are epoch ms and come from the caller.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import type { GroupMatcher } from '../group-matcher.js';
import type { JobDetail } from '../job.js';
import type { JobKey, TriggerKey } from '../key.js';
import type { Trigger, TriggerState } from '../trigger.js';
import type { StoreCapabilities } from './capabilities.js';
import type { JobClassResolver } from './job-class.js';
import type {
  AcquiredTrigger,
  AcquireRequest,
  AcquireResult,
  CheckIn,
  Completion,
  CompletionOutcome,
  FireResult,
  MisfirePass,
  Recovery,
  RemoveOutcome,
  ReplaceOutcome,
  StoreCounts,
} from './results.js';
import type { StoreSignals } from './signals.js';

/** What a store is given when it is opened. */
export interface StoreContext {
  /** Everything a store keeps is scoped by this name (JS-LIF-06). */
  readonly schedulerName: string;
  /** This node's name within the cluster. */
  readonly instanceId: string;
  readonly signals: StoreSignals;
  /** The resolver of the scheduler's own configuration: what `getJobClassResolver()` answers unless overridden. */
  readonly jobClassResolver: JobClassResolver;
}

/** Time, for calls whose effect depends on it. */
export interface AtTime {
  /** Epoch ms. */
  readonly now: number;
}

/** Whether a key that exists may be overwritten. */
export interface ReplaceOption {
  /** @defaultValue false: an existing key is `ERR_ALREADY_EXISTS` */
  readonly replace?: boolean;
}

/** How {@link JobStore.storeCalendar} treats what is there. */
export interface StoreCalendarOptions extends ReplaceOption, AtTime {
  /** Recompute the next fire time of every trigger that names the calendar. @defaultValue false */
  readonly updateTriggers?: boolean;
}

/** A job with triggers of it. */
export interface JobWithTriggers {
  readonly job: JobDetail;
  readonly triggers: readonly Trigger[];
}

/** Chooses triggers by group and by their job's group. */
export interface TriggerQuery {
  /** @defaultValue any group */
  readonly group?: GroupMatcher;
  /** @defaultValue any group */
  readonly jobGroup?: GroupMatcher;
}

/** What does not belong into a transaction of the application: it would hold up every node until that ends. */
type NeverJoined =
  | 'initialize'
  | 'schedulerStarted'
  | 'shutdown'
  | 'join'
  | `pause${string}`
  | `resume${string}`
  | 'resetTriggerFromErrorState'
  | 'acquireNextTriggers'
  | 'releaseAcquiredTriggers'
  | 'triggersFired'
  | 'triggeredJobsComplete'
  | 'recoverMisfires'
  | 'checkIn';

/** The calls of a store that may be part of a transaction of the application: storing, removing and reading. */
export type JoinedCalls = {
  [Call in keyof JobStore as Call extends NeverJoined ? never : Call]: JobStore[Call];
};

/** A store's part in a transaction of the application. Its calls come one after another. */
export interface JoinedStore extends JoinedCalls {
  /** Sends the signals that were kept: the transaction is committed. When it was rolled back nothing is called. @rule JS-TXN-02 */
  committed(): void;
}

/** The SPI. */
export interface JobStore {
  readonly capabilities: StoreCapabilities;

  // Lifecycle

  /** Opens the store, once; creates or checks its schema; starts no timer and touches no live row. @rule JS-LIF-01 */
  initialize(context: StoreContext): Promise<void>;
  /**
   * Called once, before anything is acquired: recovers what earlier lives of this node, and dead nodes, left
   * behind. In a cluster this is the first check-in. @rule JS-REC-01
   */
  schedulerStarted(options: AtTime & { readonly checkInIntervalMs: number }): Promise<readonly Recovery[]>;
  /** Gives back what this node still holds unfired, leaves the cluster, closes what the store opened. Idempotent. @rule JS-LIF-04 */
  shutdown(): Promise<void>;

  // Storing

  /** @rule JS-STO-01 */
  storeJob(job: JobDetail, options?: ReplaceOption): Promise<void>;
  /** @rule JS-STO-03 */
  storeTrigger(trigger: Trigger, options?: ReplaceOption): Promise<void>;
  /** Stores both or neither; never replaces. @rule JS-STO-06 */
  storeJobAndTrigger(job: JobDetail, trigger: Trigger): Promise<void>;
  /** Stores all or nothing, in a bounded number of round trips. @rule JS-STO-07 */
  storeJobsAndTriggers(entries: readonly JobWithTriggers[], options?: ReplaceOption): Promise<void>;
  /** Removes the job and its triggers. @rule JS-REM-01 */
  removeJob(key: JobKey): Promise<RemoveOutcome>;
  /** @rule JS-REM-02 */
  removeJobs(keys: readonly JobKey[]): Promise<RemoveOutcome>;
  /** Removes the trigger, and its job when that is not durable and has no other. @rule JS-REM-03 */
  removeTrigger(key: TriggerKey): Promise<RemoveOutcome>;
  /** @rule JS-REM-02 */
  removeTriggers(keys: readonly TriggerKey[]): Promise<RemoveOutcome>;
  /** Puts another trigger of the same job in the place of one. @rule JS-STO-08 */
  replaceTrigger(key: TriggerKey, trigger: Trigger): Promise<ReplaceOutcome>;
  /** Removes everything of this scheduler's name. @rule JS-REM-06 */
  clearAllSchedulingData(): Promise<void>;

  /**
   * The calls that may be part of the application's own transaction, as a part of that one: what the store's driver
   * calls a transaction, or the connection it is open on. Stores without the capability `transactions: 'join'` lack it,
   * or refuse with `ERR_UNSUPPORTED`. @rule JS-TXN-01
   */
  join?(transaction: unknown): Promise<JoinedStore>;

  // Reading

  getJob(key: JobKey): Promise<JobDetail | null>;
  getTrigger(key: TriggerKey): Promise<Trigger | null>;
  getTriggerState(key: TriggerKey): Promise<TriggerState>;
  /** All jobs whose group matches, in key order. */
  listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]>;
  /** In key order. */
  listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]>;
  /** Groups that have jobs, sorted. */
  listJobGroups(): Promise<readonly string[]>;
  /** All triggers that the query chooses, in key order. */
  listTriggers(query: TriggerQuery): Promise<readonly Trigger[]>;
  /** In key order. */
  listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]>;
  /** Groups that have triggers, sorted. */
  listTriggerGroups(): Promise<readonly string[]>;
  /** In key order; empty when there is no such job. */
  listTriggersOfJob(key: JobKey): Promise<readonly Trigger[]>;
  /** The waiting triggers that will fire next, in fire order, at most `limit`. */
  listUpcomingTriggers(limit: number): Promise<readonly Trigger[]>;
  getCounts(): Promise<StoreCounts>;

  // Calendars

  /** @rule JS-CAL-01 */
  storeCalendar(name: string, calendar: Calendar, options: StoreCalendarOptions): Promise<void>;
  /** A calendar that a trigger names is `ERR_CALENDAR_IN_USE`. @rule JS-CAL-02 */
  removeCalendar(name: string): Promise<RemoveOutcome>;
  getCalendar(name: string): Promise<Calendar | null>;
  /** Sorted. */
  listCalendarNames(): Promise<readonly string[]>;

  // Pausing. A call that takes a matcher answers the groups it paused or resumed, sorted.

  /** @rule JS-PAU-01 */
  pauseTrigger(key: TriggerKey): Promise<void>;
  /** @rule JS-PAU-03 */
  pauseTriggers(matcher: GroupMatcher): Promise<readonly string[]>;
  pauseJob(key: JobKey): Promise<void>;
  /** @rule JS-PAU-05 */
  pauseJobs(matcher: GroupMatcher): Promise<readonly string[]>;
  /** @rule JS-PAU-08 */
  pauseAll(): Promise<void>;
  /** @rule JS-PAU-02 */
  resumeTrigger(key: TriggerKey, options: AtTime): Promise<void>;
  resumeTriggers(matcher: GroupMatcher, options: AtTime): Promise<readonly string[]>;
  resumeJob(key: JobKey, options: AtTime): Promise<void>;
  resumeJobs(matcher: GroupMatcher, options: AtTime): Promise<readonly string[]>;
  /** @rule JS-PAU-09 */
  resumeAll(options: AtTime): Promise<void>;
  /** Sorted, without any internal marker. */
  listPausedTriggerGroups(): Promise<readonly string[]>;
  /** Sorted. */
  listPausedJobGroups(): Promise<readonly string[]>;
  /** @rule JS-PAU-10 */
  resetTriggerFromErrorState(key: TriggerKey): Promise<void>;

  // Firing

  /** @rule JS-ACQ-01 */
  acquireNextTriggers(request: AcquireRequest): Promise<AcquireResult>;
  /** Gives claims back; ignores those that are not this caller's any more. @rule JS-REL-01 */
  releaseAcquiredTriggers(acquired: readonly AcquiredTrigger[]): Promise<void>;
  /** One result per input, in order. @rule JS-FIR-01 */
  triggersFired(acquired: readonly AcquiredTrigger[], options: AtTime): Promise<readonly FireResult[]>;
  /** One outcome per input, in order. @rule JS-CMP-01 */
  triggeredJobsComplete(
    completions: readonly Completion[],
    options: AtTime,
  ): Promise<readonly CompletionOutcome[]>;
  /** Applies misfire instructions, oldest first, at most `limit` triggers. Acquiring does this by itself. @rule JS-MIS-02 */
  recoverMisfires(options: AtTime & { readonly limit: number }): Promise<MisfirePass>;

  // Cluster

  /** Says that this node lives, and recovers nodes that do not. Without clustering it does nothing. @rule JS-CLU-01 */
  checkIn(options: AtTime): Promise<CheckIn>;
}
