/**
 * Writing the ends of runs: those that are alike leave in one statement, however many they are.
 *
 * @module
 */
import type { AnyBulkWriteOperation, Collection, Document, Filter } from 'mongodb';
import type { TriggerDocument } from '../documents/trigger-document.js';
import { REMOVED_FIELDS } from '../transactions/trigger-primitives.js';
import type { Ending, EndingDocument } from './ended-runs.js';
import { unchanged } from './guarded-writes.js';

type Triggers = Collection<TriggerDocument>;

/** What the server would otherwise try anew for every batch. */
const BY_ID = { hint: { _id: 1 } } as const;

/**
 * Writes how documents change, each only if it is still the document that was read, as far as the change looks at it.
 *
 * @param tokens - of the runs that end
 * @returns how many were written
 */
export async function writeEndings(
  triggers: Triggers,
  endings: readonly Ending[],
  tokens: readonly string[],
): Promise<number> {
  const alike: Record<'gone' | 'free' | 'freed' | 'others', Ending[]> = {
    gone: [],
    free: [],
    freed: [],
    others: [],
  };
  for (const ending of endings) alike[kindOf(ending)].push(ending);
  const written = await Promise.allSettled([
    removeAll(triggers, alike.gone, tokens),
    goOnAll(triggers, alike.free, tokens, {}),
    goOnAll(triggers, alike.freed, tokens, { $unset: { exclusive: '' } }),
    writeEach(triggers, alike.others),
  ]);
  let count = 0;
  for (const result of written) {
    if (result.status === 'rejected') throw result.reason;
    count += result.value;
  }
  return count;
}

function kindOf(ending: Ending): 'gone' | 'free' | 'freed' | 'others' {
  const { document, runs } = ending;
  if (document.runs.length > 1 || runs.length > 0) return 'others';
  if (isLast(ending)) return 'gone';
  if (!goesOn(ending)) return 'others';
  return document.exclusive === undefined ? 'free' : 'freed';
}

/** The run was the last of a trigger that goes with it. */
function isLast({ document, state }: Ending): boolean {
  return state === 'removed' && document.state !== 'removed' && document.nextFireAt === undefined;
}

/** Nothing becomes of the trigger but that it runs no more. */
function goesOn({ document, state, keepsClaim }: Ending): boolean {
  return state === document.state && keepsClaim && state !== 'removed' && document.nextFireAt !== undefined;
}

/** Documents whose one run ends. */
function ended(endings: readonly Ending[], tokens: readonly string[]): Filter<TriggerDocument> {
  const ids = endings.map(({ document }) => document._id);
  return {
    _id: { $in: ids },
    hold: { $exists: false },
    runs: { $size: 1 },
    'runs.id': { $in: [...tokens] },
  } as Filter<TriggerDocument>;
}

async function removeAll(
  triggers: Triggers,
  endings: readonly Ending[],
  tokens: readonly string[],
): Promise<number> {
  if (endings.length === 0) return 0;
  const jobs = [...new Set(endings.map(({ document }) => document.job))];
  // Somebody may have given the trigger a new time, or another job, since it was read.
  const filter = { ...ended(endings, tokens), nextFireAt: { $exists: false }, job: { $in: jobs } };
  return (await triggers.deleteMany(filter, BY_ID)).deletedCount;
}

async function goOnAll(
  triggers: Triggers,
  endings: readonly Ending[],
  tokens: readonly string[],
  also: Document,
): Promise<number> {
  if (endings.length === 0) return 0;
  const filter = { ...ended(endings, tokens), nextFireAt: { $exists: true } };
  const update = { $set: { runs: [] }, $inc: { version: 1 }, ...also };
  return (await triggers.updateMany(filter, update, BY_ID)).matchedCount;
}

async function writeEach(triggers: Triggers, endings: readonly Ending[]): Promise<number> {
  if (endings.length === 0) return 0;
  const operations = endings.map((ending) => writeOf(ending));
  const { matchedCount, deletedCount } = await triggers.bulkWrite(operations, { ordered: false });
  return matchedCount + deletedCount;
}

function writeOf(ending: Ending): AnyBulkWriteOperation<TriggerDocument> {
  const { document, state, runs } = ending;
  const filter = unchanged(document);
  if (state === 'removed' && runs.length === 0) return { deleteOne: { filter } };
  return { updateOne: { filter, update: updateOf(ending) } };
}

function updateOf({ document, state, runs, keepsClaim }: Ending): Document {
  const unset: Record<string, ''> = {};
  if (isRemoved(document, state)) for (const field of REMOVED_FIELDS) unset[field] = '';
  if (!keepsClaim) unset['claim'] = '';
  if (document.exclusive !== undefined && !runs.some(({ nonConcurrent }) => nonConcurrent))
    unset['exclusive'] = '';
  return {
    $set: { runs, state },
    $inc: { version: 1 },
    ...(Object.keys(unset).length === 0 ? {} : { $unset: unset }),
  };
}

function isRemoved(document: EndingDocument, state: Ending['state']): boolean {
  return state === 'removed' && document.state !== 'removed';
}
