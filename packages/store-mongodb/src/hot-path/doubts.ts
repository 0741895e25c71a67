/**
 * Writes of which nobody knows whether they were made: the connection broke before the answer.
 *
 * A replica set repeats such a write by itself and answers for both attempts. A server that stands alone cannot, and
 * the driver gives up where even a replica set has no primary for long. A claim that was made unseen would be held for
 * ever by a node that lives. So the next call finds out: what was made is taken back, and what was not can no longer
 * arrive, because the documents get another version.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Collections } from '../collections.js';
import type { RunEntry, TriggerDocument } from '../documents/trigger-document.js';
import { removingRun } from './run-removal.js';

/** A claim, or a fire, in doubt. */
export interface Doubt {
  readonly _id: string;
  /** The version that the write insisted on. */
  readonly version: number;
  readonly token: string;
  /** The trigger before it. */
  readonly before: Trigger;
  /** Of a fire: the run as it was, a claim. */
  readonly run?: RunEntry;
}

/** The doubts of one open store. */
export class Doubts {
  /** Claims: nobody was told their tokens. */
  #claims: Doubt[] = [];
  /** Fires, by token: the claim is known, and will be fired again or given back. */
  readonly #fires = new Map<string, Doubt>();
  /** Completions, by token: they will be repeated. */
  readonly #endings = new Set<string>();

  doubtClaims(doubts: readonly Doubt[]): void {
    this.#claims.push(...doubts);
  }

  doubtFires(doubts: readonly Doubt[]): void {
    for (const doubt of doubts) this.#fires.set(doubt.token, doubt);
  }

  doubtEndings(tokens: Iterable<string>): void {
    for (const token of tokens) this.#endings.add(token);
  }

  /** The fire of that token which is in doubt. */
  peekFire(token: string): Doubt | null {
    return this.#fires.get(token) ?? null;
  }

  /** The fire of that token is known from here on. */
  takeFire(token: string): void {
    this.#fires.delete(token);
  }

  /** Whether the end of that run is in doubt; it is known from here on. */
  takeEnding(token: string): boolean {
    return this.#endings.delete(token);
  }

  /** Takes back the claims in doubt. */
  async settleClaims(collections: Collections): Promise<void> {
    const doubts = this.#claims;
    if (doubts.length === 0) return;
    await takeBack(collections, doubts, 'nothing');
    this.#claims = this.#claims.filter((doubt) => !doubts.includes(doubt));
  }
}

/**
 * Takes back claims and fires, whether they were made or are still on their way.
 *
 * @param to - what is left of a fire: the claim that it fired, or nothing
 */
export async function takeBack(
  { triggers }: Collections,
  doubts: readonly Doubt[],
  to: 'claim' | 'nothing',
): Promise<void> {
  const operations = doubts.flatMap((doubt): AnyBulkWriteOperation<TriggerDocument>[] => {
    const { _id, version, token, before } = doubt;
    const run = to === 'claim' ? doubt.run : undefined;
    const undo =
      run === undefined
        ? [...removingRun(token), { $set: timesOf(before) }]
        : [...unfiring(run), { $set: timesOf(before) }, claimedBy(token)];
    const made = { _id, 'runs.id': token, 'runs.firedAt': { $exists: true } };
    const known = run === undefined ? { _id, 'runs.id': token } : made;
    return [
      // Nothing came after it: the trigger is what it was.
      { updateOne: { filter: { ...known, version: version + 1 }, update: undo } },
      // Something did: only the run goes.
      {
        updateOne: {
          filter: { ...known, version: { $gt: version + 1 }, claim: { $ne: token } },
          update: [...removingRun(token)],
        },
      },
      // It has not arrived: from here on it cannot.
      { updateOne: { filter: { _id, version }, update: { $inc: { version: 1 } } } },
    ];
  });
  await triggers.bulkWrite(operations, { ordered: true });
}

function timesOf({ nextFireAt, previousFireAt, timesTriggered }: Trigger): Document {
  return {
    state: 'waiting',
    timesTriggered: { $literal: timesTriggered },
    nextFireAt: nextFireAt ?? '$$REMOVE',
    previousFireAt: previousFireAt ?? '$$REMOVE',
    claim: '$$REMOVE',
  };
}

function claimedBy(token: string): Document {
  return { $set: { state: 'acquired', claim: { $literal: token } } };
}

/** The stage that makes a run a claim again. */
function unfiring(run: RunEntry): readonly Document[] {
  const unfired = { $cond: [{ $eq: ['$$this.id', { $literal: run.id }] }, { $literal: run }, '$$this'] };
  return [{ $set: { runs: { $map: { input: '$runs', in: unfired } }, version: { $add: ['$version', 1] } } }];
}
