/**
 * The portable store, taking part in transactions of an application.
 *
 * @module
 */
import {
  type Effects,
  invalidArgument,
  type StoreCapabilities,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { defineHarness, type Harness } from '../src/harness.js';
import { OpenPortableStore, type OpenStoreClass, portableHarness } from './open-portable-store.js';
import { ApplicationTransaction, PortableBackend, PortableStore } from './portable-store.js';

/** A portable store with the capability `transactions: 'join'`. */
export class JoinableStore extends OpenPortableStore {
  override readonly capabilities: StoreCapabilities = JOINS;

  protected override transactIn<T>(
    transaction: unknown,
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    if (!(transaction instanceof ApplicationTransaction) || !transaction.isOpen)
      throw invalidArgument('transaction', typeof transaction, 'an open transaction of the backend');
    return transaction.transact(this.scope, (tx) => work(this.primitives(tx, effects)));
  }
}

const JOINS: StoreCapabilities = {
  ...new PortableStore(new PortableBackend()).capabilities,
  transactions: 'join',
};

/** A harness over it, or a subclass. */
export function joinableHarness(name: string, Store: OpenStoreClass = JoinableStore): Harness {
  const base = portableHarness(name, Store);
  return defineHarness({ ...base, claim: JOINS, offers: [...(base.offers ?? []), 'transactions'] });
}
