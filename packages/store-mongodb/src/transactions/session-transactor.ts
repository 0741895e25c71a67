/**
 * Changes over several documents where the server has transactions: replica sets and sharded clusters.
 *
 * @module
 */
import { type Effects, SchedulerError, SerialQueue } from '@ametrine/core/spi';
import type { ClientSession, MongoClient, WriteConcernSettings } from 'mongodb';
import type { Collections } from '../collections.js';
import type { SchedulerDocument } from '../documents/scheduler-document.js';
import { waitAbout } from '../waiting.js';
import { Conflict, hasLabel, isDuplicate } from './conflict.js';
import { MongoTransaction } from './mongo-transaction.js';
import type { SchedulerLock, Tenure } from './scheduler-lock.js';
import { sweep } from './sweep.js';
import type { SharedParts, Transactor, Work } from './transactor.js';
import { type JoiningParts, joinTransaction } from './user-transaction.js';

/** How long a change starts again and again because somebody was faster, in ms. */
const LEAST_PATIENCE_MS = 15_000;

/** Session transactions, one after another by the lock: they never wait for one another within the server. */
export class SessionTransactor implements Transactor {
  readonly #client: MongoClient;
  readonly #parts: SharedParts;
  readonly #lock: SchedulerLock;
  readonly #writeConcern: WriteConcernSettings;
  readonly #patienceMs: number;
  readonly #joining: JoiningParts;
  readonly #queue = new SerialQueue();

  /** @param collectionsBy - the store's collections, by way of the client of a session of the user's */
  constructor(
    client: MongoClient,
    parts: SharedParts,
    lock: SchedulerLock,
    writeConcern: WriteConcernSettings,
    timeoutMs: number,
    collectionsBy: (client: MongoClient) => Collections,
  ) {
    this.#client = client;
    this.#parts = parts;
    this.#lock = lock;
    this.#writeConcern = writeConcern;
    this.#patienceMs = Math.max(timeoutMs, LEAST_PATIENCE_MS);
    this.#joining = { shared: parts, timeoutMs, collectionsBy };
  }

  write<T>(effects: Effects, work: Work<T>): Promise<T> {
    return this.#queue.run(() => this.#inSession((session) => this.#write(session, effects, work)));
  }

  async #write<T>(session: ClientSession, effects: Effects, work: Work<T>): Promise<T> {
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      // In the session, so that the snapshot is not older than the lock.
      const tenure = await this.#lock.acquire(session);
      try {
        return await this.#once(session, tenure, effects, work);
      } catch (error) {
        await abort(session);
        await this.#lock.release(tenure, {}).catch(() => false);
        if (!startsAgain(error) || performance.now() - began > this.#patienceMs) throw explained(error);
        effects.clear();
        await waitAbout(Math.min(2 ** attempt, 50));
      }
    }
  }

  async #once<T>(session: ClientSession, tenure: Tenure, effects: Effects, work: Work<T>): Promise<T> {
    this.#begin(session);
    // The commit lets go of the lock. Until then nobody else can write to its document, however long this takes; and an
    // owner that lost it finds out here.
    if (!(await this.#lock.release(tenure, {}, session))) throw new Conflict('The lock was lost');
    const tx = this.#transaction(session, tenure.document, effects);
    await sweep(tx);
    const result = await work(tx);
    if (Object.keys(tx.facts).length > 0) await this.#lock.note(tx.facts, session);
    await this.#commit(session);
    return result;
  }

  #transaction(
    session: ClientSession,
    document: SchedulerDocument,
    effects: Effects | null,
  ): MongoTransaction {
    return new MongoTransaction({ ...this.#parts, document, session, fence: null, effects });
  }

  async #commit(session: ClientSession): Promise<void> {
    const began = performance.now();
    for (;;) {
      try {
        await session.commitTransaction();
        return;
      } catch (error) {
        // Committing is repeatable: the server knows the transaction by its number.
        if (!hasLabel(error, 'UnknownTransactionCommitResult')) throw error;
        if (performance.now() - began > this.#patienceMs) throw fateUnknown(error);
        await waitAbout(20);
      }
    }
  }

  read<T>(work: Work<T>): Promise<T> {
    return this.#inSession(async (session) => {
      const began = performance.now();
      for (let attempt = 1; ; attempt++) {
        try {
          this.#begin(session);
          const result = await work(this.#transaction(session, await this.#lock.look(session), null));
          await session.commitTransaction();
          return result;
        } catch (error) {
          await abort(session);
          if (!startsAgain(error) || performance.now() - began > this.#patienceMs) throw error;
          await waitAbout(Math.min(2 ** attempt, 50));
        }
      }
    });
  }

  join<T>(transaction: unknown, effects: Effects, work: Work<T>): Promise<T> {
    return joinTransaction(this.#joining, transaction, effects, work);
  }

  async settle(): Promise<void> {
    await waitAbout(2);
  }

  #begin(session: ClientSession): void {
    const options = {
      readConcern: { level: 'snapshot' },
      readPreference: 'primary',
      writeConcern: this.#writeConcern,
    };
    session.startTransaction(options as unknown as Parameters<ClientSession['startTransaction']>[0]);
  }

  async #inSession<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    const session = this.#client.startSession({ causalConsistency: true });
    try {
      return await work(session);
    } finally {
      await session.endSession().catch(() => {});
    }
  }
}

async function abort(session: ClientSession): Promise<void> {
  if (session.inTransaction()) await session.abortTransaction().catch(() => {});
}

function startsAgain(error: unknown): boolean {
  return error instanceof Conflict || isDuplicate(error) || hasLabel(error, 'TransientTransactionError');
}

function explained(error: unknown): unknown {
  if (!(error instanceof Conflict) && !isDuplicate(error)) return error;
  return new SchedulerError('ERR_STORE_BUSY', 'Other nodes were faster, again and again', {
    retryable: true,
    cause: error,
  });
}

/** The error for a change of which nobody can say whether it was made. */
export function fateUnknown(cause: unknown): SchedulerError {
  return new SchedulerError(
    'ERR_WRITE_FATE_UNKNOWN',
    'The connection broke while a change was committed; look whether it was made before you repeat it',
    { cause },
  );
}
