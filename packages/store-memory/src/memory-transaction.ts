/**
 * The storage primitives over the store's tables.
 *
 * @module
 */
import {
  ANY_GROUP,
  type Calendar,
  type GroupMatcher,
  type JobDetail,
  type JobKey,
  type TriggerKey,
} from '@ametrine/core';
import {
  type DueQuery,
  type ExecutionRecord,
  type ExecutionSelection,
  type InstanceRecord,
  type MisfiredQuery,
  matchesGroup,
  type PausedGroups,
  type StoreCounts,
  type StoredTriggerState,
  type StoreTransaction,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import type { JobEntry, TriggerEntry } from './entries.js';
import type { Tables } from './tables.js';

/**
 * The primitives. None of them waits for anything; they are async because those of other stores are. Isolation and
 * atomicity are the business of who opens the transaction.
 */
export class MemoryTransaction implements StoreTransaction {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  // Jobs

  async getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]> {
    return this.#jobEntries(keys).flatMap(({ detail }) => detail ?? []);
  }

  async putJobs(jobs: readonly JobDetail[]): Promise<void> {
    for (const job of jobs) this.#tables.putJob(job);
  }

  async removeJobs(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) this.#tables.removeJob(key);
  }

  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    return [...this.#tables.jobsMatching(matcher)].flatMap(({ detail }) => detail ?? []);
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    return (await this.listJobs(matcher)).map(({ key }) => key);
  }

  // Triggers

  async getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]> {
    return this.#triggerEntries(keys).map((entry) => entry.toRecord());
  }

  async putTriggers(records: readonly TriggerRecord[]): Promise<void> {
    for (const { trigger, state, fireInstanceId } of records)
      this.#tables.putTrigger(trigger, state, fireInstanceId);
  }

  async removeTriggers(keys: readonly TriggerKey[]): Promise<void> {
    for (const entry of this.#triggerEntries(keys)) this.#tables.removeTrigger(entry);
  }

  async selectTriggers(selection: TriggerSelection, limit?: number): Promise<readonly TriggerRecord[]> {
    const records: TriggerRecord[] = [];
    for (const entry of this.#selected(selection)) {
      if (records.length === limit) break;
      records.push(entry.toRecord());
    }
    return records;
  }

  async listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]> {
    const records: TriggerRecord[] = [];
    for (const entry of this.#tables.triggersMatching(group)) {
      if (matchesGroup(jobGroup, entry.job.key.group)) records.push(entry.toRecord());
    }
    return records;
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    return [...this.#tables.triggersMatching(matcher)].map(({ trigger }) => trigger.key);
  }

  async transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void> {
    for (const entry of [...this.#selected(selection)]) {
      if (from.includes(entry.state)) this.#tables.changeTrigger(entry, entry.trigger, to, null);
    }
  }

  async selectDue(query: DueQuery): Promise<readonly TriggerRecord[]> {
    const after = query.after?.trigger ?? null;
    const exceptJobs = new Set(this.#jobEntries(query.exceptJobs));
    return this.#tables.waiting.due({ ...query, after, exceptJobs }).map((entry) => entry.toRecord());
  }

  async selectMisfired(query: MisfiredQuery): Promise<readonly TriggerRecord[]> {
    const among = query.selection.by === 'all' ? null : this.#selected(query.selection);
    const exceptJobs = new Set(this.#jobEntries(query.exceptJobs));
    return this.#tables.waiting.misfired({ ...query, among, exceptJobs }).map((entry) => entry.toRecord());
  }

  async jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]> {
    return this.#jobEntries(jobKeys)
      .filter((job) => job.firstTrigger !== null)
      .map(({ key }) => key);
  }

  async listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    return of === 'jobs' ? this.#tables.jobGroups() : [...this.#tables.triggerGroups()];
  }

  // Calendars

  async getCalendar(name: string): Promise<Calendar | null> {
    return this.#tables.calendar(name);
  }

  async putCalendar(name: string, calendar: Calendar): Promise<void> {
    this.#tables.putCalendar(name, calendar);
  }

  async removeCalendar(name: string): Promise<void> {
    this.#tables.removeCalendar(name);
  }

  async listCalendarNames(): Promise<readonly string[]> {
    return [...this.#tables.calendarNames()];
  }

  // Paused groups

  async getPausedGroups(): Promise<PausedGroups> {
    return this.#tables.paused;
  }

  async putPausedGroups(paused: PausedGroups): Promise<void> {
    this.#tables.putPaused(paused);
  }

  // Executions

  async selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]> {
    switch (selection.by) {
      case 'ids':
        return [...new Set(selection.fireInstanceIds)].flatMap((id) => this.#tables.execution(id) ?? []);
      case 'jobs':
        return this.#executionsOf(new Set(this.#jobEntries(selection.jobKeys)));
      case 'instance':
        return this.#executionsThat((record) => record.instanceId === selection.instanceId);
      case 'nonConcurrent':
        return this.#executionsThat((record) => record.nonConcurrent);
      case 'all':
        return [...this.#tables.executions()];
    }
  }

  async putExecutions(records: readonly ExecutionRecord[]): Promise<void> {
    for (const record of records) this.#tables.putExecution(record);
  }

  async removeExecutions(fireInstanceIds: readonly string[]): Promise<void> {
    for (const id of fireInstanceIds) this.#tables.removeExecution(id);
  }

  // Instances: one process has no others to know of

  async listInstances(): Promise<readonly InstanceRecord[]> {
    return [];
  }

  async putInstance(): Promise<void> {}

  async removeInstance(): Promise<void> {}

  async clear(): Promise<void> {
    this.#tables.clear();
  }

  async counts(): Promise<StoreCounts> {
    return this.#tables.counts();
  }

  #jobEntries(keys: readonly JobKey[]): readonly JobEntry[] {
    return [...new Set(keys.flatMap((key) => this.#tables.job(key) ?? []))];
  }

  #triggerEntries(keys: readonly TriggerKey[]): readonly TriggerEntry[] {
    return [...new Set(keys.flatMap((key) => this.#tables.trigger(key) ?? []))];
  }

  #executionsThat(isWanted: (record: ExecutionRecord) => boolean): readonly ExecutionRecord[] {
    return [...this.#tables.executions()].filter(isWanted);
  }

  /** Executions are few: as many as run. So they are not indexed by job, only counted. */
  #executionsOf(jobs: ReadonlySet<JobEntry>): readonly ExecutionRecord[] {
    let left = 0;
    for (const job of jobs) left += job.executions;
    if (left === 0) return [];
    return this.#executionsThat(({ jobKey }) => jobs.has(this.#tables.job(jobKey) as JobEntry));
  }

  *#selected(selection: TriggerSelection): Generator<TriggerEntry, undefined> {
    switch (selection.by) {
      case 'all':
        yield* this.#tables.triggersMatching(ANY_GROUP);
        return;
      case 'keys':
        yield* this.#triggerEntries(selection.keys);
        return;
      case 'job':
        yield* this.#tables.job(selection.jobKey)?.triggers() ?? [];
        return;
      case 'triggerGroup':
        yield* this.#tables.triggersMatching({ equals: selection.group });
        return;
      case 'jobGroup':
        for (const job of this.#tables.jobsMatching({ equals: selection.group })) yield* job.triggers();
        return;
      case 'calendar':
        yield* this.#tables.calendarUsers(selection.calendarName);
        return;
      case 'state':
        for (const entry of this.#tables.triggersMatching(ANY_GROUP))
          if (entry.state === selection.state) yield entry;
    }
  }
}
