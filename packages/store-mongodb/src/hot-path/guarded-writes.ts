/**
 * Writing to many triggers at once, each only if it is still the document that was read.
 *
 * @module
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Collections } from '../collections.js';
import type { RunEntry, TriggerDocument } from '../documents/trigger-document.js';
import { isDuplicate } from '../transactions/conflict.js';
import { type AlikeMember, type AlikeWrite, alikeKey, alikeUpdate } from './alike-writes.js';

/** A claim or a fire: a write that insists on a version. */
export interface GuardedWrite {
  readonly _id: string;
  readonly version: number;
  readonly update: Document;
  /** The token of the run that the write makes, or makes executing. */
  readonly token: string;
  /** Set by a fire (epoch ms). */
  readonly firedAt?: number;
  /** What the update does, when others may be like it; null when it is special. */
  readonly alike: AlikeWrite | null;
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
 * Makes the writes, those that are alike in one statement and the others in one bulk write, and finds out which were made:
 * when the counts add up, all; else the documents say it by their tokens.
 *
 * @returns the tokens of those that were made
 */
export async function writeGuarded(
  collections: Collections,
  writes: readonly GuardedWrite[],
): Promise<ReadonlySet<string>> {
  if (writes.length === 0) return new Set();
  const [together, single] = sorted(writes);
  const results = await Promise.allSettled([
    ...together.map((group) => writeAlike(collections, group)),
    writeEach(collections, single),
  ]);
  let count = 0;
  for (const result of results) {
    if (result.status === 'fulfilled') count += result.value;
    // Somebody claimed another trigger of a job that must not run twice; the other writes were made.
    else if (!isDuplicate(result.reason)) throw result.reason;
  }
  if (count === writes.length) return new Set(writes.map(({ token }) => token));
  const found = await collections.triggers
    .find({ _id: { $in: writes.map(({ _id }) => _id) } }, { projection: { runs: 1 } })
    .toArray();
  const runs = new Map(found.flatMap((document) => document.runs.map((run) => [run.id, run] as const)));
  return new Set(writes.filter((write) => isMade(write, runs.get(write.token))).map(({ token }) => token));
}

type AlikeGuarded = GuardedWrite & AlikeMember;
type Group = [AlikeGuarded, ...AlikeGuarded[]];

/** Groups of writes that are alike, and those that are like no other. */
function sorted(writes: readonly GuardedWrite[]): readonly [readonly Group[], readonly GuardedWrite[]] {
  const groups = new Map<string, Group>();
  const single: GuardedWrite[] = [];
  for (const write of writes) {
    if (!isAlike(write)) {
      single.push(write);
      continue;
    }
    const key = alikeKey(write.version, write);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [write]);
    else group.push(write);
  }
  const together: Group[] = [];
  for (const group of groups.values()) {
    if (group.length > 1) together.push(group);
    else single.push(...group);
  }
  return [together, single];
}

function isAlike(write: GuardedWrite): write is AlikeGuarded {
  return write.alike !== null;
}

async function writeAlike({ triggers }: Collections, group: Group): Promise<number> {
  const [{ version }] = group;
  const filter = { _id: { $in: group.map(({ _id }) => _id) }, version, hold: { $exists: false } };
  const { matchedCount } = await triggers.updateMany(filter as Document, alikeUpdate(group), {
    hint: { _id: 1 },
  });
  return matchedCount;
}

async function writeEach({ triggers }: Collections, writes: readonly GuardedWrite[]): Promise<number> {
  if (writes.length === 0) return 0;
  const operations = writes.map(
    ({ _id, version, update }): AnyBulkWriteOperation<TriggerDocument> => ({
      updateOne: { filter: unchanged({ _id, version }), update },
    }),
  );
  return (await triggers.bulkWrite(operations, { ordered: false })).matchedCount;
}

function isMade({ firedAt }: GuardedWrite, run: RunEntry | undefined): boolean {
  return run !== undefined && (firedAt === undefined || run.firedAt === firedAt);
}
