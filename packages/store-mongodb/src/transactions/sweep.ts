/**
 * What a change does before it reads anything.
 *
 * @module
 */
import type { MongoTransaction } from './mongo-transaction.js';

/** Removes triggers that are just being stored by themselves: whoever stores them finds that a change came first, and waits. */
export async function sweep(tx: MongoTransaction): Promise<void> {
  const { collections, scheduler, session } = tx.parts;
  await collections.triggers.deleteMany(
    { scheduler, hold: { $exists: true } },
    session === undefined ? {} : { session },
  );
}
