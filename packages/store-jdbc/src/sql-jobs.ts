/**
 * The storage primitives about jobs, as SQL.
 *
 * @module
 */
import type { GroupMatcher, JobDetail, JobKey } from '@ametrine/core';
import { type Effects, keyText, matchesGroup } from '@ametrine/core/spi';
import { readJobAnyway } from './damage.js';
import type { Driver } from './drivers/driver.js';
import { jobValues, readJob, readKey } from './records.js';
import type { SqlScope } from './scope.js';
import * as jobs from './statements/jobs.js';
import * as triggers from './statements/triggers.js';

/** The part of an open transaction that is about jobs. */
export abstract class SqlJobs {
  readonly driver: Driver;
  readonly scope: SqlScope;
  /** What the step has to tell; null when it only reads. */
  readonly effects: Effects | null;

  constructor(driver: Driver, scope: SqlScope, effects: Effects | null) {
    this.driver = driver;
    this.scope = scope;
    this.effects = effects;
  }

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
    const groups = await this.groups('jobs', matcher);
    return (await this.driver.query(jobs.selectJobsOfGroups(this.scope, groups))).map(
      (row) => readJob(row).job,
    );
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    const groups = await this.groups('jobs', matcher);
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
  protected async groups(of: 'jobs' | 'triggers', matcher: GroupMatcher): Promise<readonly string[] | null> {
    if ('anything' in matcher) return null;
    if ('equals' in matcher) return [matcher.equals];
    return (await this.listGroups(of)).filter((group) => matchesGroup(matcher, group));
  }

  /** Locks jobs, behind triggers and in the order of their ids, where the database needs that. */
  async lockJobs(ids: readonly number[]): Promise<void> {
    if (this.scope.dialect.rowLocks === null || ids.length === 0) return;
    await this.driver.execute(jobs.lockJobs(this.scope, ids));
  }
}

/** The values with the last of those that share a key. */
export function latestByKey<T>(values: readonly T[], keyOf: (value: T) => JobKey): readonly T[] {
  return [...new Map(values.map((value) => [keyText(keyOf(value)), value])).values()];
}
