/**
 * The calls of a store within a transaction of the application.
 *
 * @module
 */
import type { StoreCapabilities } from '../capabilities.js';
import { Effects } from '../effects.js';
import type { JoinedStore } from '../job-store.js';
import type { StoreSignals } from '../signals.js';
import type { ResolvedStoreOptions } from '../store-options.js';
import type { StoreTransaction } from '../store-transaction.js';
import { StoringStore } from './storing-store.js';

/** The store that takes part. */
export interface JoiningParts {
  readonly capabilities: StoreCapabilities;
  readonly options: ResolvedStoreOptions;
  /** Runs work in the application's transaction. */
  transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  readonly signals: StoreSignals;
}

/** Keeps what is to be said until the application says that its transaction was committed. @rule JS-TXN-02 */
export class JoinedStoring extends StoringStore implements JoinedStore {
  readonly capabilities: StoreCapabilities;
  readonly #parts: JoiningParts;
  #kept: Effects[] = [];

  constructor(parts: JoiningParts) {
    const { jobClassResolver: _, ...options } = parts.options;
    super(options);
    this.capabilities = parts.capabilities;
    this.#parts = parts;
  }

  committed(): void {
    for (const effects of this.#kept.splice(0)) effects.send(this.#parts.signals);
  }

  protected override async open(): Promise<void> {}

  protected override async close(): Promise<void> {}

  protected override async leaving(): Promise<void> {}

  protected override transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#parts.transact(effects, work);
  }

  protected override read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.transact(new Effects(), work);
  }

  protected override deliver(effects: Effects): void {
    this.#kept.push(effects);
  }
}
