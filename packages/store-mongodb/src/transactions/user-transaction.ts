/**
 * Changes within a transaction of the application, which decides whether they count.
 *
 * Everything happens on the session's own client: a session is of one client, and need not be of the store's. Writing to
 * the lock's document keeps every other change out until the application commits or aborts. Triggers that are stored one
 * at a time do not take the lock (`joining.ts`): they meet such a transaction where both write to the trigger's job.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Effects, SchedulerError } from '@ametrine/core/spi';
import type { ClientSession, MongoClient } from 'mongodb';
import type { Collections } from '../collections.js';
import { signalWithin } from '../documents/scheduler-document.js';
import { Conflict, hasLabel, isDuplicate } from './conflict.js';
import { MongoTransaction } from './mongo-transaction.js';
import { SchedulerLock } from './scheduler-lock.js';
import { sweep } from './sweep.js';
import type { SharedParts, Work } from './transactor.js';

/** What joining needs of the store. */
export interface JoiningParts {
  readonly shared: Omit<SharedParts, 'collections'>;
  readonly timeoutMs: number;
  /** The store's collections, by way of that client. */
  collectionsBy(client: MongoClient): Collections;
}

/** @rule JS-TXN-01, JS-TXN-02 */
export async function joinTransaction<T>(
  { shared, timeoutMs, collectionsBy }: JoiningParts,
  transaction: unknown,
  effects: Effects,
  work: Work<T>,
): Promise<T> {
  const { session, client } = checkSession(transaction);
  const collections = collectionsBy(client);
  const { scheduler } = shared;
  const { schedulers } = collections;
  // It never owns the lock, and need not know who does.
  const lock = new SchedulerLock({
    schedulers,
    scheduler,
    timeoutMs,
    life: '',
    isConnected: async () => null,
  });
  try {
    const document = await lock.enter(session);
    const tx = new MongoTransaction({ ...shared, collections, document, session, fence: null, effects });
    await sweep(tx);
    const result = await work(tx);
    if (Object.keys(tx.facts).length > 0) await lock.note(tx.facts, session);
    // In nobody's name: this node, too, hears of the commit only so.
    if (effects.change !== undefined) {
      await announce(collections, scheduler, effects.change, session);
    }
    return result;
  } catch (error) {
    throw mustRepeat(error) ? takenBack(error) : error;
  }
}

/**
 * A document that comes and goes within the transaction: change streams tell of it when it is committed, and it is in
 * nobody's way, as the one document that nodes replace outside of transactions would be.
 */
async function announce(
  { signals }: Collections,
  scheduler: string,
  candidateAt: number | null,
  session: ClientSession,
): Promise<void> {
  const signal = signalWithin(scheduler, { by: '', serial: randomUUID(), candidateAt });
  await signals.insertOne(signal, { session });
  await signals.deleteOne({ _id: signal._id }, { session });
}

function checkSession(transaction: unknown): {
  readonly session: ClientSession;
  readonly client: MongoClient;
} {
  const session = transaction as (ClientSession & { readonly client?: MongoClient }) | null;
  if (typeof session?.inTransaction !== 'function') {
    throw refusal('is no ClientSession of mongodb; get one from client.startSession()', typeof transaction);
  }
  const { client } = session;
  if (session.hasEnded || client === undefined) {
    throw refusal('has ended; use a session before its endSession()', 'a session that has ended');
  }
  if (!session.inTransaction()) {
    throw refusal(
      'is in no transaction; call session.startTransaction() or use session.withTransaction()',
      'a session without a transaction',
    );
  }
  return { session, client };
}

function refusal(reason: string, value: string): SchedulerError {
  return new SchedulerError('ERR_INVALID_ARGUMENT', `transaction ${reason}`, {
    details: { field: 'transaction', value },
  });
}

/** Whether the server has given the whole transaction up, or will not let it be committed. */
function mustRepeat(error: unknown): boolean {
  return error instanceof Conflict || isDuplicate(error) || hasLabel(error, 'TransientTransactionError');
}

function takenBack(cause: unknown): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_BUSY',
    'Others were faster, and the server took the whole transaction back: begin it anew (the cause is the error of the driver, which session.withTransaction() knows)',
    { retryable: true, cause },
  );
}

/** The error for a transaction on a server that has none. */
export function cannotJoin(): SchedulerError {
  return new SchedulerError(
    'ERR_UNSUPPORTED',
    'The options name no replica set, and a MongoDB server that stands alone has no transactions: run it as a replica set, if only of itself, and name that in the options (replicaSet=… in uri)',
  );
}
