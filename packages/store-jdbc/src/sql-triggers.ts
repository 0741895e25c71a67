/**
 * The storage primitives about triggers, as SQL.
 *
 * @module
 */
import type { GroupMatcher, JobKey, TriggerKey } from '@ametrine/core';
import {
  type DueQuery,
  encodeData,
  isStandIn,
  keyText,
  type MisfiredQuery,
  SchedulerError,
  type StoredTriggerState,
  showKey,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import { readTriggerOrStandIn } from './damage.js';
import { LARGE_DATA, readKey, readTrigger, triggerValues } from './records.js';
import { readScan, type Scanned, tellOfDamage } from './scan.js';
import type { SqlRow } from './sql.js';
import { latestByKey, SqlJobs } from './sql-jobs.js';
import * as claims from './statements/claim.js';
import * as executions from './statements/executions.js';
import * as jobs from './statements/jobs.js';
import * as triggers from './statements/triggers.js';

/** The part of an open transaction that is about triggers. */
export abstract class SqlTriggers extends SqlJobs {
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
    const groups = await this.groups('triggers', group);
    const jobGroups = await this.groups('jobs', jobGroup);
    const rows = await this.driver.query(triggers.selectTriggersOfGroups(this.scope, groups, jobGroups));
    return rows.map((row) => readTrigger(row, jobKeyOf(row)).record);
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    const groups = await this.groups('triggers', matcher);
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

  /** Locks triggers, before any job, where the database needs that. */
  async lockTriggers(keys: readonly TriggerKey[]): Promise<void> {
    if (this.scope.dialect.rowLocks === null || keys.length === 0) return;
    await this.driver.execute(triggers.lockTriggers(this.scope, keys));
  }
}

/** Selections that are made by a subquery. */
const NEEDS_SUBQUERY: ReadonlySet<TriggerSelection['by']> = new Set(['jobGroup']);
const NO_CLASSES: ReadonlySet<string> = new Set();

/** The key of a trigger's job, in statements that select it behind the trigger. */
function jobKeyOf(row: SqlRow): JobKey {
  return readKey(row[19], row[20]);
}

function noJob(key: JobKey): SchedulerError {
  return new SchedulerError('ERR_JOB_NOT_FOUND', `There is no job ${showKey(key)}`, {
    details: { job: showKey(key) },
  });
}
