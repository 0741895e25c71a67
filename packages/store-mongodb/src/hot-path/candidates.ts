/**
 * Finding the triggers that a claim may take, with all that is needed to claim and to fire them.
 *
 * @module
 */
import type { JobDetail, Trigger } from '@ametrine/core';
import type { CalendarsByName } from '@ametrine/core/spi';
import {
  batchEnd,
  type ClaimRequest,
  compareDue,
  type Effects,
  isSchedulerError,
  type TriggerRecord,
} from '@ametrine/core/spi';
import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import { FIRE_ORDER } from '../collections.js';
import { calendarsByName } from '../documents/damage.js';
import { nameId } from '../documents/document-id.js';
import { readJob } from '../documents/job-document.js';
import { readTrigger, shownKeyOf, type TriggerDocument } from '../documents/trigger-document.js';
import { dueFilter, isLate } from '../due-filter.js';
import { unchanged } from './guarded-writes.js';
import type { HotPath } from './hot-path.js';

/** A trigger as it was read. */
export interface Scanned {
  readonly document: TriggerDocument;
  readonly trigger: Trigger;
}

/** A trigger that may be claimed. */
export interface Candidate extends Scanned {
  readonly job: JobDetail;
  readonly jobId: string;
}

/** What a search found: nothing is chosen while somebody holds a document that is due. */
export type Search =
  | { readonly kind: 'found'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'held' };

/** The jobs that were looked up, by id; null stands for one that must not be claimed. */
type KnownJobs = Map<string, JobDetail | null>;

/** Pages through what is due; a page after the first is needed only when one brought triggers that must not be taken. */
export async function search(
  hot: HotPath,
  effects: Effects,
  request: ClaimRequest,
  firstPage: readonly TriggerDocument[] | null,
): Promise<Search> {
  const chosen: Candidate[] = [];
  const jobs: KnownJobs = new Map();
  const left = new Set<string>();
  let noLaterThan = request.noLaterThan;
  let after: TriggerRecord | null = null;
  let page = firstPage;
  for (;;) {
    const bound: number = noLaterThan;
    const limit: number = request.maxCount - chosen.length;
    page ??= await findDue(hot, { ...request, noLaterThan: bound, after }, [...left], limit);
    if (page.some(({ hold }) => hold !== undefined)) return { kind: 'held' };
    const scanned = await readScanned(hot, effects, page);
    await lookUpJobs(hot, request, scanned, jobs);
    for (const { document, trigger } of scanned) {
      const { nextFireAt } = trigger;
      if (nextFireAt === null || nextFireAt > noLaterThan) return inFireOrder(chosen);
      const job = jobs.get(document.job) ?? null;
      if (job === null) left.add(document.job);
      if (job === null || left.has(document.job) || chosen.length === request.maxCount) continue;
      if (job.nonConcurrent) left.add(document.job);
      if (chosen.length === 0) noLaterThan = batchEnd(nextFireAt, request.now, request.timeWindowMs);
      chosen.push({ document, trigger, job, jobId: document.job });
    }
    // A short page ends the search, unless the first trigger has since moved the bound under which it was read.
    const last: TriggerDocument | undefined = page.at(-1);
    const wasLast = page.length < limit && noLaterThan <= bound;
    if (wasLast || chosen.length >= request.maxCount) return inFireOrder(chosen);
    after = last === undefined ? after : placeOf(last);
    page = null;
  }
}

/** Due triggers, in the database's fire order; of those that have misfired only the ones that ignore it. */
async function findDue(
  { collections: { triggers }, scheduler }: HotPath,
  range: Parameters<typeof dueFilter>[1],
  exceptJobs: readonly string[],
  limit: number,
): Promise<readonly TriggerDocument[]> {
  const find = (part: 'late' | 'timely', count: number): Promise<TriggerDocument[]> =>
    triggers
      .find(dueFilter(scheduler, range, exceptJobs, part), {
        sort: FIRE_ORDER,
        limit: count,
        ...inOneBatch(count),
      })
      .toArray();
  const found = isLate(range) ? await find('late', limit) : [];
  return found.length === limit ? found : [...found, ...(await find('timely', limit - found.length))];
}

/** The database compares names by code point, the contract by UTF-16 code unit; they differ for a few characters. */
function inFireOrder(candidates: Candidate[]): Search {
  return { kind: 'found', candidates: candidates.sort((a, b) => compareDue(a.trigger, b.trigger)) };
}

/** Enough of a record to go on behind it, also when it cannot be read. */
function placeOf({ nextFireAt, precedence, group, name }: TriggerDocument): TriggerRecord {
  const trigger = { nextFireAt, priority: 0 - precedence, key: { group, name } } as unknown as Trigger;
  return { trigger, state: 'waiting', fireInstanceId: null };
}

