/**
 * Writing to many triggers at once, each only if it is still the document that was read.
 *
 * @module
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Collections } from '../collections.js';
import type { RunEntry, TriggerDocument } from '../documents/trigger-document.js';
import { isDuplicate } from '../transactions/conflict.js';

/** A claim or a fire: a write that insists on a version. */
export interface GuardedWrite {
  readonly _id: string;
  readonly version: number;
  readonly update: Document;
  /** The token of the run that the write makes, or makes executing. */
  readonly token: string;
  /** Set by a fire (epoch ms). */
  readonly firedAt?: number;
}

/** The filter of a document that nobody has written to since, and nobody holds. */
export function unchanged({ _id, version }: { readonly _id: string; readonly version: number }): {
  _id: string;
  version: number;
  hold: { $exists: false };
} {
  return { _id, version, hold: { $exists: false } };
}

/**
 * Makes the writes in one bulk write, and finds out which were made: when the counts add up, all; else the documents
 * say it by their tokens.
 *
 * @returns the tokens of those that were made
 */
export async function writeGuarded(
  { triggers }: Collections,
  writes: readonly GuardedWrite[],
): Promise<ReadonlySet<string>> {
  if (writes.length === 0) return new Set();
  const operations = writes.map(
    ({ _id, version, update }): AnyBulkWriteOperation<TriggerDocument> => ({
      updateOne: { filter: unchanged({ _id, version }), update },
    }),
  );
  try {
    const { matchedCount } = await triggers.bulkWrite(operations, { ordered: false });
    if (matchedCount === writes.length) return new Set(writes.map(({ token }) => token));
  } catch (error) {
    // Somebody claimed another trigger of a job that must not run twice; the other writes were made.
    if (!isDuplicate(error)) throw error;
  }
  const found = await triggers
    .find({ _id: { $in: writes.map(({ _id }) => _id) } }, { projection: { runs: 1 } })
    .toArray();
  const runs = new Map(found.flatMap((document) => document.runs.map((run) => [run.id, run] as const)));
  return new Set(writes.filter((write) => isMade(write, runs.get(write.token))).map(({ token }) => token));
}

function isMade({ firedAt }: GuardedWrite, run: RunEntry | undefined): boolean {
  return run !== undefined && (firedAt === undefined || run.firedAt === firedAt);
}
