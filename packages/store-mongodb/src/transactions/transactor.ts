/**
 * How changes over several documents are made on one kind of server.
 *
 * @module
 */
import type { Effects } from '@ametrine/core/spi';
import type { TransactionParts } from './job-primitives.js';
import type { MongoTransaction } from './mongo-transaction.js';

/** What every transaction of a store shares. */
export type SharedParts = Pick<TransactionParts, 'collections' | 'scheduler' | 'life' | 'instanceId'>;

/** Work over the storage primitives. */
export type Work<T> = (tx: MongoTransaction) => Promise<T>;

/** Runs work whole or not at all, and apart from other work of the same scheduler name. */
export interface Transactor {
  /** Runs work that may write; again when somebody was faster, after `effects.clear()`. */
  write<T>(effects: Effects, work: Work<T>): Promise<T>;
  /** Runs work that reads: it sees every change whole or not at all. */
  read<T>(work: Work<T>): Promise<T>;
  /**
   * Runs work within a transaction of the user's, which decides whether it counts.
   *
   * @throws SchedulerError `ERR_INVALID_ARGUMENT` when it is no session in a transaction
   */
  join<T>(transaction: unknown, effects: Effects, work: Work<T>): Promise<T>;
  /** Waits for whoever holds documents, and takes back what nobody will finish. */
  settle(): Promise<void>;
}
