/**
 * Defects in taking part in transactions of the application.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core';
import type { Effects, StoreTransaction } from '@ametrine/core/spi';
import { JoinableStore, joinableHarness } from '../joinable-store.js';
import { ApplicationTransaction } from '../portable-store.js';
import { brokenCalls, type Mutant } from './mutant.js';

type Work<T> = (tx: StoreTransaction) => Promise<T>;

/** A defect in a store that takes part. */
function brokenJoin(id: string, what: string, subclass: () => typeof JoinableStore): Mutant {
  const rule = id.slice(0, id.indexOf('/'));
  return { id, rule, what, make: () => ({ ...joinableHarness(id, subclass()), name: id }) };
}

/** TXN. */
export const joiningMutants: readonly Mutant[] = [
  brokenJoin(
    'JS-TXN-01/of-its-own',
    'what is stored in the transaction is there before its commit',
    () =>
      class extends JoinableStore {
        protected override transactIn<T>(transaction: unknown, effects: Effects, work: Work<T>): Promise<T> {
          return transaction instanceof ApplicationTransaction
            ? this.transact(effects, work)
            : super.transactIn(transaction, effects, work);
        }
      },
  ),
  brokenJoin(
    'JS-TXN-01/only-the-last',
    'each call sees, and leaves, nothing of those before it',
    () =>
      class extends JoinableStore {
        protected override transactIn<T>(transaction: unknown, effects: Effects, work: Work<T>): Promise<T> {
          const other = transaction instanceof ApplicationTransaction ? this.backend.begin() : transaction;
          return super.transactIn(other, effects, work);
        }
      },
  ),
  brokenJoin(
    'JS-TXN-02/at-once',
    'the scheduler is told before the commit',
    () =>
      class extends JoinableStore {
        protected override async transactIn<T>(
          transaction: unknown,
          effects: Effects,
          work: Work<T>,
        ): Promise<T> {
          const result = await super.transactIn(transaction, effects, work);
          effects.send(this.context.signals);
          return result;
        }
      },
  ),
  brokenJoin(
    'JS-TXN-02/never',
    'the scheduler is not told when the application has committed',
    () =>
      class extends JoinableStore {
        protected override async transactIn<T>(
          transaction: unknown,
          effects: Effects,
          work: Work<T>,
        ): Promise<T> {
          const result = await super.transactIn(transaction, effects, work);
          effects.clear();
          return result;
        }
      },
  ),
  brokenJoin(
    'JS-TXN-03/takes-anything',
    'what is no transaction is taken for one',
    () =>
      class extends JoinableStore {
        protected override transactIn<T>(transaction: unknown, effects: Effects, work: Work<T>): Promise<T> {
          return transaction instanceof ApplicationTransaction
            ? super.transactIn(transaction, effects, work)
            : this.transact(effects, work);
        }
      },
  ),
  brokenCalls('JS-TXN-03/another-error', 'a store that takes part in none says that it failed', () => ({
    join: async () => {
      throw new SchedulerError('ERR_STORE_UNAVAILABLE', 'there is no transaction');
    },
  })),
];
