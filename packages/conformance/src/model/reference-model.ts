/**
 * The contract, once more: a small model that shares nothing with any store but the arithmetic of fire times. It is
 * written to be compared with, rule by rule, and does nothing fast. This half stores, removes, pauses and resumes.
 *
 * @module
 */
import {
  afterMisfire,
  type Calendar,
  type GroupMatcher,
  type JobDetail,
  type Key,
  type Trigger,
  withCalendar,
} from '@ametrine/core';
import { byFire, idOf, ModelState, type ModelTrigger, type Notices, names, Refusal } from './model-state.js';

/** Which triggers a pause or a resume is about. */
export type Selection = (trigger: Trigger) => boolean;

/** The model's half that changes the schedule. */
export class ScheduleModel {
  readonly state: ModelState = new ModelState();
  readonly misfireThresholdMs: number;
  /** What the steps since the last {@link ScheduleModel.takeNotices} have to tell. */
  #notices: Notices = { misfired: [], finalized: [], inError: [], deleted: [] };

  constructor(misfireThresholdMs: number) {
    this.misfireThresholdMs = misfireThresholdMs;
  }

  protected get notices(): Notices {
    return this.#notices;
  }

  /** What the last steps have to tell; then it is forgotten. */
  takeNotices(): Notices {
    const taken = this.#notices;
    this.#notices = { misfired: [], finalized: [], inError: [], deleted: [] };
    return taken;
  }

  /** @rule JS-STO-01, JS-STO-02 */
  storeJob(job: JobDetail, replace: boolean): void {
    if (!replace && this.state.job(job.key) !== null) throw new Refusal('ERR_ALREADY_EXISTS');
    this.state.jobs.set(idOf(job.key), job);
  }

  /** @rule JS-STO-03 to JS-STO-05 */
  storeTrigger(trigger: Trigger, replace: boolean): void {
    if (!replace && this.state.trigger(trigger.key) !== null) throw new Refusal('ERR_ALREADY_EXISTS');
    if (this.state.job(trigger.jobKey) === null) throw new Refusal('ERR_JOB_NOT_FOUND');
    this.#putNew(trigger, this.state.trigger(trigger.key));
  }

  /** @rule JS-STO-06, JS-STO-07 */
  storeMany(entries: readonly { job: JobDetail; triggers: readonly Trigger[] }[], replace: boolean): void {
    const jobs = entries.map(({ job }) => idOf(job.key));
    const triggers = entries.flatMap((entry) => entry.triggers);
    const keys = triggers.map(({ key }) => idOf(key));
    const doubled = new Set(jobs).size < jobs.length || new Set(keys).size < keys.length;
    const taken =
      jobs.some((id) => this.state.jobs.has(id)) || keys.some((id) => this.state.triggers.has(id));
    if (doubled || (!replace && taken)) throw new Refusal('ERR_ALREADY_EXISTS');
    for (const { job } of entries) this.state.jobs.set(idOf(job.key), job);
    for (const trigger of triggers) this.#putNew(trigger, this.state.trigger(trigger.key));
  }

  /** @rule JS-STO-08 */
  replaceTrigger(key: Key, trigger: Trigger): 'replaced' | 'absent' {
    const old = this.state.trigger(key);
    if (old === null) return 'absent';
    if (idOf(old.trigger.jobKey) !== idOf(trigger.jobKey)) throw new Refusal('ERR_JOB_MISMATCH');
    if (idOf(key) !== idOf(trigger.key)) {
      if (this.state.trigger(trigger.key) !== null) throw new Refusal('ERR_ALREADY_EXISTS');
      this.state.triggers.delete(idOf(key));
    }
    this.#putNew(trigger, old);
    return 'replaced';
  }

