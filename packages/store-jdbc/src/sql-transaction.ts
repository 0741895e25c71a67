/**
 * The storage primitives as SQL.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import {
  CALENDAR_STAND_IN,
  type CalendarsByName,
  type ExecutionRecord,
  type ExecutionSelection,
  encodeCalendar,
  type InstanceRecord,
  isSchedulerError,
  type PausedGroups,
  type StoreCounts,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { calendarsIn } from './damage.js';
import { executionValues, readExecution, readInstance } from './records.js';
import { SqlTriggers } from './sql-triggers.js';
import * as calendars from './statements/calendars.js';
import * as executions from './statements/executions.js';
import * as instances from './statements/instances.js';
import * as pausing from './statements/pausing.js';
import * as schedulers from './statements/schedulers.js';

/** The primitives over one open transaction of a driver. */
export class SqlTransaction extends SqlTriggers implements StoreTransaction {
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
