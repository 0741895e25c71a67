/**
 * Everything the store keeps, and how to take back what a step did to it.
 *
 * @module
 */
import type { Calendar, GroupMatcher, JobDetail, JobKey, Trigger, TriggerKey } from '@ametrine/core';
import {
  type ExecutionRecord,
  type PausedGroups,
  type StoreCounts,
  type StoredTriggerState,
  sameKey,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { JobEntry, TriggerEntry } from './entries.js';
import { GroupIndex } from './group-index.js';
import { WaitingTriggers } from './waiting-triggers.js';

const NOTHING_PAUSED: PausedGroups = Object.freeze({ triggerGroups: [], jobGroups: [], all: false });

/** What {@link Tables.clear} replaces as a whole. */
class Contents {
  readonly jobs: GroupIndex<JobEntry> = new GroupIndex();
  readonly triggers: GroupIndex<TriggerEntry> = new GroupIndex();
  readonly waiting: WaitingTriggers = new WaitingTriggers();
  readonly executions: Map<string, ExecutionRecord> = new Map();
  readonly calendars: Map<string, Calendar> = new Map();
  /** The triggers that name a calendar, by its name. */
  readonly calendarUsers: Map<string, Set<TriggerEntry>> = new Map();
  /** Jobs that exist; `jobs` also holds what only triggers or executions point at. */
  jobCount = 0;
  paused: PausedGroups = NOTHING_PAUSED;
}

/** What stood under a key before a step changed it; null when nothing did. All have the same shape, for speed. */
type BeforeImage =
  | { readonly of: 'job'; readonly key: JobKey; readonly before: JobDetail | null }
  | { readonly of: 'trigger'; readonly key: TriggerKey; readonly before: TriggerRecord | null }
  | { readonly of: 'execution'; readonly key: string; readonly before: ExecutionRecord | null }
  | { readonly of: 'calendar'; readonly key: string; readonly before: Calendar | null }
  | { readonly of: 'paused'; readonly key: null; readonly before: PausedGroups }
  | { readonly of: 'contents'; readonly key: null; readonly before: Contents };

/** Jobs, triggers, executions, calendars and pauses, each found by key and by what it belongs to. */
export class Tables {
  #contents = new Contents();
  /** What the step under way has changed, in order; null while there is none. */
  #undo: BeforeImage[] | null = null;

  // Steps

  /** Begins a step. There is one at a time. */
  begin(): void {
    this.#undo = [];
  }

  /** Ends the step: what it did stays. */
  commit(): void {
    this.#undo = null;
  }

  /** Ends the step: what it did is undone, the last thing first. */
  rollBack(): void {
    const undo = this.#undo ?? [];
    this.#undo = null;
    for (let image = undo.pop(); image !== undefined; image = undo.pop()) this.#restore(image);
  }

  #restore({ of, key, before }: BeforeImage): void {
    switch (of) {
      case 'job':
        if (before === null) this.removeJob(key);
        else this.putJob(before);
        return;
      case 'trigger': {
        const entry = this.trigger(key);
        if (before !== null) this.putTrigger(before.trigger, before.state, before.fireInstanceId);
        else if (entry !== undefined) this.removeTrigger(entry);
        return;
      }
      case 'execution':
        if (before === null) this.removeExecution(key);
        else this.putExecution(before);
        return;
      case 'calendar':
        if (before === null) this.removeCalendar(key);
        else this.putCalendar(key, before);
        return;
      case 'paused':
        this.putPaused(before);
        return;
      case 'contents':
        this.#contents = before;
    }
  }

  /** Runs `work`, which does not wait for anything, as one step: when it throws, nothing has happened. */
  atomically<T>(work: () => T): T {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  // Reading

  /** A job's entry; undefined when there is neither a job nor anything that points at it. */
  job(key: JobKey): JobEntry | undefined {
    return this.#contents.jobs.get(key);
  }

  /** A trigger; undefined when there is none. */
  trigger(key: TriggerKey): TriggerEntry | undefined {
    return this.#contents.triggers.get(key);
  }

  /** An execution by its token; undefined when there is none. */
  execution(fireInstanceId: string): ExecutionRecord | undefined {
    return this.#contents.executions.get(fireInstanceId);
  }

  /** A calendar; null when there is none. */
  calendar(name: string): Calendar | null {
    return this.#contents.calendars.get(name) ?? null;
  }

  /** Which groups are paused. */
  get paused(): PausedGroups {
    return this.#contents.paused;
  }

  /** The triggers that wait for their time. */
  get waiting(): WaitingTriggers {
    return this.#contents.waiting;
  }

  /** Every entry of a job whose group matches, also of one that does not exist. */
  jobsMatching(matcher: GroupMatcher): Iterable<JobEntry> {
    return this.#contents.jobs.matching(matcher);
  }

  /** Every trigger whose group matches. */
  triggersMatching(matcher: GroupMatcher): Iterable<TriggerEntry> {
    return this.#contents.triggers.matching(matcher);
  }

  /** The triggers that name a calendar. */
  calendarUsers(name: string): Iterable<TriggerEntry> {
    return this.#contents.calendarUsers.get(name) ?? [];
  }

  /** Every execution. */
  executions(): Iterable<ExecutionRecord> {
    return this.#contents.executions.values();
  }

  /** The groups that have triggers. */
  triggerGroups(): Iterable<string> {
    return this.#contents.triggers.groups();
  }

  /** The groups that have jobs. */
  jobGroups(): readonly string[] {
    const { jobs } = this.#contents;
    return [...jobs.groups()].filter((group) => {
      for (const job of jobs.inGroup(group)) if (job.detail !== null) return true;
      return false;
    });
  }

  /** The names of all calendars. */
  calendarNames(): Iterable<string> {
    return this.#contents.calendars.keys();
  }

  /** How much there is. */
  counts(): StoreCounts {
    const { jobCount, triggers, calendars } = this.#contents;
    return { jobs: jobCount, triggers: triggers.size, calendars: calendars.size };
  }

  // Jobs

  /** Puts a job, or another detail in the place of one. */
  putJob(detail: JobDetail): void {
    const job = this.#jobEntry(detail.key);
    const before = job.detail;
    job.detail = detail;
    if (before === null) this.#contents.jobCount += 1;
    this.#contents.waiting.admit(job);
    this.#undo?.push({ of: 'job', key: detail.key, before });
  }

  /** Removes a job, and not its triggers. An absent key is ignored. */
  removeJob(key: JobKey): void {
    const job = this.#contents.jobs.get(key);
    const before = job?.detail ?? null;
    if (job === undefined || before === null) return;
    job.detail = null;
    this.#contents.jobCount -= 1;
    this.#contents.waiting.admit(job);
    this.#forgetUnused(job);
    this.#undo?.push({ of: 'job', key, before });
  }

  // Triggers

  /** Puts a trigger, or another in the place of one. */
  putTrigger(trigger: Trigger, state: StoredTriggerState, fireInstanceId: string | null): void {
    const existing = this.#contents.triggers.get(trigger.key);
    if (existing !== undefined) {
      this.changeTrigger(existing, trigger, state, fireInstanceId);
      return;
    }
    const entry = new TriggerEntry(trigger, state, fireInstanceId, this.#jobEntry(trigger.jobKey));
    this.#contents.triggers.add(trigger.key, entry);
    this.#joinCalendar(entry);
    if (entry.isWaiting) this.#contents.waiting.add(entry);
    this.#undo?.push({ of: 'trigger', key: trigger.key, before: null });
  }

  /** Changes a trigger that is there; its key stays. */
  changeTrigger(
    entry: TriggerEntry,
    trigger: Trigger,
    state: StoredTriggerState,
    fireInstanceId: string | null,
  ): void {
    this.#undo?.push({ of: 'trigger', key: trigger.key, before: entry.toRecord() });
    const { waiting } = this.#contents;
    if (entry.place !== 'none') waiting.remove(entry);
    if (trigger !== entry.trigger) this.#relink(entry, trigger);
    entry.state = state;
    entry.fireInstanceId = fireInstanceId;
    if (entry.isWaiting) waiting.add(entry);
  }

  /** Removes a trigger, and not its job. Its entry must not be used any more. */
  removeTrigger(entry: TriggerEntry): void {
    const { key } = entry.trigger;
    const { job } = entry;
    this.#undo?.push({ of: 'trigger', key, before: entry.toRecord() });
    if (entry.place !== 'none') this.#contents.waiting.remove(entry);
    this.#leaveCalendar(entry);
    this.#contents.triggers.delete(key);
    entry.leaveJob();
    entry.letGo();
    this.#forgetUnused(job);
  }

  #relink(entry: TriggerEntry, trigger: Trigger): void {
    const oldJob = entry.job;
    const changesJob = trigger.jobKey !== oldJob.key && !sameKey(trigger.jobKey, oldJob.key);
    const changesCalendar = trigger.calendarName !== entry.trigger.calendarName;
    if (changesCalendar) this.#leaveCalendar(entry);
    entry.trigger = trigger;
    if (changesCalendar) this.#joinCalendar(entry);
    if (!changesJob) return;
    entry.leaveJob();
    entry.joinJob(this.#jobEntry(trigger.jobKey));
    this.#forgetUnused(oldJob);
  }

  #joinCalendar(entry: TriggerEntry): void {
    const { calendarName } = entry.trigger;
    if (calendarName === null) return;
    const users = this.#contents.calendarUsers.get(calendarName);
    if (users === undefined) this.#contents.calendarUsers.set(calendarName, new Set([entry]));
    else users.add(entry);
  }

  #leaveCalendar(entry: TriggerEntry): void {
    const { calendarName } = entry.trigger;
    if (calendarName === null) return;
    const users = this.#contents.calendarUsers.get(calendarName);
    users?.delete(entry);
    if (users?.size === 0) this.#contents.calendarUsers.delete(calendarName);
  }

  // Executions

  /** Puts an execution, or another in the place of one with its token. */
  putExecution(record: ExecutionRecord): void {
    const { executions } = this.#contents;
    const before = executions.get(record.fireInstanceId) ?? null;
    this.#undo?.push({ of: 'execution', key: record.fireInstanceId, before });
    executions.set(record.fireInstanceId, record);
    this.#count(record);
    if (before !== null) this.#discount(before);
  }

  /** Removes an execution. An absent token is ignored. */
  removeExecution(fireInstanceId: string): void {
    const { executions } = this.#contents;
    const before = executions.get(fireInstanceId);
    if (before === undefined) return;
    this.#undo?.push({ of: 'execution', key: fireInstanceId, before });
    executions.delete(fireInstanceId);
    this.#discount(before);
  }

  /**
   * Makes the executions of a job take over its flag: whether it may run twice is a matter of the job as it is stored
   * now (JS-ACQ-08). Says whether one had another.
   */
  flagExecutions({ key, nonConcurrent }: JobDetail): boolean {
    if ((this.#contents.jobs.get(key)?.executions ?? 0) === 0) return false;
    const outdated = [...this.#contents.executions.values()].filter(
      (record) => record.nonConcurrent !== nonConcurrent && sameKey(record.jobKey, key),
    );
    for (const record of outdated) this.putExecution({ ...record, nonConcurrent });
    return outdated.length > 0;
  }

  #count(record: ExecutionRecord): void {
    const job = this.#jobEntry(record.jobKey);
    job.executions += 1;
    if (record.state === 'executing') job.running += 1;
    if (record.nonConcurrent) job.exclusive += 1;
  }

  #discount(record: ExecutionRecord): void {
    const job = this.#jobEntry(record.jobKey);
    job.executions -= 1;
    if (record.state === 'executing') job.running -= 1;
    if (record.nonConcurrent) {
      job.exclusive -= 1;
      this.#contents.waiting.admit(job);
    }
    this.#forgetUnused(job);
  }

  // The rest

  /** Puts a calendar, or another in the place of one. */
  putCalendar(name: string, calendar: Calendar): void {
    const before = this.calendar(name);
    this.#contents.calendars.set(name, calendar);
    this.#undo?.push({ of: 'calendar', key: name, before });
  }

  /** Removes a calendar. An absent name is ignored. */
  removeCalendar(name: string): void {
    const before = this.calendar(name);
    if (before === null) return;
    this.#contents.calendars.delete(name);
    this.#undo?.push({ of: 'calendar', key: name, before });
  }

  /** Replaces the whole of what is paused. */
  putPaused(paused: PausedGroups): void {
    this.#undo?.push({ of: 'paused', key: null, before: this.#contents.paused });
    this.#contents.paused = paused;
  }

  /** Removes everything. */
  clear(): void {
    this.#undo?.push({ of: 'contents', key: null, before: this.#contents });
    this.#contents = new Contents();
  }

  #jobEntry(key: JobKey): JobEntry {
    const { jobs } = this.#contents;
    let job = jobs.get(key);
    if (job === undefined) {
      job = new JobEntry(key);
      jobs.add(key, job);
    }
    return job;
  }

  #forgetUnused(job: JobEntry): void {
    if (job.isUnused) this.#contents.jobs.delete(job.key);
  }
}
