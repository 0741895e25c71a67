/**
 * Changes over several documents on a server without transactions.
 *
 * Whoever holds the lock writes in place, and every document it touches keeps its former self (`before`) and the
 * fence of the change (`hold`). One write to the lock's document makes the change count; then the marks are removed.
 * What was cut short before that write is taken back, what was cut short after it is carried through, by whoever takes
 * the lock next: two statements per collection, which may be repeated.
 *
 * @module
 */
import type { Collection, Document } from 'mongodb';
import type { Collections } from '../collections.js';
import type { Held } from '../documents/held.js';
import { EXCLUSIVE } from '../documents/trigger-document.js';

/** The collections that changes touch. */
export type Touched = 'triggers' | 'jobs' | 'calendars';

/** All of them. */
export const ALL: readonly Touched[] = ['triggers', 'jobs', 'calendars'];

/** A pipeline whose first stage marks the document, when there is a fence to mark it with. */
export function holding(fence: number | null, stages: readonly Document[]): Document[] {
  if (fence === null) return [...stages];
  const made = { $eq: [{ $type: '$scheduler' }, 'missing'] };
  const former = { $cond: [made, '$$REMOVE', '$$ROOT'] };
  return [
    { $set: { before: { $cond: [{ $eq: ['$hold', fence] }, '$before', former] }, hold: fence } },
    ...stages,
  ];
}

/** Takes the marks off what a committed change touched. May be repeated. */
export async function carryThrough(
  collections: Collections,
  scheduler: string,
  fence: number,
  touched: Iterable<Touched> = ALL,
): Promise<void> {
  await Promise.all(
    [...touched].map((name) =>
      heldIn(collections, name).bulkWrite(
        [
          { deleteMany: { filter: { scheduler, hold: fence, gone: true } } },
          { updateMany: { filter: { scheduler, hold: fence }, update: [...unmarking(name)] } },
        ],
        { ordered: true },
      ),
    ),
  );
}

/** Takes the marks off a document; a trigger whose last run ended lets go of its job with them, and no sooner. */
function unmarking(name: Touched): readonly Document[] {
  const unmarked = { $unset: ['hold', 'before'] };
  return name === 'triggers' ? [{ $set: { exclusive: EXCLUSIVE } }, unmarked] : [unmarked];
}

/**
 * Takes back what is marked and does not count. May be repeated.
 *
 * @param of - the fence of one change; unless given, everything that is marked, which only the owner of the lock may do
 */
export async function takeBack(
  collections: Collections,
  scheduler: string,
  touched: Iterable<Touched> = ALL,
  of?: number,
): Promise<void> {
  const hold = of ?? { $exists: true };
  await Promise.all(
    [...touched].map((name) =>
      heldIn(collections, name).bulkWrite(
        [
          { deleteMany: { filter: { scheduler, hold, before: { $exists: false } } } },
          {
            updateMany: {
              filter: { scheduler, hold, before: { $exists: true } },
              update: [{ $replaceWith: '$before' }],
            },
          },
        ],
        { ordered: true },
      ),
    ),
  );
}

/** Whether anything of a collection is marked. */
export async function isHeld(collections: Collections, scheduler: string, name: Touched): Promise<boolean> {
  const filter = { scheduler, hold: { $exists: true } };
  return (await heldIn(collections, name).findOne(filter, { projection: { _id: 1 } })) !== null;
}

/**
 * The document that counts: its former self when somebody holds it who is not done; null when that is none.
 *
 * @param fence - that of the reader's own change, whose writes it sees
 */
export function current<D extends Held>(document: D, fence: number | null): D | null {
  if (document.hold === undefined) return document;
  if (document.hold === fence) return document.gone ? null : document;
  return (document.before as D | undefined) ?? null;
}

function heldIn(collections: Collections, name: Touched): Collection<Document> {
  return collections[name] as unknown as Collection<Document>;
}
