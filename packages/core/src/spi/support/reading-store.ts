/**
 * Reading, for every store: over the storage primitives, with checked arguments and own copies.
 *
 * @module
 */
import type { Calendar } from '../../calendars/calendar.js';
import { invalidArgument } from '../../errors.js';
import { ANY_GROUP, type GroupMatcher } from '../../group-matcher.js';
import type { JobDetail } from '../../job.js';
import { compareKeys, type JobKey, type TriggerKey } from '../../key.js';
import { checkKey, checkMatcher } from '../../key-input.js';
import type { Trigger, TriggerState } from '../../trigger.js';
import type { StoreCapabilities } from '../capabilities.js';
import { compareDue, publicState } from '../decisions.js';
import type { TriggerQuery } from '../job-store.js';
import type { StoreCounts } from '../results.js';
import { GuardedStore } from './guarded-store.js';
import { findJob, findTrigger } from './lookup.js';
import { ownJob, ownTrigger } from './own-copies.js';

/** The part of the SPI that only reads. */
export abstract class ReadingStore extends GuardedStore {
  abstract readonly capabilities: StoreCapabilities;

  async getJob(key: JobKey): Promise<JobDetail | null> {
    this.checkKey('jobKey', key);
    const job = await this.query('getJob', (tx) => findJob(tx, key));
    return job === null ? null : ownJob(job);
  }

  async getTrigger(key: TriggerKey): Promise<Trigger | null> {
    this.checkKey('triggerKey', key);
    const record = await this.query('getTrigger', (tx) => findTrigger(tx, key));
    return record === null ? null : ownTrigger(record.trigger);
  }

  async getTriggerState(key: TriggerKey): Promise<TriggerState> {
    this.checkKey('triggerKey', key);
    return this.query('getTriggerState', async (tx) => {
      const record = await findTrigger(tx, key);
      if (record === null) return 'none';
      const { jobKey } = record.trigger;
      const job = await findJob(tx, jobKey);
      if (job === null || !job.nonConcurrent) return publicState(record, false);
      const executions = await tx.selectExecutions({ by: 'jobs', jobKeys: [jobKey] });
      return publicState(
        record,
        executions.some(({ state }) => state === 'executing'),
      );
    });
  }

  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    checkMatcher('matcher', matcher);
    const jobs = await this.query('listJobs', (tx) => tx.listJobs(matcher));
    return jobs.map(ownJob).sort((a, b) => compareKeys(a.key, b.key));
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    checkMatcher('matcher', matcher);
    return [...(await this.query('listJobKeys', (tx) => tx.listJobKeys(matcher)))].sort(compareKeys);
  }

  async listJobGroups(): Promise<readonly string[]> {
    return [...(await this.query('listJobGroups', (tx) => tx.listGroups('jobs')))].sort();
  }

  async listTriggers({ group = ANY_GROUP, jobGroup = ANY_GROUP }: TriggerQuery): Promise<readonly Trigger[]> {
    checkMatcher('query.group', group);
    checkMatcher('query.jobGroup', jobGroup);
    const records = await this.query('listTriggers', (tx) => tx.listTriggers(group, jobGroup));
    return inKeyOrder(records.map(({ trigger }) => trigger));
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    checkMatcher('matcher', matcher);
    return [...(await this.query('listTriggerKeys', (tx) => tx.listTriggerKeys(matcher)))].sort(compareKeys);
  }

  async listTriggerGroups(): Promise<readonly string[]> {
    return [...(await this.query('listTriggerGroups', (tx) => tx.listGroups('triggers')))].sort();
  }

  async listTriggersOfJob(key: JobKey): Promise<readonly Trigger[]> {
    this.checkKey('jobKey', key);
    const records = await this.query('listTriggersOfJob', (tx) =>
      tx.selectTriggers({ by: 'job', jobKey: key }),
    );
    return inKeyOrder(records.map(({ trigger }) => trigger));
  }

  async listUpcomingTriggers(limit: number): Promise<readonly Trigger[]> {
    checkCount('limit', limit);
    const all = { noLaterThan: Number.MAX_SAFE_INTEGER, misfiredBefore: Number.MIN_SAFE_INTEGER };
    const records = await this.query('listUpcomingTriggers', async (tx) =>
      limit === 0 ? [] : tx.selectDue({ ...all, limit, after: null, exceptJobs: [] }),
    );
    return records.map(({ trigger }) => ownTrigger(trigger)).sort(compareDue);
  }

  getCounts(): Promise<StoreCounts> {
    return this.query('getCounts', (tx) => tx.counts());
  }

  async getCalendar(name: string): Promise<Calendar | null> {
    return this.query('getCalendar', (tx) => tx.getCalendar(name));
  }

  async listCalendarNames(): Promise<readonly string[]> {
    return [...(await this.query('listCalendarNames', (tx) => tx.listCalendarNames()))].sort();
  }

  async listPausedTriggerGroups(): Promise<readonly string[]> {
    return [
      ...(await this.query('listPausedTriggerGroups', (tx) => tx.getPausedGroups())).triggerGroups,
    ].sort();
  }

  async listPausedJobGroups(): Promise<readonly string[]> {
    return [...(await this.query('listPausedJobGroups', (tx) => tx.getPausedGroups())).jobGroups].sort();
  }

  /** A key within the store's limits, or `ERR_INVALID_ARGUMENT`. */
  protected checkKey(field: string, key: JobKey): JobKey {
    return checkKey(field, key, this.capabilities.maxNameLength);
  }
}

function inKeyOrder(triggers: readonly Trigger[]): readonly Trigger[] {
  return triggers.map(ownTrigger).sort((a, b) => compareKeys(a.key, b.key));
}

/** A count as an argument: a whole number, 0 or more, or `ERR_INVALID_ARGUMENT`. */
export function checkCount(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw invalidArgument(field, value, 'a whole number, 0 or more');
}
