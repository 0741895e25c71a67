/**
 * All storage primitives: those of executions on top of those of triggers and jobs.
 *
 * @module
 */
import type { ExecutionRecord, ExecutionSelection, StoreCounts, StoreTransaction } from '@ametrine/core/spi';
import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import type { JobDocument } from '../documents/job-document.js';
import {
  EXCLUSIVE,
  type RunEntry,
  readExecution,
  runEntry,
  type TriggerDocument,
} from '../documents/trigger-document.js';
import type { Ending } from '../hot-path/ended-runs.js';
import { Conflict } from './conflict.js';
import { pieces, present } from './job-primitives.js';
import { REMOVED_FIELDS, TriggerPrimitives } from './trigger-primitives.js';

const HIGHER = { version: { $add: [{ $ifNull: ['$version', 0] }, 1] } };
/** The primitives over one open transaction. */
export class MongoTransaction extends TriggerPrimitives implements StoreTransaction {
  async selectExecutions(selection: ExecutionSelection): Promise<readonly ExecutionRecord[]> {
    const chosen = this.#chosen(selection);
    const filter: Filter<TriggerDocument> = {
      scheduler: this.scheduler,
      'runs.node': { $exists: true },
      ...chosen.filter,
    };
    const projection = { runs: 1, hold: 1, before: 1, gone: 1 };
    const found = await this.collections.triggers
      .find<TriggerDocument>(filter, { projection, ...this.within })
      .toArray();
    return present(found, this.parts.fence).flatMap(({ runs }) =>
      runs.filter(chosen.isChosen).map(readExecution),
    );
  }

