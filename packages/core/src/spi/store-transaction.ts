/**
 * The storage primitives: what a store's author writes, and all that {@link JobStoreSupport} needs.
 *
 * They store and find; they decide nothing. All of a transaction's effects become visible together when its work
 * resolves, and none when it rejects; two transactions of one scheduler name never see each other's half-way
 * state, on any node. Calls within one transaction see the effects of the calls before them. Calls take lists, so
 * that a store behind a network needs one round trip where a loop would need many.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import type { GroupMatcher } from '../group-matcher.js';
import type { JobDetail } from '../job.js';
import type { JobKey, TriggerKey } from '../key.js';
import type {
  ExecutionRecord,
  InstanceRecord,
  PausedGroups,
  StoredTriggerState,
  TriggerRecord,
  TriggerSelection,
} from './records.js';
import type { StoreCounts } from './results.js';

/** Finds waiting triggers in fire order: next fire time, then higher priority, then {@link compareKeys}. */
export interface DueQuery {
  /** Triggers due at this instant or before (epoch ms). */
  readonly noLaterThan: number;
  /**
   * Leave out triggers due before this instant (epoch ms), unless their misfire instruction is `ignore`: they have
   * misfired.
   */
  readonly misfiredBefore: number;
  /** At most so many. */
  readonly limit: number;
  /** Start behind this record in fire order; null to start at the front. */
  readonly after: TriggerRecord | null;
  /** Leave out the triggers of these jobs: they are not to run twice, and are running. */
  readonly exceptJobs: readonly JobKey[];
}

/** Finds waiting triggers that misfired: due before the instant, instruction not `ignore`, in fire order. */
export interface MisfiredQuery {
  readonly before: number;
  readonly limit: number;
  /** Among these only. */
  readonly selection: TriggerSelection;
  /** Leave out the triggers of these jobs. */
  readonly exceptJobs: readonly JobKey[];
}

/** Chooses executions. */
export type ExecutionSelection =
  | { readonly by: 'ids'; readonly fireInstanceIds: readonly string[] }
  | { readonly by: 'jobs'; readonly jobKeys: readonly JobKey[] }
  | { readonly by: 'instance'; readonly instanceId: string }
  /** Those with the `nonConcurrent` flag. */
  | { readonly by: 'nonConcurrent' }
  | { readonly by: 'all' };

/** The primitives, over one open transaction. Lists may be empty. "Put" inserts, or overwrites what has the key. */
export interface StoreTransaction {
  // Jobs
  /** Those of the keys that exist, in any order. */
  getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]>;
  putJobs(jobs: readonly JobDetail[]): Promise<void>;
  /** Removes the jobs alone; their triggers are removed by other calls. Absent keys are ignored. */
  removeJobs(keys: readonly JobKey[]): Promise<void>;
  /** In any order. */
  listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]>;
  /** In any order. */
  listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]>;

  // Triggers
  /** Those of the keys that exist, in any order. */
  getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]>;
  putTriggers(records: readonly TriggerRecord[]): Promise<void>;
  /** Absent keys are ignored. Executions of the triggers stay (JS-EXE-02). */
  removeTriggers(keys: readonly TriggerKey[]): Promise<void>;
  /** In any order, at most `limit` when given. */
  selectTriggers(selection: TriggerSelection, limit?: number): Promise<readonly TriggerRecord[]>;
  /** In any order. */
  listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]>;
  /** In any order. */
  listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]>;
  /** Sets the state of those selected that are in one of the states `from`, and clears their claim. */
  transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void>;
  selectDue(query: DueQuery): Promise<readonly TriggerRecord[]>;
  selectMisfired(query: MisfiredQuery): Promise<readonly TriggerRecord[]>;
  /** Those of the jobs that have at least one trigger, in any order. */
  jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]>;
  /** Groups that have jobs, or triggers; in any order, without doubles. */
  listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]>;

  // Calendars
  getCalendar(name: string): Promise<Calendar | null>;
  putCalendar(name: string, calendar: Calendar): Promise<void>;
  /** Absent names are ignored. */
  removeCalendar(name: string): Promise<void>;
  listCalendarNames(): Promise<readonly string[]>;

  // Paused groups
  getPausedGroups(): Promise<PausedGroups>;
  /** Overwrites the whole of it. */
  putPausedGroups(paused: PausedGroups): Promise<void>;

  // Executions
  selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]>;
  putExecutions(records: readonly ExecutionRecord[]): Promise<void>;
  /** Absent ids are ignored. */
  removeExecutions(fireInstanceIds: readonly string[]): Promise<void>;

  // Instances; a store that does not cluster may keep none
  listInstances(): Promise<readonly InstanceRecord[]>;
  putInstance(record: InstanceRecord): Promise<void>;
  removeInstance(instanceId: string): Promise<void>;

  /** Everything of this scheduler's name except instances. */
  clear(): Promise<void>;
  counts(): Promise<StoreCounts>;
}
