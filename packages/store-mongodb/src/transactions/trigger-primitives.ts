/**
 * The storage primitives of triggers.
 *
 * @module
 */
import type { GroupMatcher, JobKey, TriggerKey } from '@ametrine/core';
import {
  compareDue,
  type DueQuery,
  isSchedulerError,
  isStandIn,
  keyText,
  type MisfiredQuery,
  matchesGroup,
  type StoredTriggerState,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import { FIRE_ORDER } from '../collections.js';
import { standInOf } from '../documents/damage.js';
import {
  identityFields,
  OPTIONAL_FIELDS,
  readTrigger,
  shownKeyOf,
  type TriggerDocument,
  triggerDocument,
  triggerFields,
} from '../documents/trigger-document.js';
import { dueFilter, isLate } from '../due-filter.js';
import { Conflict, isDuplicate } from './conflict.js';
import { JobPrimitives, pieces, present } from './job-primitives.js';

/** Of a trigger that goes while a run of it is under way only that run is left (JS-EXE-02). */
export const REMOVED_FIELDS: readonly string[] = [
  ...OPTIONAL_FIELDS,
  ...['group', 'name', 'groupRank', 'job', 'jobGroup', 'jobName'],
  ...['misfireInstruction', 'precedence', 'startAt', 'timesTriggered', 'schedule', 'data'],
];
const HIGHER = { version: { $add: [{ $ifNull: ['$version', 0] }, 1] } };
const NO_RUNS = { $eq: [{ $size: { $ifNull: ['$runs', []] } }, 0] };

/** Triggers, over the primitives of jobs. */
export class TriggerPrimitives extends JobPrimitives {
  /** The versions of the triggers that were read; null of those that were seen not to be there. */
  readonly #versions = new Map<string, number | null>();

  async getTriggers(keys: readonly TriggerKey[]): Promise<readonly TriggerRecord[]> {
    const ids = [...new Set(keys.map((key) => this.idOf(key)))];
    const documents = await this.triggerDocuments(ids);
    return documents.map((document) => this.readAnyway(document));
  }

  /** Those of the ids that are there. */
  async triggerDocuments(ids: readonly string[]): Promise<readonly TriggerDocument[]> {
    const found: TriggerDocument[] = [];
    for (const piece of pieces(ids)) {
      for (const id of piece) this.#versions.set(id, null);
      found.push(...(await this.findTriggers({ _id: { $in: piece } })));
    }
    return found;
  }

  /** The triggers that a filter finds; their versions are remembered. */
  protected async findTriggers(
    filter: Filter<TriggerDocument>,
    options: { readonly limit?: number; readonly sort?: typeof FIRE_ORDER } = {},
  ): Promise<readonly TriggerDocument[]> {
    const found = await this.collections.triggers.find(filter, { ...options, ...this.within }).toArray();
    const counting = present(found, this.parts.fence);
    for (const { _id, version } of counting) this.#versions.set(_id, version);
    return counting.filter(isThere);
  }

  /** Reads a trigger; in a step that works on others as well a stand-in takes the place of one that cannot be read. */
  protected readAnyway(document: TriggerDocument): TriggerRecord {
    if (this.parts.effects === null) return readTrigger(document);
    try {
      return readTrigger(document);
    } catch {
      return standInOf(document);
    }
  }

  async putTriggers(records: readonly TriggerRecord[]): Promise<void> {
    const latest = new Map<string, TriggerRecord>();
    for (const record of records) if (!isStandIn(record)) latest.set(keyText(record.trigger.key), record);
    if (latest.size === 0) return;
    this.touched.add('triggers');
    const { fence } = this.parts;
    const fresh: TriggerDocument[] = [];
    const operations: AnyBulkWriteOperation<TriggerDocument>[] = [];
    let insisting = 0;
    for (const record of latest.values()) {
      const id = this.idOf(record.trigger.key);
      const version = this.#versions.get(id);
      if (version === null) {
        const document = triggerDocument(this.scheduler, record);
        fresh.push(fence === null ? document : { ...document, hold: fence });
        this.#versions.set(id, 1);
      } else {
        if (version !== undefined) {
          insisting += 1;
          this.#versions.set(id, version + 1);
        }
        operations.push({
          updateOne: {
            filter: this.mine(version === undefined ? { _id: id } : { _id: id, version }),
            update: this.#putting(record),
            upsert: version === undefined,
          },
        });
      }
    }
    await this.#insert(fresh);
    if (operations.length === 0) return;
    const { matchedCount } = await this.collections.triggers.bulkWrite(operations, {
      ordered: false,
      ...this.within,
    });
    if (matchedCount < insisting) throw new Conflict('A trigger was claimed or fired meanwhile');
  }

  async #insert(documents: readonly TriggerDocument[]): Promise<void> {
    if (documents.length === 0) return;
    try {
      await this.collections.triggers.insertMany([...documents], { ordered: false, ...this.within });
    } catch (error) {
      if (isDuplicate(error)) throw new Conflict('A trigger was stored meanwhile', { cause: error });
      throw error;
    }
  }

  #putting(record: TriggerRecord): Document[] {
    const { _id: _, ...identity } = identityFields(this.scheduler, record.trigger);
    const fields = { ...identity, ...triggerFields(this.scheduler, record) };
    const absent = [...OPTIONAL_FIELDS.filter((field) => !(field in fields)), 'gone'];
    const runs = { $ifNull: ['$runs', []] };
    return this.held([{ $set: { ...literals(fields), runs, ...HIGHER } }, { $unset: absent }]);
  }

  async removeTriggers(keys: readonly TriggerKey[]): Promise<void> {
    if (keys.length === 0) return;
    this.touched.add('triggers');
    const gone = this.parts.fence === null ? {} : { gone: { $cond: [NO_RUNS, true, '$$REMOVE'] } };
    const ids = [...new Set(keys.map((key) => this.idOf(key)))];
    for (const piece of pieces(ids)) {
      for (const id of piece) this.#versions.delete(id);
      if (this.parts.fence === null) {
        await this.collections.triggers.deleteMany({ _id: { $in: piece }, runs: { $size: 0 } }, this.within);
      }
      await this.collections.triggers.updateMany(
        this.mine({ _id: { $in: piece } }),
        this.held([{ $set: { state: 'removed', ...HIGHER, ...gone } }, { $unset: [...REMOVED_FIELDS] }]),
        this.within,
      );
    }
  }

  async selectTriggers(selection: TriggerSelection, limit?: number): Promise<readonly TriggerRecord[]> {
    const filter = await this.#selected(selection);
    const documents = await this.findTriggers(filter, limit === undefined ? {} : { limit });
    return documents.map((document) => this.readAnyway(document));
  }

  async #selected(selection: TriggerSelection): Promise<Filter<TriggerDocument>> {
    const { scheduler } = this;
    switch (selection.by) {
      case 'all':
        return { scheduler, group: { $gte: '' } };
      case 'keys':
        return { _id: { $in: selection.keys.map((key) => this.idOf(key)) } };
      case 'job':
        return { job: this.idOf(selection.jobKey) };
      case 'triggerGroup':
        return { scheduler, group: selection.group };
      case 'jobGroup': {
        const jobs = await this.listJobKeys({ equals: selection.group });
        return { job: { $in: jobs.map((key) => this.idOf(key)) } };
      }
      case 'calendar':
        return { scheduler, calendar: selection.calendarName };
      case 'state':
        return { scheduler, state: selection.state };
    }
  }

  async listTriggers(group: GroupMatcher, jobGroup: GroupMatcher): Promise<readonly TriggerRecord[]> {
    const documents = await this.findTriggers(await this.inGroups('triggers', group));
    return documents
      .filter((document) => matchesGroup(jobGroup, document.jobGroup))
      .map((document) => this.readAnyway(document));
  }

  async listTriggerKeys(matcher: GroupMatcher): Promise<readonly TriggerKey[]> {
    const filter = await this.inGroups('triggers', matcher);
    const found = await this.collections.triggers
      .find(filter, { projection: { _id: 0, group: 1, name: 1 }, ...this.within })
      .toArray();
    return found.map(({ group, name }) => ({ group, name }));
  }

  async transitionTriggers(
    selection: TriggerSelection,
    from: readonly StoredTriggerState[],
    to: StoredTriggerState,
  ): Promise<void> {
    this.touched.add('triggers');
    this.#versions.clear();
    const filter = await this.#selected(selection);
    await this.collections.triggers.updateMany(
      this.mine({ $and: [filter, { state: { $in: [...from] } }] }),
      this.held([{ $set: { state: to, ...HIGHER } }, { $unset: ['claim'] }]),
      this.within,
    );
  }

  async selectDue(query: DueQuery): Promise<readonly TriggerRecord[]> {
    return this.#readScan(await this.dueDocuments(query));
  }

  /** What {@link DueQuery} finds, in the database's fire order. */
  async dueDocuments(query: DueQuery): Promise<readonly TriggerDocument[]> {
    const { limit } = query;
    const except = query.exceptJobs.map((key) => this.idOf(key));
    const sort = FIRE_ORDER;
    const found: TriggerDocument[] = [];
    // Of what has misfired only triggers that ignore it are due; they have an index of their own, and come first.
    if (isLate(query)) {
      const filter = dueFilter(this.scheduler, query, except, 'late');
      found.push(...(await this.findTriggers(filter, { sort, limit })));
    }
    if (found.length < limit) {
      const filter = dueFilter(this.scheduler, query, except, 'timely');
      found.push(...(await this.findTriggers(filter, { sort, limit: limit - found.length })));
    }
    return found;
  }

  async selectMisfired({
    before,
    limit,
    selection,
    exceptJobs,
  }: MisfiredQuery): Promise<readonly TriggerRecord[]> {
    const misfired = {
      scheduler: this.scheduler,
      state: 'waiting',
      nextFireAt: { $exists: true, $lt: before },
      misfireInstruction: { $ne: 'ignore' },
      job: { $nin: exceptJobs.map((key) => this.idOf(key)) },
    } as const;
    const filter = selection.by === 'all' ? misfired : { $and: [misfired, await this.#selected(selection)] };
    return this.#readScan(await this.findTriggers(filter, { sort: FIRE_ORDER, limit }));
  }

  /**
   * Reads what a scan found, in the contract's order: the database compares names by code point, the contract by
   * UTF-16 code unit. What cannot be read does not stop it: it is put in error, and told of once.
   */
  async #readScan(documents: readonly TriggerDocument[]): Promise<readonly TriggerRecord[]> {
    const records: TriggerRecord[] = [];
    const damaged: string[] = [];
    for (const document of documents) {
      try {
        records.push(readTrigger(document));
      } catch (error) {
        if (!isSchedulerError(error)) throw error;
        damaged.push(document._id);
        this.parts.effects?.storeError(`Trigger ${shownKeyOf(document)} is put in error`, error);
      }
    }
    if (damaged.length > 0 && this.parts.effects !== null) await this.#putInError(damaged);
    return records.sort((a, b) => compareDue(a.trigger, b.trigger));
  }

  async #putInError(ids: readonly string[]): Promise<void> {
    this.touched.add('triggers');
    for (const id of ids) this.#versions.delete(id);
    await this.collections.triggers.updateMany(
      this.mine({ _id: { $in: [...ids] } }),
      this.held([{ $set: { state: 'error', ...HIGHER } }, { $unset: ['claim'] }]),
      this.within,
    );
  }

  /** A trigger was written to without its version being read. */
  protected forget(id: string): void {
    this.#versions.delete(id);
  }

  async jobsWithTriggers(jobKeys: readonly JobKey[]): Promise<readonly JobKey[]> {
    const byId = new Map(jobKeys.map((key) => [this.idOf(key), key]));
    const found: JobKey[] = [];
    for (const piece of pieces([...byId.keys()])) {
      const ids = await this.collections.triggers.distinct('job', { job: { $in: piece } }, this.within);
      for (const id of ids) {
        const key = byId.get(id);
        if (key !== undefined) found.push(key);
      }
    }
    return found;
  }
}

/** Whether a document is a trigger that is there, and not one that is joining or removed. */
export function isThere({ state }: Pick<TriggerDocument, 'state'>): boolean {
  return state !== 'removed' && state !== 'joining';
}

/** Values as a pipeline takes them: a text that begins with `$` would name a field. */
export function literals(fields: object): Document {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { $literal: value }]));
}
