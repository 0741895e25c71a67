/**
 * The storage primitives over one transaction: reads go to the server, changes stay here until the commit, and reads
 * see them.
 *
 * @module
 */
import type { Calendar, GroupMatcher, JobDetail, JobKey, TriggerKey, TriggerState } from '@ametrine/core';
import {
  type DueQuery,
  type Effects,
  type ExecutionRecord,
  type ExecutionSelection,
  type InstanceRecord,
  isStandIn,
  keyText,
  type MisfiredQuery,
  matchesGroup,
  type PausedGroups,
  publicState,
  type StoreCounts,
  type StoredTriggerState,
  type StoreTransaction,
  sameKey,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import { decodeGroup, decodeName, encodeName, idOf, keyOf } from '../ids.js';
import { readCalendar } from '../records/calendar-text.js';
import { previousFireIn, readExecution, readInstance } from '../records/execution-text.js';
import { readJob, readJobAnyway } from '../records/job-text.js';
import { readTrigger, type TriggerText } from '../records/trigger-text.js';
import type { Base } from './base.js';
import { Changes } from './changes.js';
import { type DueRange, firstInOrder, firstOf } from './due-order.js';
import { executionFilter, isSelected, overlaid, storedIds } from './selections.js';
import { TriggerReader } from './trigger-reader.js';

/** One transaction. */
export class RedisTransaction implements StoreTransaction {
  /** What the commit is to write. */
  readonly changes: Changes = new Changes();
  readonly #base: Base;
  readonly #reader: TriggerReader;
  readonly #mayWrite: boolean;
  readonly #previousFires = new Map<string, string>();

  /** @param effects - null in a transaction that only reads: what is damaged is then an error, not a stand-in */
  constructor(base: Base, effects: Effects | null) {
    this.#base = base;
    this.#mayWrite = effects !== null;
    this.#reader = new TriggerReader(effects, (id) => this.changes.damaged.add(id));
  }

  /** The fire before the one of an execution, as it was read. */
  previousFireOf(token: string): string {
    return this.#previousFires.get(token) ?? '';
  }

  // Jobs

  async getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]> {
    return this.#jobs(keys.map(idOf));
  }

  async #jobs(ids: readonly string[]): Promise<readonly JobDetail[]> {
    const { jobs, cleared } = this.changes;
    const unknown = cleared ? [] : ids.filter((id) => !jobs.has(id));
    const stored = unknown.length === 0 ? null : await this.#base.values('jobs', unknown);
    return ids.flatMap((id) => {
      const changed = jobs.get(id);
      if (changed !== undefined) return changed === null ? [] : [changed];
      const value = stored?.get(id);
      if (value === undefined) return [];
      return [this.#mayWrite ? readJobAnyway(id, value) : readJob(id, value)];
    });
  }

  async putJobs(jobs: readonly JobDetail[]): Promise<void> {
    for (const job of jobs) this.changes.jobs.set(idOf(job.key), job);
  }

  async removeJobs(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) this.changes.jobs.set(idOf(key), null);
  }

  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    return this.#jobs(await this.#jobIds(matcher));
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    return (await this.#jobIds(matcher)).map(keyOf);
  }

  async #jobIds(matcher: GroupMatcher): Promise<readonly string[]> {
    const stored = this.changes.cleared ? [] : await this.#base.matching('jobs', matcher);
    return overlaid(stored, this.changes.jobs, (job) => matchesGroup(matcher, job.key.group));
  }

  async jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]> {
    const found: JobKey[] = [];
    for (const key of jobKeys) {
      // One more than this transaction may have removed.
      const limit = this.changes.triggers.size + 1;
      const stored = this.changes.cleared
        ? []
        : await storedIds(this.#base, { by: 'job', jobKey: key }, limit);
      const belongs = ({ trigger }: TriggerRecord): boolean => sameKey(trigger.jobKey, key);
      if (overlaid(stored, this.changes.triggers, belongs).length > 0) found.push(key);
    }
    return found;
  }

  async listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    const changed = of === 'jobs' ? this.changes.jobs : this.changes.triggers;
    if (changed.size === 0 && !this.changes.cleared) return this.#base.groups(of);
    const keys =
      of === 'jobs'
        ? await this.listJobKeys({ anything: true })
        : await this.listTriggerKeys({ anything: true });
    return [...new Set(keys.map(({ group }) => group))];
  }

  // Triggers

  async getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]> {
    return this.#records(keys.map(idOf));
  }

  /** Records by id, changed or as stored. */
  async #records(ids: readonly string[]): Promise<readonly TriggerRecord[]> {
    const { triggers, cleared } = this.changes;
    const unknown = cleared ? [] : ids.filter((id) => !triggers.has(id));
    const stored = new Map(
      (unknown.length === 0 ? [] : await this.#base.triggers(unknown)).map((text) => [text.id, text]),
    );
    return ids.flatMap((id) => {
      const changed = triggers.get(id);
      if (changed !== undefined) return changed === null ? [] : [changed];
      const text = stored.get(id);
      return text === undefined ? [] : [this.#reader.read(text)];
    });
  }

  async putTriggers(records: readonly TriggerRecord[]): Promise<void> {
    for (const record of records) {
      if (!isStandIn(record)) this.changes.triggers.set(idOf(record.trigger.key), record);
    }
  }

  async removeTriggers(keys: readonly TriggerKey[]): Promise<void> {
    for (const key of keys) this.changes.triggers.set(idOf(key), null);
  }

  async selectTriggers(
    selection: TriggerSelection,
    limit: number = Number.POSITIVE_INFINITY,
  ): Promise<readonly TriggerRecord[]> {
    if (selection.by === 'keys') return this.getTriggers(selection.keys);
    const most = limit + this.changes.triggers.size;
    const stored = this.changes.cleared ? [] : await storedIds(this.#base, selection, most);
    const ids = overlaid(stored, this.changes.triggers, (record) => isSelected(selection, record));
    const found = (await this.#records(ids)).filter((record) => isSelected(selection, record));
    return found.slice(0, limit);
  }

  /** What users are told of a trigger's state: asked of what is stored, at one moment. */
  async publicStateOf(key: TriggerKey): Promise<TriggerState> {
    const id = idOf(key);
    const [value, jobRuns] = await this.#base.stateOf(id);
    if (value === null) return 'none';
    // What is in error may be so because it cannot be read.
    return value.startsWith('e') ? 'error' : publicState(readTrigger({ id, value, large: '' }), jobRuns);
  }

  async listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]> {
    const records = await this.#records(await this.#triggerIds(group));
    return records.filter(({ trigger }) => matchesGroup(jobGroup, trigger.jobKey.group));
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    return (await this.#triggerIds(matcher)).map(keyOf);
  }

  async #triggerIds(matcher: GroupMatcher): Promise<readonly string[]> {
    const stored = this.changes.cleared ? [] : await this.#base.matching('triggers', matcher);
    return overlaid(stored, this.changes.triggers, ({ trigger }) => matchesGroup(matcher, trigger.key.group));
  }

  async transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void> {
    const selected = (await this.selectTriggers(selection)).filter(({ state }) => from.includes(state));
    await this.putTriggers(selected.map(({ trigger }) => ({ trigger, state: to, fireInstanceId: null })));
  }

  async selectDue(query: DueQuery): Promise<readonly TriggerRecord[]> {
    const { noLaterThan, misfiredBefore, limit } = query;
    const after = query.after?.trigger ?? null;
    const least = after?.nextFireAt ?? Number.NEGATIVE_INFINITY;
    const to = String(noLaterThan);
    const ranges: readonly DueRange[] = [
      { set: 'due', from: Math.max(misfiredBefore, least), to },
      { set: 'due_ignore', from: after === null ? '-inf' : least, to },
      { set: 'parked', from: after === null ? '-inf' : least, to },
    ];
    const isDue = ({ trigger, state }: TriggerRecord): boolean =>
      state === 'waiting' &&
      trigger.nextFireAt !== null &&
      trigger.nextFireAt <= noLaterThan &&
      (trigger.nextFireAt >= misfiredBefore || trigger.misfireInstruction === 'ignore');
    return this.#inFireOrder(ranges, isDue, query.exceptJobs, after, limit);
  }

  async selectMisfired(query: MisfiredQuery): Promise<readonly TriggerRecord[]> {
    const { before, limit, selection, exceptJobs } = query;
    const isMisfired = (record: TriggerRecord): boolean =>
      record.state === 'waiting' &&
      record.trigger.nextFireAt !== null &&
      record.trigger.nextFireAt < before &&
      record.trigger.misfireInstruction !== 'ignore';
    if (selection.by === 'all') {
      const ranges = (['due', 'parked'] as const).map(
        (set): DueRange => ({ set, from: '-inf', to: `(${before}` }),
      );
      return this.#inFireOrder(ranges, isMisfired, exceptJobs, null, limit);
    }
    const except = new Set(exceptJobs.map(keyText));
    return firstInOrder((await this.selectTriggers(selection)).filter(isMisfired), null, limit, except);
  }

  async #inFireOrder(
    ranges: readonly DueRange[],
    isWanted: (record: TriggerRecord) => boolean,
    exceptJobs: readonly JobKey[],
    after: TriggerRecord['trigger'] | null,
    limit: number,
  ): Promise<readonly TriggerRecord[]> {
    const except = new Set(exceptJobs.map(keyText));
    const found = [...this.changes.triggers.values()].filter((record) => record !== null && isWanted(record));
    const read = (text: TriggerText): TriggerRecord | null => {
      if (this.changes.triggers.has(text.id)) return null;
      const record = this.#reader.read(text);
      return firstInOrder([record], after, 1, except).length === 1 && isWanted(record) ? record : null;
    };
    if (!this.changes.cleared) {
      for (const range of ranges) found.push(...(await firstOf(this.#base, range, limit, read)));
    }
    return firstInOrder(found as TriggerRecord[], after, limit, except);
  }

  // Calendars

  async getCalendar(name: string): Promise<Calendar | null> {
    const changed = this.changes.calendars.get(name);
    if (changed !== undefined || this.changes.cleared) return changed ?? null;
    const field = encodeName(name);
    const text = (await this.#base.values('calendars', [field])).get(field);
    return text === undefined ? null : readCalendar(name, text, this.#mayWrite);
  }

  async putCalendar(name: string, calendar: Calendar): Promise<void> {
    this.changes.calendars.set(name, calendar);
  }

  async removeCalendar(name: string): Promise<void> {
    this.changes.calendars.set(name, null);
  }

  async listCalendarNames(): Promise<readonly string[]> {
    const stored = this.changes.cleared ? [] : await this.#base.fields('calendars');
    return overlaid(stored.map(decodeName), this.changes.calendars, () => true);
  }

  // Paused groups

  async getPausedGroups(): Promise<PausedGroups> {
    if (this.changes.paused !== null) return this.changes.paused;
    const fields = this.changes.cleared ? [] : await this.#base.fields('paused');
    const of = (letter: string): string[] =>
      fields.filter((field) => field.startsWith(letter)).map((field) => decodeGroup(field.slice(1)));
    return { triggerGroups: of('t'), jobGroups: of('j'), all: fields.includes('a') };
  }

  async putPausedGroups(paused: PausedGroups): Promise<void> {
    this.changes.paused = paused;
  }

  // Executions

  async selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]> {
    const stored = await this.#storedExecutions(selection);
    for (const [token, value] of stored) this.#previousFires.set(token, previousFireIn(value));
    const isWanted = executionFilter(selection);
    const found: ExecutionRecord[] = [];
    for (const [token, value] of stored) {
      if (this.changes.executions.has(token)) continue;
      const execution = readExecution(token, value);
      if (isWanted(execution)) found.push(execution);
    }
    for (const execution of this.changes.executions.values()) {
      if (execution !== null && isWanted(execution)) found.push(execution);
    }
    return found;
  }

  async #storedExecutions(selection: ExecutionSelection): Promise<ReadonlyMap<string, string>> {
    if (this.changes.cleared) return new Map();
    if (selection.by === 'ids') return this.#base.values('runs', selection.fireInstanceIds);
    if (selection.by === 'jobs') {
      // Nearly always there is none, and then one look at the counts is enough.
      const running = await this.#base.values('live', selection.jobKeys.map(idOf));
      if (running.size === 0) return new Map();
    }
    return this.#base.entries('runs');
  }

  async putExecutions(records: readonly ExecutionRecord[]): Promise<void> {
    for (const record of records) this.changes.executions.set(record.fireInstanceId, record);
  }

  async removeExecutions(fireInstanceIds: readonly string[]): Promise<void> {
    for (const token of fireInstanceIds) this.changes.executions.set(token, null);
  }

  // Instances

  async listInstances(): Promise<readonly InstanceRecord[]> {
    const { instances } = this.changes;
    const stored = await this.#base.entries('instances');
    const found = [...stored].filter(([name]) => !instances.has(name));
    const changed = [...instances.values()].filter((instance) => instance !== null);
    return [...found.map(([name, value]) => readInstance(name, value)), ...changed];
  }

  async putInstance(record: InstanceRecord): Promise<void> {
    this.changes.instances.set(record.instanceId, record);
  }

  async removeInstance(instanceId: string): Promise<void> {
    this.changes.instances.set(instanceId, null);
  }

  // Everything

  async clear(): Promise<void> {
    const { jobs, triggers, executions, calendars, damaged } = this.changes;
    for (const changes of [jobs, triggers, executions, calendars, damaged]) changes.clear();
    this.changes.paused = null;
    this.changes.cleared = true;
  }

  async counts(): Promise<StoreCounts> {
    const calendars = (await this.listCalendarNames()).length;
    if (!this.changes.isEmpty) {
      const any = { anything: true } as const;
      const jobs = (await this.#jobIds(any)).length;
      return { jobs, triggers: (await this.#triggerIds(any)).length, calendars };
    }
    const counted = await this.#base.values('meta', ['jobs', 'triggers']);
    return { jobs: Number(counted.get('jobs')), triggers: Number(counted.get('triggers')), calendars };
  }
}
