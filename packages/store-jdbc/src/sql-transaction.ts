/**
 * The storage primitives as SQL.
 *
 * @module
 */
import type { Calendar, GroupMatcher, JobDetail, JobKey, TriggerKey } from '@ametrine/core';
import {
  CALENDAR_STAND_IN,
  type CalendarsByName,
  type DueQuery,
  type Effects,
  type ExecutionRecord,
  type ExecutionSelection,
  encodeCalendar,
  encodeData,
  type InstanceRecord,
  isSchedulerError,
  isStandIn,
  keyText,
  type MisfiredQuery,
  matchesGroup,
  type PausedGroups,
  SchedulerError,
  type StoreCounts,
  type StoredTriggerState,
  type StoreTransaction,
  showKey,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import { calendarsIn, readJobAnyway, readTriggerOrStandIn } from './damage.js';
import type { Driver } from './drivers/driver.js';
import {
  executionValues,
  jobValues,
  LARGE_DATA,
  readExecution,
  readInstance,
  readJob,
  readKey,
  readTrigger,
  triggerValues,
} from './records.js';
import { readScan, type Scanned, tellOfDamage } from './scan.js';
import type { SqlScope } from './scope.js';
import type { SqlRow } from './sql.js';
import * as calendars from './statements/calendars.js';
import * as claims from './statements/claim.js';
import * as executions from './statements/executions.js';
import * as instances from './statements/instances.js';
import * as jobs from './statements/jobs.js';
import * as pausing from './statements/pausing.js';
import * as schedulers from './statements/schedulers.js';
import * as triggers from './statements/triggers.js';

/** The primitives over one open transaction of a driver. */
export class SqlTransaction implements StoreTransaction {
  readonly driver: Driver;
  readonly scope: SqlScope;
  /** What the step has to tell; null when it only reads. */
  readonly effects: Effects | null;

  constructor(driver: Driver, scope: SqlScope, effects: Effects | null) {
    this.driver = driver;
    this.scope = scope;
    this.effects = effects;
  }

  // Jobs

  async getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]> {
    if (keys.length === 0) return [];
    const rows = await this.driver.query(jobs.selectJobs(this.scope, keys));
    return rows.map((row) => (this.effects === null ? readJob(row).job : readJobAnyway(row)));
  }

  async putJobs(details: readonly JobDetail[]): Promise<void> {
    const latest = latestByKey(details, (job) => job.key);
    const ids = await this.jobIds(latest.map((job) => job.key));
    const known = latest.filter((job) => ids.has(keyText(job.key)));
    const fresh = latest.filter((job) => !ids.has(keyText(job.key)));
    const updates = known.map((job) => [...jobValues(job), ids.get(keyText(job.key)) as number]);
    if (updates.length > 0) await this.driver.executeEach(jobs.updateJobs(this.scope, updates));
    if (fresh.length > 0) await this.driver.executeEach(jobs.insertJobs(this.scope, fresh.map(jobValues)));
  }

  async removeJobs(keys: readonly JobKey[]): Promise<void> {
    const ids = [...(await this.jobIds(keys)).values()];
    if (ids.length > 0) await this.driver.execute(jobs.deleteJobs(this.scope, ids));
  }

  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    const groups = await this.#groups('jobs', matcher);
    return (await this.driver.query(jobs.selectJobsOfGroups(this.scope, groups))).map(
      (row) => readJob(row).job,
    );
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    const groups = await this.#groups('jobs', matcher);
    return (await this.driver.query(jobs.selectJobKeys(this.scope, groups))).map(([group, name]) =>
      readKey(group, name),
    );
  }

  /** The row ids of the jobs that exist, by {@link keyText}. */
  async jobIds(keys: readonly JobKey[]): Promise<ReadonlyMap<string, number>> {
    if (keys.length === 0) return new Map();
    const rows = await this.driver.query(jobs.selectJobIds(this.scope, keys));
    return new Map(rows.map(([position, id]) => [keyText(keys[position as number] as JobKey), id as number]));
  }

  // Triggers

  async getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]> {
    return keys.length === 0 ? [] : this.selectTriggers({ by: 'keys', keys });
  }

  async putTriggers(records: readonly TriggerRecord[]): Promise<void> {
    const latest = latestByKey(
      records.filter((record) => !isStandIn(record)),
      ({ trigger }) => trigger.key,
    );
    if (latest.length === 0) return;
    const jobIds = await this.jobIds(
      latestByKey(
        latest.map(({ trigger }) => trigger.jobKey),
        (key) => key,
      ),
    );
    const rows = await this.driver.query(
      triggers.selectTriggerIds(
        this.scope,
        latest.map(({ trigger }) => trigger.key),
      ),
    );
    const ids = new Map(rows.map(([position, id]) => [position as number, id as number]));
    await this.spill(rows.filter(([, , , hasRun]) => hasRun === 1).map(([, id]) => id as number));

    const updates: SqlRow[] = [];
    const fresh: SqlRow[] = [];
    const large: SqlRow[] = [];
    const largeOfFresh: (readonly [place: number, data: string])[] = [];
    latest.forEach((record, position) => {
      const { trigger } = record;
      const jobId = jobIds.get(keyText(trigger.jobKey));
      if (jobId === undefined) throw noJob(trigger.jobKey);
      const data = encodeData(trigger.data);
      const values = triggerValues(record, jobId, data);
      const id = ids.get(position);
      const isLarge = data.length > LARGE_DATA;
      if (id === undefined) {
        if (isLarge) largeOfFresh.push([fresh.length, data]);
        fresh.push(values);
      } else {
        if (isLarge) large.push([id, data]);
        updates.push([...values, id]);
      }
    });
    if (ids.size > 0) {
      await this.driver.executeEach(triggers.updateTriggers(this.scope, updates));
      await this.driver.execute(triggers.deleteTriggerData(this.scope, [...ids.values()]));
    }
    const freshIds = await this.driver.insertEach(triggers.insertTriggers(this.scope, fresh));
    for (const [place, data] of largeOfFresh) large.push([freshIds[place] as number, data]);
    if (large.length > 0) await this.driver.executeEach(triggers.insertTriggerData(this.scope, large));
  }

  async removeTriggers(keys: readonly TriggerKey[]): Promise<void> {
    if (keys.length === 0) return;
    const rows = await this.driver.query(triggers.selectTriggerIds(this.scope, keys));
    await this.removeTriggerRows(rows.map(([, id]) => id as number));
  }

  /** Removes triggers by the ids of their rows; executions on the rows stay. */
  async removeTriggerRows(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.driver.execute(executions.spillRuns(this.scope, ids));
    await this.driver.execute(triggers.deleteTriggerData(this.scope, ids));
    await this.driver.execute(triggers.deleteTriggers(this.scope, ids));
  }

  /** Moves the executions on the rows of triggers to the table. */
  async spill(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.driver.execute(executions.spillRuns(this.scope, ids));
    await this.driver.execute(executions.clearRuns(this.scope, ids));
  }

  async selectTriggers(selection: TriggerSelection, limit?: number): Promise<readonly TriggerRecord[]> {
    const rows = await this.driver.query(triggers.selectTriggers(this.scope, selection, limit ?? null));
    if (this.effects === null) return rows.map((row) => readTrigger(row, jobKeyOf(row)).record);
    const damaged: number[] = [];
    const setAside = (row: SqlRow, error: unknown): void => {
      // What is in error already was told of before.
      if (row[4] !== 'error') damaged.push(tellOfDamage(this, row, error));
    };
    const records = rows.map((row) => readTriggerOrStandIn(row, jobKeyOf(row), setAside).record);
    if (damaged.length > 0) await this.driver.execute(triggers.setUnreadable(this.scope, damaged));
    return records;
  }

  async listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]> {
    const groups = await this.#groups('triggers', group);
    const jobGroups = await this.#groups('jobs', jobGroup);
    const rows = await this.driver.query(triggers.selectTriggersOfGroups(this.scope, groups, jobGroups));
    return rows.map((row) => readTrigger(row, jobKeyOf(row)).record);
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    const groups = await this.#groups('triggers', matcher);
    const rows = await this.driver.query(triggers.selectTriggerKeys(this.scope, groups));
    return rows.map(([group, name]) => readKey(group, name));
  }

  async transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void> {
    const { scope, driver } = this;
    if (scope.dialect.changesWhatItFinds || !NEEDS_SUBQUERY.has(selection.by)) {
      await driver.execute(triggers.transitionTriggers(scope, selection, from, to));
      return;
    }
    const rows = await driver.query(triggers.selectTriggerIdsIn(scope, selection, from));
    const ids = rows.map(([id]) => id as number);
    if (ids.length > 0) await driver.execute(triggers.setState(scope, ids, to));
  }

  async selectDue(query: DueQuery): Promise<readonly TriggerRecord[]> {
    const exceptJobs = jobs.jobIdsOf(this.scope, query.exceptJobs);
    const range = { ...query, after: query.after?.trigger ?? null, exceptJobs, exceptClasses: NO_CLASSES };
    return this.#scan(async () => {
      const rows = await this.selectDueRows(range);
      const jobIds = [...new Set(rows.map((row) => row[3] as number))];
      const keys = await this.driver.query(jobs.selectJobKeysById(this.scope, jobIds));
      const byId = new Map(keys.map(([id, group, name]) => [id as number, readKey(group, name)]));
      return readScan(this, rows, (row) => byId.get(row[3] as number));
    });
  }

  async selectMisfired(query: MisfiredQuery): Promise<readonly TriggerRecord[]> {
    const exceptJobs = jobs.jobIdsOf(this.scope, query.exceptJobs);
    return this.#scan(async () => {
      const rows = await this.driver.query(claims.selectMisfired(this.scope, { ...query, exceptJobs }));
      return readScan(this, rows, jobKeyOf);
    });
  }

  /** Rows of triggers as `readTrigger` reads them, in fire order. */
  async selectDueRows(range: claims.DueRange): Promise<readonly SqlRow[]> {
    const halves = await this.driver.queryAll(claims.selectDue(this.scope, range, this.effects !== null));
    return claims.mergeDue(halves, range.limit);
  }

  async #scan(scan: () => Promise<Scanned>): Promise<readonly TriggerRecord[]> {
    let scanned = await scan();
    while (scanned.setAside > 0) scanned = await scan();
    return scanned.triggers.map(({ record }) => record);
  }

  async jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]> {
    if (jobKeys.length === 0) return [];
    const rows = await this.driver.query(jobs.selectJobsWithTriggers(this.scope, jobKeys));
    return rows.map(([group, name]) => readKey(group, name));
  }

  async listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    const statement = of === 'jobs' ? jobs.selectJobGroups : triggers.selectTriggerGroups;
    return (await this.driver.query(statement(this.scope))).map(([group]) => String(group));
  }

  /** The groups that a matcher chooses among those that have members; null when it chooses any. */
  async #groups(of: 'jobs' | 'triggers', matcher: GroupMatcher): Promise<readonly string[] | null> {
    if ('anything' in matcher) return null;
    if ('equals' in matcher) return [matcher.equals];
    return (await this.listGroups(of)).filter((group) => matchesGroup(matcher, group));
  }

  // Calendars

  async getCalendar(name: string): Promise<Calendar | null> {
    const found = (await this.calendarsOf([name])).get(name);
    if (!isSchedulerError(found)) return found ?? null;
    if (this.effects === null) throw found;
    return CALENDAR_STAND_IN;
  }

  /** Those of the calendars that exist, by name; in the place of one that cannot be read, the reason. */
  async calendarsOf(names: readonly string[]): Promise<CalendarsByName> {
    if (names.length === 0) return new Map();
    return calendarsIn(await this.driver.query(calendars.selectCalendars(this.scope, names)));
  }

  async putCalendar(name: string, calendar: Calendar): Promise<void> {
    await this.removeCalendar(name);
    await this.driver.executeEach(calendars.insertCalendar(this.scope, name, encodeCalendar(calendar)));
  }

  async removeCalendar(name: string): Promise<void> {
    await this.driver.execute(calendars.deleteCalendar(this.scope, name));
  }

  async listCalendarNames(): Promise<readonly string[]> {
    return (await this.driver.query(calendars.selectCalendarNames(this.scope))).map(([name]) => String(name));
  }

  // Paused groups

  async getPausedGroups(): Promise<PausedGroups> {
    return pausing.readPausedGroups(await this.driver.query(pausing.selectPausedGroups(this.scope)));
  }

  async putPausedGroups(paused: PausedGroups): Promise<void> {
    await this.driver.execute(pausing.deletePausedGroups(this.scope));
    await this.driver.executeEach(pausing.insertPausedGroups(this.scope, paused));
  }

  // Locks of steps that run beside others: triggers first, jobs behind them in the order of their ids

  /** Locks triggers, where the database needs that. */
  async lockTriggers(keys: readonly TriggerKey[]): Promise<void> {
    if (this.scope.dialect.rowLocks === null || keys.length === 0) return;
    await this.driver.execute(triggers.lockTriggers(this.scope, keys));
  }

  /** Locks jobs, where the database needs that. */
  async lockJobs(ids: readonly number[]): Promise<void> {
    if (this.scope.dialect.rowLocks === null || ids.length === 0) return;
    await this.driver.execute(jobs.lockJobs(this.scope, ids));
  }

  // Executions

  async selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]> {
    return (await this.driver.query(executions.selectExecutions(this.scope, selection))).map(readExecution);
  }

  async putExecutions(records: readonly ExecutionRecord[]): Promise<void> {
    if (records.length === 0) return;
    const latest = [...new Map(records.map((record) => [record.fireInstanceId, record])).values()];
    await this.removeExecutions(latest.map((record) => record.fireInstanceId));
    await this.driver.executeEach(executions.insertExecutions(this.scope, latest.map(executionValues)));
  }

  async removeExecutions(fireInstanceIds: readonly string[]): Promise<void> {
    if (fireInstanceIds.length === 0) return;
    await this.driver.execute(executions.clearRunsByToken(this.scope, fireInstanceIds));
    await this.driver.execute(executions.deleteExecutions(this.scope, fireInstanceIds));
  }

  // Instances

  async listInstances(): Promise<readonly InstanceRecord[]> {
    return (await this.driver.query(instances.selectInstances(this.scope))).map(readInstance);
  }

  async putInstance(record: InstanceRecord): Promise<void> {
    await this.removeInstance(record.instanceId);
    await this.driver.executeEach(instances.insertInstance(this.scope, record));
  }

  async removeInstance(instanceId: string): Promise<void> {
    await this.driver.execute(instances.deleteInstance(this.scope, instanceId));
  }

  // Everything

  async clear(): Promise<void> {
    for (const statement of schedulers.deleteAll(this.scope)) await this.driver.execute(statement);
  }

  async counts(): Promise<StoreCounts> {
    const [row] = await this.driver.query(schedulers.selectCounts(this.scope));
    const [jobCount, triggerCount, calendarCount] = row ?? [];
    return { jobs: Number(jobCount), triggers: Number(triggerCount), calendars: Number(calendarCount) };
  }
}

/** Selections that are made by a subquery. */
const NEEDS_SUBQUERY: ReadonlySet<TriggerSelection['by']> = new Set(['jobGroup']);
const NO_CLASSES: ReadonlySet<string> = new Set();

/** The key of a trigger's job, in statements that select it behind the trigger. */
function jobKeyOf(row: SqlRow): JobKey {
  return readKey(row[19], row[20]);
}

/** The values with the last of those that share a key. */
function latestByKey<T>(values: readonly T[], keyOf: (value: T) => JobKey): readonly T[] {
  return [...new Map(values.map((value) => [keyText(keyOf(value)), value])).values()];
}

function noJob(key: JobKey): SchedulerError {
  return new SchedulerError('ERR_JOB_NOT_FOUND', `There is no job ${showKey(key)}`, {
    details: { job: showKey(key) },
  });
}
