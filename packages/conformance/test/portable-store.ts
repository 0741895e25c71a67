/**
 * The smallest store there can be: maps, and nothing of the hot path overridden. It proves the portable half of
 * `JobStoreSupport`, and several nodes over one {@link PortableBackend} prove its cluster half.
 *
 * @module
 */
import {
  type Calendar,
  type GroupMatcher,
  type JobDetail,
  type JobKey,
  type Key,
  keyText,
  matchesGroup,
  type TriggerKey,
} from '@ametrine/core';
import {
  checkKnownKeys,
  compareDue,
  type DueQuery,
  type Effects,
  type ExecutionRecord,
  type ExecutionSelection,
  type InstanceRecord,
  JobStoreSupport,
  type MisfiredQuery,
  type PausedGroups,
  STORE_OPTION_KEYS,
  type StoreCapabilities,
  type StoreCounts,
  type StoredTriggerState,
  type StoreOptions,
  type StoreTransaction,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';

const NOTHING_PAUSED: PausedGroups = { triggerGroups: [], jobGroups: [], all: false };

/** Everything of one scheduler name. */
class Contents {
  jobs = new Map<string, JobDetail>();
  triggers = new Map<string, TriggerRecord>();
  calendars = new Map<string, Calendar>();
  executions = new Map<string, ExecutionRecord>();
  instances = new Map<string, InstanceRecord>();
  paused: PausedGroups = NOTHING_PAUSED;

  copy(): Contents {
    const copy = new Contents();
    copy.jobs = new Map(this.jobs);
    copy.triggers = new Map(this.triggers);
    copy.calendars = new Map(this.calendars);
    copy.executions = new Map(this.executions);
    copy.instances = new Map(this.instances);
    copy.paused = this.paused;
    return copy;
  }

  /** Makes the changes that lie between two earlier states of it. */
  change(before: Contents, after: Contents): void {
    changeMap(this.jobs, before.jobs, after.jobs);
    changeMap(this.triggers, before.triggers, after.triggers);
    changeMap(this.calendars, before.calendars, after.calendars);
    changeMap(this.executions, before.executions, after.executions);
    changeMap(this.instances, before.instances, after.instances);
    if (after.paused !== before.paused) this.paused = after.paused;
  }
}

function changeMap<V>(
  map: Map<string, V>,
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
): void {
  for (const key of before.keys()) if (!after.has(key)) map.delete(key);
  for (const [key, value] of after) if (before.get(key) !== value) map.set(key, value);
}

/** What the nodes of a cluster share: the contents by scheduler name, and one transaction at a time. */
export class PortableBackend {
  readonly #byName = new Map<string, Contents>();
  #last: Promise<unknown> = Promise.resolve();

  transact<T>(schedulerName: string, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      const draft = (this.#byName.get(schedulerName) ?? new Contents()).copy();
      const result = await work(new PortableTransaction(draft));
      this.#byName.set(schedulerName, draft);
      return result;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Begins a transaction of an application. */
  begin(): ApplicationTransaction {
    return new ApplicationTransaction(
      (name) => this.#byName.get(name) ?? new Contents(),
      (name, before, after) => {
        const contents = this.#byName.get(name) ?? new Contents();
        contents.change(before, after);
        this.#byName.set(name, contents);
      },
    );
  }
}

/** It sees what it did; others see that with its commit. */
export class ApplicationTransaction {
  readonly #drafts = new Map<string, { readonly before: Contents; after: Contents }>();
  readonly #read: (schedulerName: string) => Contents;
  readonly #change: (schedulerName: string, before: Contents, after: Contents) => void;
  isOpen = true;
  /** What the application hands over: the transaction itself. */
  readonly handle = this;

  constructor(
    read: (schedulerName: string) => Contents,
    change: (schedulerName: string, before: Contents, after: Contents) => void,
  ) {
    this.#read = read;
    this.#change = change;
  }

  /** Work that fails changes nothing of the transaction. */
  async transact<T>(schedulerName: string, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const before = this.#drafts.get(schedulerName)?.before ?? this.#read(schedulerName).copy();
    const draft = (this.#drafts.get(schedulerName)?.after ?? before).copy();
    const result = await work(new PortableTransaction(draft));
    this.#drafts.set(schedulerName, { before, after: draft });
    return result;
  }

  async commit(): Promise<void> {
    this.isOpen = false;
    for (const [name, { before, after }] of this.#drafts) this.#change(name, before, after);
  }

  async rollback(): Promise<void> {
    this.isOpen = false;
  }
}

export class PortableStore extends JobStoreSupport {
  readonly capabilities: StoreCapabilities = {
    durability: 'process',
    clustering: true,
    wakeup: 'poll',
    transactions: 'own',
    livenessClock: 'caller',
    timestampPrecisionMs: 1,
    maxNameLength: 200,
    maxDataBytes: 1_048_576,
    reacquireCostMs: 1,
  };
  readonly #backend: PortableBackend;

  constructor(backend: PortableBackend, options: StoreOptions = {}) {
    checkKnownKeys('options', options, STORE_OPTION_KEYS);
    super(options);
    this.#backend = backend;
  }

  protected override open(): Promise<void> {
    return Promise.resolve();
  }

  protected override close(): Promise<void> {
    return Promise.resolve();
  }

  protected override transact<T>(_effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#backend.transact(this.schedulerName, work);
  }
}

class PortableTransaction implements StoreTransaction {
  readonly #contents: Contents;

  constructor(contents: Contents) {
    this.#contents = contents;
  }

  async getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]> {
    return found(this.#contents.jobs, keys);
  }
  async putJobs(jobs: readonly JobDetail[]): Promise<void> {
    for (const job of jobs) this.#contents.jobs.set(keyText(job.key), job);
  }
  async removeJobs(keys: readonly JobKey[]): Promise<void> {
    for (const key of keys) this.#contents.jobs.delete(keyText(key));
  }
  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    return [...this.#contents.jobs.values()].filter((job) => matchesGroup(matcher, job.key.group));
  }
  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    return (await this.listJobs(matcher)).map((job) => job.key);
  }

  async getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]> {
    return found(this.#contents.triggers, keys);
  }
  async putTriggers(records: readonly TriggerRecord[]): Promise<void> {
    for (const record of records) this.#contents.triggers.set(keyText(record.trigger.key), record);
  }
  async removeTriggers(keys: readonly TriggerKey[]): Promise<void> {
    for (const key of keys) this.#contents.triggers.delete(keyText(key));
  }
  async selectTriggers(
    selection: TriggerSelection,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<readonly TriggerRecord[]> {
    return this.#triggers((record) => isSelected(selection, record)).slice(0, limit);
  }
  async listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]> {
    return this.#triggers(
      ({ trigger }) => matchesGroup(group, trigger.key.group) && matchesGroup(jobGroup, trigger.jobKey.group),
    );
  }
  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    return this.#triggers(({ trigger }) => matchesGroup(matcher, trigger.key.group)).map(
      ({ trigger }) => trigger.key,
    );
  }
  async transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void> {
    const affected = this.#triggers((record) => from.includes(record.state) && isSelected(selection, record));
    await this.putTriggers(affected.map(({ trigger }) => ({ trigger, state: to, fireInstanceId: null })));
  }
  async selectDue({
    noLaterThan,
    misfiredBefore,
    limit,
    after,
    exceptJobs,
  }: DueQuery): Promise<readonly TriggerRecord[]> {
    const except = new Set(exceptJobs.map(keyText));
    return this.#waiting()
      .filter(({ trigger }) => (trigger.nextFireAt ?? 0) <= noLaterThan)
      .filter(
        ({ trigger }) =>
          (trigger.nextFireAt ?? 0) >= misfiredBefore || trigger.misfireInstruction === 'ignore',
      )
      .filter(({ trigger }) => !except.has(keyText(trigger.jobKey)))
      .filter((record) => after === null || compareDue(after.trigger, record.trigger) < 0)
      .slice(0, limit);
  }
  async selectMisfired({
    before,
    limit,
    selection,
    exceptJobs,
  }: MisfiredQuery): Promise<readonly TriggerRecord[]> {
    const except = new Set(exceptJobs.map(keyText));
    return this.#waiting()
      .filter(({ trigger }) => (trigger.nextFireAt ?? 0) < before && trigger.misfireInstruction !== 'ignore')
      .filter((record) => isSelected(selection, record) && !except.has(keyText(record.trigger.jobKey)))
      .slice(0, limit);
  }
  async jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]> {
    const used = new Set(this.#triggers(() => true).map(({ trigger }) => keyText(trigger.jobKey)));
    return jobKeys.filter((key) => used.has(keyText(key)));
  }
  async listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    const keys: Key[] =
      of === 'jobs'
        ? [...this.#contents.jobs.values()].map((job) => job.key)
        : [...this.#contents.triggers.values()].map(({ trigger }) => trigger.key);
    return [...new Set(keys.map((key) => key.group))];
  }

  async getCalendar(name: string): Promise<Calendar | null> {
    return this.#contents.calendars.get(name) ?? null;
  }
  async putCalendar(name: string, calendar: Calendar): Promise<void> {
    this.#contents.calendars.set(name, calendar);
  }
  async removeCalendar(name: string): Promise<void> {
    this.#contents.calendars.delete(name);
  }
  async listCalendarNames(): Promise<readonly string[]> {
    return [...this.#contents.calendars.keys()];
  }

  async getPausedGroups(): Promise<PausedGroups> {
    return this.#contents.paused;
  }
  async putPausedGroups(paused: PausedGroups): Promise<void> {
    this.#contents.paused = paused;
  }

  async selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]> {
    const all = [...this.#contents.executions.values()];
    switch (selection.by) {
      case 'ids':
        return all.filter((execution) => selection.fireInstanceIds.includes(execution.fireInstanceId));
      case 'jobs': {
        const wanted = new Set(selection.jobKeys.map(keyText));
        return all.filter((execution) => wanted.has(keyText(execution.jobKey)));
      }
      case 'instance':
        return all.filter((execution) => execution.instanceId === selection.instanceId);
      case 'nonConcurrent':
        return all.filter((execution) => execution.nonConcurrent);
      case 'all':
        return all;
    }
  }
  async putExecutions(records: readonly ExecutionRecord[]): Promise<void> {
    for (const record of records) this.#contents.executions.set(record.fireInstanceId, record);
  }
  async removeExecutions(fireInstanceIds: readonly string[]): Promise<void> {
    for (const id of fireInstanceIds) this.#contents.executions.delete(id);
  }

  async listInstances(): Promise<readonly InstanceRecord[]> {
    return [...this.#contents.instances.values()];
  }
  async putInstance(record: InstanceRecord): Promise<void> {
    this.#contents.instances.set(record.instanceId, record);
  }
  async removeInstance(instanceId: string): Promise<void> {
    this.#contents.instances.delete(instanceId);
  }

  async clear(): Promise<void> {
    const { instances } = this.#contents;
    Object.assign(this.#contents, new Contents(), { instances });
  }
  async counts(): Promise<StoreCounts> {
    const { jobs, triggers, calendars } = this.#contents;
    return { jobs: jobs.size, triggers: triggers.size, calendars: calendars.size };
  }

  #triggers(chosen: (record: TriggerRecord) => boolean): TriggerRecord[] {
    return [...this.#contents.triggers.values()].filter(chosen);
  }

  #waiting(): TriggerRecord[] {
    return this.#triggers(({ state, trigger }) => state === 'waiting' && trigger.nextFireAt !== null).sort(
      (a, b) => compareDue(a.trigger, b.trigger),
    );
  }
}

function found<V>(map: ReadonlyMap<string, V>, keys: readonly Key[]): readonly V[] {
  return keys.map((key) => map.get(keyText(key))).filter((value) => value !== undefined);
}

function isSelected(selection: TriggerSelection, { trigger, state }: TriggerRecord): boolean {
  switch (selection.by) {
    case 'all':
      return true;
    case 'keys':
      return selection.keys.some((key) => keyText(key) === keyText(trigger.key));
    case 'job':
      return keyText(selection.jobKey) === keyText(trigger.jobKey);
    case 'triggerGroup':
      return trigger.key.group === selection.group;
    case 'jobGroup':
      return trigger.jobKey.group === selection.group;
    case 'calendar':
      return trigger.calendarName === selection.calendarName;
    case 'state':
      return state === selection.state;
  }
}