/** Looks up the jobs of triggers that are not known yet, and whether those that must not run twice are busy. */
async function lookUpJobs(
  hot: HotPath,
  { excludedClasses }: ClaimRequest,
  scanned: readonly Scanned[],
  jobs: KnownJobs,
): Promise<void> {
  const ids = new Set<string>();
  for (const { document } of scanned) if (!jobs.has(document.job)) ids.add(document.job);
  if (ids.size === 0) return;
  const found = await hot.collections.jobs.find({ _id: { $in: [...ids] } }, inOneBatch(ids.size)).toArray();
  const exclusive: string[] = [];
  for (const id of ids) jobs.set(id, null);
  for (const document of found) {
    // Somebody is changing it: its triggers wait for that.
    if (document.hold !== undefined) continue;
    try {
      const job = readJob(document);
      if (excludedClasses.has(job.jobClass)) continue;
      jobs.set(document._id, job);
      if (job.nonConcurrent) exclusive.push(document._id);
    } catch (error) {
      if (!isSchedulerError(error, 'ERR_RECORD_UNREADABLE')) throw error;
    }
  }
  for (const id of await jobsWithRuns(hot, exclusive)) jobs.set(id, null);
}

/** Those of the jobs that have an execution. */
export async function jobsWithRuns(
  { collections: { triggers }, scheduler }: HotPath,
  jobIds: readonly string[],
  isOne: (firedAt: number | undefined) => boolean = () => true,
): Promise<ReadonlySet<string>> {
  if (jobIds.length === 0) return new Set();
  const found = await triggers
    .find(
      { scheduler, 'runs.node': { $exists: true }, 'runs.job': { $in: [...jobIds] } },
      { projection: { runs: 1 } },
    )
    .toArray();
  const busy = found.flatMap(({ runs }) =>
    runs.filter(({ firedAt }) => isOne(firedAt)).map(({ job }) => job),
  );
  return new Set(busy.filter((id) => jobIds.includes(id)));
}

/** Reads triggers. One that cannot be read stops nobody: it is put in error and told of once. */
export async function readScanned(
  { collections: { triggers } }: HotPath,
  effects: Effects,
  documents: readonly TriggerDocument[],
): Promise<readonly Scanned[]> {
  const scanned: Scanned[] = [];
  const damaged: AnyBulkWriteOperation<TriggerDocument>[] = [];
  for (const document of documents) {
    try {
      scanned.push({ document, trigger: readTrigger(document).trigger });
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      effects.storeError(`Trigger ${shownKeyOf(document)} is put in error`, error);
      damaged.push({ updateOne: { filter: unchanged(document), update: PUT_IN_ERROR } });
    }
  }
  if (damaged.length > 0) await triggers.bulkWrite(damaged, { ordered: false });
  return scanned;
}

const PUT_IN_ERROR = { $set: { state: 'error' }, $inc: { version: 1 } } as const;

/** Puts triggers in error whose calendar cannot be read: they would be claimed and refused for ever. */
export async function withReadableCalendars(
  { collections: { triggers } }: HotPath,
  effects: Effects,
  candidates: readonly Candidate[],
  calendars: CalendarsByName,
): Promise<readonly Candidate[]> {
  if (calendars.size === 0) return candidates;
  const damaged: AnyBulkWriteOperation<TriggerDocument>[] = [];
  const readable = candidates.filter(({ document, trigger: { calendarName } }) => {
    const fault = calendarName === null ? undefined : calendars.get(calendarName);
    if (!isSchedulerError(fault)) return true;
    damaged.push({ updateOne: { filter: unchanged(document), update: PUT_IN_ERROR } });
    const what = `Trigger ${shownKeyOf(document)} is put in error: its calendar cannot be read`;
    effects.storeError(what, fault);
    return false;
  });
  if (damaged.length > 0) await triggers.bulkWrite(damaged, { ordered: false });
  return readable;
}

/** The calendars that triggers name. */
export async function calendarsFor(
  { collections: { calendars }, scheduler }: HotPath,
  scanned: readonly Pick<Scanned, 'trigger'>[],
): Promise<CalendarsByName> {
  const names = new Set<string>();
  for (const { trigger } of scanned) if (trigger.calendarName !== null) names.add(trigger.calendarName);
  if (names.size === 0) return new Map();
  const ids = [...names].map((name) => nameId(scheduler, name));
  return calendarsByName(await calendars.find({ _id: { $in: ids }, gone: { $exists: false } }).toArray());
}

/** Options of a find that brings at most so many: all of them with the first answer. */
export function inOneBatch(count: number): { readonly batchSize: number } {
  return { batchSize: count + 1 };
}

/** What a claim looks at first: the front of the due triggers, misfired or not. */
export function frontFilter(
  scheduler: string,
  { noLaterThan, misfiredBefore }: ClaimRequest,
): Filter<TriggerDocument> {
  const bound = Math.max(noLaterThan, misfiredBefore - 1);
  return { scheduler, state: 'waiting', nextFireAt: { $exists: true, $lte: bound } };
}