  #putNew(trigger: Trigger, old: ModelTrigger | null): void {
    const previousFireAt = trigger.previousFireAt ?? old?.trigger.previousFireAt ?? null;
    // While everything is paused the groups of new triggers are paused by name, too (JS-PAU-08).
    if (this.state.paused.all) this.state.paused.triggers.add(trigger.key.group);
    const state =
      trigger.nextFireAt === null ? 'complete' : this.state.isHeld(trigger) ? 'paused' : 'waiting';
    this.state.put({ trigger: { ...trigger, previousFireAt }, state, token: null });
  }

  /** @rule JS-REM-01, JS-REM-02 */
  removeJobs(keys: readonly Key[]): 'removed' | 'absent' {
    const found = keys.map((key) => this.state.job(key) !== null);
    for (const key of keys) {
      if (!this.state.jobs.delete(idOf(key))) continue;
      for (const { trigger } of this.state.triggersOf(key)) this.state.triggers.delete(idOf(trigger.key));
    }
    return found.includes(false) ? 'absent' : 'removed';
  }

  /** @rule JS-REM-02 to JS-REM-04 */
  removeTriggers(keys: readonly Key[]): 'removed' | 'absent' {
    const found = keys.map((key) => this.state.trigger(key));
    for (const key of keys) this.state.triggers.delete(idOf(key));
    for (const record of found) if (record !== null) this.removeOrphan(record.trigger.jobKey);
    return found.includes(null) ? 'absent' : 'removed';
  }

  /** @rule JS-REM-03, JS-REM-04 */
  protected removeOrphan(jobKey: Key): void {
    const job = this.state.job(jobKey);
    if (job === null || job.durable || this.state.triggersOf(jobKey).length > 0) return;
    this.state.jobs.delete(idOf(jobKey));
    this.notices.deleted.push(jobKey);
  }

  /** @rule JS-REM-06 */
  clear(): void {
    const { jobs, triggers, calendars, executions, paused } = this.state;
    for (const contents of [jobs, triggers, calendars, executions, paused.triggers, paused.jobs])
      contents.clear();
    paused.all = false;
  }

  /** @rule JS-CAL-01, JS-CAL-03, JS-CAL-04 */
  storeCalendar(
    name: string,
    calendar: Calendar,
    options: { replace: boolean; update: boolean; now: number },
  ): void {
    const known = this.state.calendars.has(name);
    if (known && !options.replace) throw new Refusal('ERR_ALREADY_EXISTS');
    this.state.calendars.set(name, calendar);
    if (!known || !options.update) return;
    for (const { trigger: old, state } of this.state.allTriggers) {
      if (old.calendarName !== name || old.nextFireAt === null || state === 'complete') continue;
      const trigger = withCalendar(old, calendar, options.now, this.misfireThresholdMs);
      if (trigger.nextFireAt === null) this.notices.finalized.push(trigger);
      const spent = trigger.nextFireAt === null && state !== 'error';
      this.state.put({
        trigger,
        state: spent ? 'complete' : state === 'acquired' ? 'waiting' : state,
        token: null,
      });
    }
  }

  /** @rule JS-CAL-02 */
  removeCalendar(name: string): 'removed' | 'absent' {
    if (!this.state.calendars.has(name)) return 'absent';
    if (this.state.allTriggers.some(({ trigger }) => trigger.calendarName === name)) {
      throw new Refusal('ERR_CALENDAR_IN_USE');
    }
    this.state.calendars.delete(name);
    return 'removed';
  }

  /** @rule JS-PAU-01, JS-PAU-11 */
  pause(selected: Selection): void {
    for (const { trigger, state } of this.state.allTriggers) {
      if (!selected(trigger) || (state !== 'waiting' && state !== 'acquired')) continue;
      this.state.put({ trigger, state: 'paused', token: null });
    }
  }

  /** @rule JS-PAU-03, JS-PAU-05 */
  pauseGroups(of: 'triggers' | 'jobs', matcher: GroupMatcher): readonly string[] {
    const groups = new Set(this.#groups(of).filter((group) => names(matcher, group)));
    if ('equals' in matcher) groups.add(matcher.equals);
    for (const group of groups) this.state.paused[of].add(group);
    this.pause(({ key, jobKey }) => groups.has(of === 'triggers' ? key.group : jobKey.group));
    return [...groups].sort();
  }

  /** @rule JS-PAU-08 */
  pauseAll(): void {
    for (const group of this.#groups('triggers')) this.state.paused.triggers.add(group);
    this.state.paused.all = true;
    this.pause(() => true);
  }

  /**
   * Resumes, and applies misfire instructions.
   *
   * @param told - ids of triggers that the store has told of as misfired: it may handle others of the selection, which
   *   were waiting, in the same step
   * @rule JS-PAU-02
   */
  resume(selected: Selection, now: number, told: ReadonlySet<string>): void {
    const resumed = new Set<string>();
    for (const { trigger, state } of this.state.allTriggers) {
      if (state !== 'paused' || !selected(trigger)) continue;
      resumed.add(idOf(trigger.key));
      this.state.put({ trigger, state: 'waiting', token: null });
    }
    for (const record of this.#misfired(now)) {
      const id = idOf(record.trigger.key);
      if (resumed.has(id) || (told.has(id) && selected(record.trigger))) this.#applyMisfire(record, now);
    }
  }

  /** @rule JS-PAU-06, JS-PAU-07 */
  resumeGroups(
    of: 'triggers' | 'jobs',
    matcher: GroupMatcher,
    now: number,
    told: ReadonlySet<string>,
  ): readonly string[] {
    const { paused } = this.state;
    const forgotten = [...paused[of]].filter((group) => names(matcher, group));
    for (const group of forgotten) paused[of].delete(group);
    const members = this.#groups(of).filter((group) => names(matcher, group));
    this.resume(
      ({ key, jobKey }) =>
        of === 'triggers'
          ? names(matcher, key.group) && !paused.jobs.has(jobKey.group)
          : names(matcher, jobKey.group) && !paused.triggers.has(key.group),
      now,
      told,
    );
    return [...new Set([...forgotten, ...members])].sort();
  }

  /** @rule JS-PAU-09 */
  resumeAll(now: number, told: ReadonlySet<string>): void {
    this.state.paused.triggers.clear();
    this.state.paused.jobs.clear();
    this.state.paused.all = false;
    this.resume(() => true, now, told);
  }

  /** @rule JS-PAU-10 */
  reset(key: Key): void {
    const record = this.state.trigger(key);
    if (record?.state !== 'error') return;
    const { trigger } = record;
    const state =
      trigger.nextFireAt === null ? 'complete' : this.state.isHeld(trigger) ? 'paused' : 'waiting';
    this.state.put({ trigger, state, token: null });
  }

  /** @rule JS-MIS-01 to JS-MIS-05 */
  misfires(now: number, limit: number): { readonly handled: number; readonly hasMore: boolean } {
    const found = this.#misfired(now);
    for (const record of found.slice(0, limit)) this.#applyMisfire(record, now);
    return { handled: Math.min(limit, found.length), hasMore: found.length > limit };
  }

  /** Those that have misfired and may be handled, in the order in which they are. */
  #misfired(now: number): readonly ModelTrigger[] {
    return this.state.allTriggers
      .filter(
        ({ trigger, state }) =>
          state === 'waiting' && this.hasMisfired(trigger, now) && !this.state.isBusy(trigger.jobKey),
      )
      .sort((a, b) => byFire(a.trigger, b.trigger));
  }

  /** @rule JS-MIS-01 */
  protected hasMisfired({ nextFireAt, misfireInstruction }: Trigger, now: number): boolean {
    return (
      nextFireAt !== null && nextFireAt < now - this.misfireThresholdMs && misfireInstruction !== 'ignore'
    );
  }

  #applyMisfire({ trigger: old }: ModelTrigger, now: number): void {
    const trigger = afterMisfire(old, this.state.calendarOf(old), now);
    this.notices.misfired.push(old);
    if (trigger.nextFireAt === null) this.notices.finalized.push(trigger);
    this.state.put({ trigger, state: trigger.nextFireAt === null ? 'complete' : 'waiting', token: null });
  }

  #groups(of: 'triggers' | 'jobs'): readonly string[] {
    const keys =
      of === 'jobs'
        ? [...this.state.jobs.values()].map(({ key }) => key)
        : this.state.allTriggers.map(({ trigger }) => trigger.key);
    return [...new Set(keys.map(({ group }) => group))];
  }
}