  #chosen(selection: ExecutionSelection): {
    readonly filter: Filter<TriggerDocument>;
    readonly isChosen: (run: RunEntry) => boolean;
  } {
    switch (selection.by) {
      case 'all':
        return { filter: {}, isChosen: () => true };
      case 'ids': {
        const ids = new Set(selection.fireInstanceIds);
        return { filter: { 'runs.id': { $in: [...ids] } }, isChosen: (run) => ids.has(run.id) };
      }
      case 'jobs': {
        const ids = new Set(selection.jobKeys.map((key) => this.idOf(key)));
        return { filter: { 'runs.job': { $in: [...ids] } }, isChosen: (run) => ids.has(run.job) };
      }
      case 'instance': {
        const node = selection.instanceId;
        return { filter: { 'runs.node': node }, isChosen: (run) => run.node === node };
      }
      case 'nonConcurrent':
        return { filter: { 'runs.nonConcurrent': true }, isChosen: (run) => run.nonConcurrent === true };
    }
  }

  async putExecutions(records: readonly ExecutionRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.touched.add('triggers');
    const byTrigger = new Map<string, RunEntry[]>();
    for (const record of records) {
      const id = this.idOf(record.triggerKey);
      const entries = byTrigger.get(id);
      const entry = runEntry(this.scheduler, record);
      if (entries === undefined) byTrigger.set(id, [entry]);
      else entries.push(entry);
    }
    const operations = [...byTrigger].map(([id, entries]): AnyBulkWriteOperation<TriggerDocument> => {
      this.forget(id);
      return {
        updateOne: {
          filter: this.mine({ _id: id }),
          update: this.held(this.#putting(entries)),
          upsert: true,
        },
      };
    });
    await this.collections.triggers.bulkWrite(operations, { ordered: false, ...this.within });
  }

  #putting(entries: readonly RunEntry[]): Document[] {
    const others = without(entries.map(({ id }) => id));
    return [
      {
        $set: {
          scheduler: { $literal: this.scheduler },
          // A run whose trigger is gone.
          state: { $ifNull: ['$state', 'removed'] },
          runs: { $concatArrays: [others, { $literal: entries }] },
          ...HIGHER,
        },
      },
      ...this.#freeing(),
    ];
  }

  /**
   * The stage that lets go of the job when no run keeps it. On a server without transactions that is left to the end of
   * the change: until it counts nobody may run the job, whose data this change may be about to write.
   */
  #freeing(): readonly Document[] {
    return this.parts.fence === null ? [{ $set: { exclusive: EXCLUSIVE } }] : [];
  }

  async removeExecutions(fireInstanceIds: readonly string[]): Promise<void> {
    if (fireInstanceIds.length === 0) return;
    this.touched.add('triggers');
    const { fence } = this.parts;
    for (const ids of pieces(fireInstanceIds)) {
      const filter: Filter<TriggerDocument> = {
        scheduler: this.scheduler,
        'runs.node': { $exists: true },
        'runs.id': { $in: [...ids] },
      };
      const found = await this.collections.triggers
        .find(filter, { projection: { state: 1 }, ...this.within })
        .toArray();
      if (found.length === 0) continue;
      for (const { _id } of found) this.forget(_id);
      const isOver = { $and: [{ $eq: ['$state', 'removed'] }, { $eq: [{ $size: '$runs' }, 0] }] };
      const after =
        fence === null ? this.#freeing() : [{ $set: { gone: { $cond: [isOver, true, '$$REMOVE'] } } }];
      await this.collections.triggers.updateMany(
        this.mine({ _id: { $in: found.map(({ _id }) => _id) } }),
        this.held([{ $set: { runs: without(ids), ...HIGHER } }, ...after]),
        this.within,
      );
      const removed = found.filter(({ state }) => state === 'removed').map(({ _id }) => _id);
      if (fence !== null || removed.length === 0) continue;
      await this.collections.triggers.deleteMany(
        { _id: { $in: removed }, state: 'removed', runs: { $size: 0 } },
        this.within,
      );
    }
  }

  /** The documents of triggers that run, or ran, also of those that are gone meanwhile; by id. */
  async runningDocuments(ids: readonly string[]): Promise<ReadonlyMap<string, TriggerDocument>> {
    const found = await this.collections.triggers.find({ _id: { $in: [...ids] } }, this.within).toArray();
    return new Map(present(found, this.parts.fence).map((document) => [document._id, document]));
  }

  /** Writes how documents change by the ends of runs. */
  async endRuns(endings: readonly Ending[]): Promise<void> {
    if (endings.length === 0) return;
    this.touched.add('triggers');
    const { fence } = this.parts;
    const operations = endings.map((ending): AnyBulkWriteOperation<TriggerDocument> => {
      const { document, state, runs, keepsClaim } = ending;
      const { _id, version } = document;
      this.forget(_id);
      const filter = { _id, version };
      const goes = state === 'removed' && runs.length === 0;
      if (goes && fence === null) return { deleteOne: { filter } };
      const removed = state === 'removed' && document.state !== 'removed' ? REMOVED_FIELDS : [];
      const unset = [...removed, ...(keepsClaim || removed.length > 0 ? [] : ['claim'])];
      const stages = [
        {
          $set: { runs: { $literal: runs }, state, ...HIGHER, ...(goes ? { gone: true } : {}) },
        },
        ...this.#freeing(),
        ...(unset.length === 0 ? [] : [{ $unset: unset }]),
      ];
      return { updateOne: { filter, update: this.held(stages) } };
    });
    const result = await this.collections.triggers.bulkWrite(operations, { ordered: false, ...this.within });
    if (result.matchedCount + result.deletedCount < endings.length)
      throw new Conflict('A trigger was written to meanwhile');
  }

  /** Writes data of jobs that persist them, by id, and nothing else of those jobs. */
  async putJobData(data: ReadonlyMap<string, string>): Promise<void> {
    this.touched.add('jobs');
    const operations = [...data].map(
      ([_id, text]): AnyBulkWriteOperation<JobDocument> => ({
        updateOne: {
          filter: this.mine({ _id, persistsData: true }),
          update: this.held([{ $set: { data: { $literal: text } } }]),
        },
      }),
    );
    await this.collections.jobs.bulkWrite(operations, { ordered: false, ...this.within });
  }

  async clear(): Promise<void> {
    const { scheduler } = this;
    const { fence } = this.parts;
    const emptied = {
      $replaceWith: {
        $mergeObjects: [
          { _id: '$_id', scheduler: '$scheduler', state: 'removed', runs: [], version: 1, gone: true },
          { hold: '$hold', before: '$before' },
        ],
      },
    };
    for (const name of ['triggers', 'jobs', 'calendars'] as const) {
      this.touched.add(name);
      const collection = this.collections[name] as unknown as typeof this.collections.triggers;
      if (fence === null) await collection.deleteMany({ scheduler }, this.within);
      else await collection.updateMany(this.mine({ scheduler }), this.held([emptied]));
    }
    await this.putPausedGroups({ triggerGroups: [], jobGroups: [], all: false });
  }

  async counts(): Promise<StoreCounts> {
    const { scheduler } = this;
    const { jobs, triggers, calendars } = this.collections;
    return {
      jobs: await jobs.countDocuments({ scheduler, group: { $gte: '' } }, this.within),
      triggers: await triggers.countDocuments({ scheduler, group: { $gte: '' } }, this.within),
      calendars: await calendars.countDocuments({ scheduler, name: { $gte: '' } }, this.within),
    };
  }
}

/** The runs of a document but some. */
function without(ids: readonly string[]): Document {
  return {
    $filter: {
      input: { $ifNull: ['$runs', []] },
      cond: { $not: [{ $in: ['$$this.id', { $literal: ids }] }] },
    },
  };
}
