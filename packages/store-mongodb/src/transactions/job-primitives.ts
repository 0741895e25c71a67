/**
 * The storage primitives of jobs and calendars, and what all primitives share.
 *
 * @module
 */
import type { Calendar, GroupMatcher, JobDetail, JobKey } from '@ametrine/core';
import {
  CALENDAR_STAND_IN,
  type CalendarsByName,
  type Effects,
  type InstanceRecord,
  keyText,
  matchesGroup,
  type PausedGroups,
} from '@ametrine/core/spi';
import type { AnyBulkWriteOperation, ClientSession, Document, Filter } from 'mongodb';
import type { Collections } from '../collections.js';
import { type CalendarDocument, calendarDocument, readCalendar } from '../documents/calendar-document.js';
import { calendarsByName } from '../documents/damage.js';
import { keyId, nameId } from '../documents/document-id.js';
import { type JobDocument, jobDocument, readJob, readJobAnyway } from '../documents/job-document.js';
import { type NodeEntry, pausedGroupsOf, type SchedulerDocument } from '../documents/scheduler-document.js';
import { current, holding, type Touched } from './hold.js';
import type { SmallFacts } from './scheduler-lock.js';

/** Lists of ids are sent in pieces of this many: a command has a largest size. */
export const PIECE = 10_000;

/** What a transaction works with. */
export interface TransactionParts {
  readonly collections: Collections;
  readonly scheduler: string;
  /** The life of this node: what its entry among the nodes is signed with. */
  readonly life: string;
  readonly instanceId: string;
  /** The document of the scheduler as it was when the transaction began. */
  readonly document: SchedulerDocument;
  readonly session: ClientSession | undefined;
  /** What written documents are marked with; null where the server has transactions, and for reading. */
  readonly fence: number | null;
  /** What the step has to tell; null when it only reads. */
  readonly effects: Effects | null;
}

/** Jobs, calendars, paused groups and nodes. */
export class JobPrimitives {
  readonly parts: TransactionParts;
  /** The collections that were written to. */
  readonly touched: Set<Touched> = new Set();
  /** What the commit has to write to the scheduler's document. */
  facts: SmallFacts = {};

  constructor(parts: TransactionParts) {
    this.parts = parts;
  }

  protected get collections(): Collections {
    return this.parts.collections;
  }

  protected get scheduler(): string {
    return this.parts.scheduler;
  }

  /** Options of every operation. */
  protected get within(): { readonly session?: ClientSession } {
    return this.parts.session === undefined ? {} : { session: this.parts.session };
  }

  protected held(stages: readonly Document[]): Document[] {
    return holding(this.parts.fence, stages);
  }

  /**
   * Chooses what this change may write to. An owner that lost the lock without noticing must not touch what the next
   * one holds; what else it writes does not count, and is taken back.
   */
  protected mine<F extends object>(filter: F): F {
    const { fence } = this.parts;
    return fence === null ? filter : { ...filter, hold: { $not: { $gt: fence } } };
  }

  protected idOf(key: JobKey): string {
    return keyId(this.scheduler, key);
  }

  // Jobs

  async getJobs(keys: readonly JobKey[]): Promise<readonly JobDetail[]> {
    const documents = await this.jobDocuments(keys.map((key) => this.idOf(key)));
    return documents.map((document) =>
      this.parts.effects === null ? readJob(document) : readJobAnyway(document),
    );
  }

  /** Those of the ids that exist. */
  async jobDocuments(ids: readonly string[]): Promise<readonly JobDocument[]> {
    if (ids.length === 0) return [];
    const found: JobDocument[] = [];
    for (const piece of pieces(ids)) found.push(...(await this.#findJobs({ _id: { $in: piece } })));
    return found;
  }

  async #findJobs(filter: Filter<JobDocument>): Promise<readonly JobDocument[]> {
    const found = await this.collections.jobs.find(filter, this.within).toArray();
    return present(found, this.parts.fence);
  }

  async putJobs(jobs: readonly JobDetail[]): Promise<void> {
    if (jobs.length === 0) return;
    const latest = new Map(jobs.map((job) => [keyText(job.key), jobDocument(this.scheduler, job)]));
    await this.#spoilClaims([...latest.values()]);
    const operations = [...latest.values()].map(
      (document): AnyBulkWriteOperation<JobDocument> =>
        this.parts.fence === null
          ? { replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true } }
          : {
              updateOne: {
                filter: this.mine({ _id: document._id }),
                update: this.held([replacing(document)]),
                upsert: true,
              },
            },
    );
    this.touched.add('jobs');
    await this.collections.jobs.bulkWrite(operations, { ordered: false, ...this.within });
  }

  /**
   * A job that is not to run twice any more: claims that other nodes are about to make still think it may. They insist
   * on the trigger that they have read, so a higher version is enough (JS-ACQ-08).
   */
  async #spoilClaims(documents: readonly JobDocument[]): Promise<void> {
    const ids = documents.filter(({ nonConcurrent }) => nonConcurrent).map(({ _id }) => _id);
    const before = await this.jobDocuments(ids);
    const turned = before.filter(({ nonConcurrent }) => !nonConcurrent).map(({ _id }) => _id);
    if (turned.length === 0) return;
    await this.collections.triggers.updateMany(
      { job: { $in: turned } },
      { $inc: { version: 1 } },
      this.within,
    );
  }

  async removeJobs(keys: readonly JobKey[]): Promise<void> {
    if (keys.length === 0) return;
    this.touched.add('jobs');
    for (const piece of pieces(keys.map((key) => this.idOf(key)))) {
      const filter = { _id: { $in: piece } };
      if (this.parts.fence === null) await this.collections.jobs.deleteMany(filter, this.within);
      else await this.collections.jobs.updateMany(this.mine(filter), this.held([emptied()]));
    }
  }

  async listJobs(matcher: GroupMatcher): Promise<readonly JobDetail[]> {
    return (await this.#findJobs(await this.inGroups('jobs', matcher))).map((document) => readJob(document));
  }

  async listJobKeys(matcher: GroupMatcher): Promise<readonly JobKey[]> {
    const filter = await this.inGroups('jobs', matcher);
    const found = await this.collections.jobs
      .find(filter, { projection: { group: 1, name: 1 }, ...this.within })
      .toArray();
    return found.map(({ group, name }) => ({ group, name }));
  }

  async listGroups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    const { scheduler } = this;
    const groups =
      of === 'jobs'
        ? this.collections.jobs.distinct('group', { scheduler }, this.within)
        : this.collections.triggers.distinct('group', { scheduler }, this.within);
    return (await groups).filter((group) => typeof group === 'string');
  }

  /** Chooses the jobs, or triggers, of the groups that match. */
  protected async inGroups(
    of: 'jobs' | 'triggers',
    matcher: GroupMatcher,
  ): Promise<{ scheduler: string; group: string | { $in: string[] } | { $gte: string } }> {
    const { scheduler } = this;
    if ('equals' in matcher) return { scheduler, group: matcher.equals };
    if ('anything' in matcher) return { scheduler, group: { $gte: '' } };
    const groups = await this.listGroups(of);
    return { scheduler, group: { $in: groups.filter((group) => matchesGroup(matcher, group)) } };
  }

  // Calendars

  async getCalendar(name: string): Promise<Calendar | null> {
    const [document] = await this.#findCalendars([name]);
    if (document === undefined) return null;
    try {
      return readCalendar(document);
    } catch (error) {
      // A step that works on others as well must not fail because of it.
      if (this.parts.effects === null) throw error;
      return CALENDAR_STAND_IN;
    }
  }

  /** Those of the calendars that exist, by name; in the place of one that cannot be read, the reason. */
  async calendarsOf(names: readonly string[]): Promise<CalendarsByName> {
    return names.length === 0 ? new Map() : calendarsByName(await this.#findCalendars(names));
  }

  async #findCalendars(names: readonly string[]): Promise<readonly CalendarDocument[]> {
    const ids = names.map((name) => nameId(this.scheduler, name));
    const found = await this.collections.calendars.find({ _id: { $in: ids } }, this.within).toArray();
    return present(found, this.parts.fence);
  }

  async putCalendar(name: string, calendar: Calendar): Promise<void> {
    const document = calendarDocument(this.scheduler, name, calendar);
    this.touched.add('calendars');
    const filter = { _id: document._id };
    const options = { upsert: true, ...this.within };
    if (this.parts.fence === null) await this.collections.calendars.replaceOne(filter, document, options);
    else
      await this.collections.calendars.updateOne(
        this.mine(filter),
        this.held([replacing(document)]),
        options,
      );
  }

  async removeCalendar(name: string): Promise<void> {
    const filter = { _id: nameId(this.scheduler, name) };
    this.touched.add('calendars');
    if (this.parts.fence === null) await this.collections.calendars.deleteOne(filter, this.within);
    else await this.collections.calendars.updateOne(this.mine(filter), this.held([emptied()]));
  }

  async listCalendarNames(): Promise<readonly string[]> {
    const { scheduler } = this;
    const found = await this.collections.calendars
      .find({ scheduler, name: { $gte: '' } }, { projection: { _id: 0, name: 1 }, ...this.within })
      .toArray();
    return found.map(({ name }) => name);
  }

  // Paused groups

  async getPausedGroups(): Promise<PausedGroups> {
    return pausedGroupsOf({ ...this.parts.document, ...this.facts });
  }

  async putPausedGroups({ triggerGroups, jobGroups, all }: PausedGroups): Promise<void> {
    this.facts = {
      ...this.facts,
      pausedTriggerGroups: triggerGroups,
      pausedJobGroups: jobGroups,
      pausedAll: all,
    };
  }

  // Nodes

  async listInstances(): Promise<readonly InstanceRecord[]> {
    return this.#nodes.map(({ life: _, ...record }) => record);
  }

  async putInstance(record: InstanceRecord): Promise<void> {
    const { instanceId, life } = this.parts;
    const entry: NodeEntry = { ...record, life: record.instanceId === instanceId ? life : '' };
    this.facts = { ...this.facts, nodes: [...this.#nodesBut(record.instanceId), entry] };
  }

  async removeInstance(instanceId: string): Promise<void> {
    this.facts = { ...this.facts, nodes: this.#nodesBut(instanceId) };
  }

  get #nodes(): readonly NodeEntry[] {
    return this.facts.nodes ?? this.parts.document.nodes;
  }

  #nodesBut(instanceId: string): readonly NodeEntry[] {
    return this.#nodes.filter((node) => node.instanceId !== instanceId);
  }
}

/** Puts a whole document in the place of one, and keeps its marks. */
export function replacing(document: object): Document {
  return { $replaceWith: { $mergeObjects: [{ $literal: document }, { hold: '$hold', before: '$before' }] } };
}

/** Leaves nothing of a document but its marks: it goes when the change is carried through. */
function emptied(): Document {
  return {
    $replaceWith: {
      $mergeObjects: [
        { _id: '$_id', scheduler: '$scheduler', gone: true },
        { hold: '$hold', before: '$before' },
      ],
    },
  };
}

/** The documents that count. */
export function present<D extends object>(documents: readonly D[], fence: number | null): readonly D[] {
  const found: D[] = [];
  for (const document of documents) {
    const counting = current(document, fence);
    if (counting !== null) found.push(counting);
  }
  return found;
}

/** A list in pieces that fit into a command. */
export function pieces<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length <= PIECE) return values.length === 0 ? [] : [values];
  return Array.from({ length: Math.ceil(values.length / PIECE) }, (_, index) =>
    values.slice(index * PIECE, (index + 1) * PIECE),
  );
}
