/**
 * A store in the memory of one process.
 *
 * @module
 */
import {
  type AcquiredTrigger,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionOutcome,
  checkKnownKeys,
  type Effects,
  type FireOutcome,
  JobStoreSupport,
  type JobWithTriggers,
  STORE_OPTION_KEYS,
  type StoreCapabilities,
  type StoreOptions,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { storeEntries } from './bulk-storing.js';
import { claim, release } from './claiming.js';
import { MemoryTransaction } from './memory-transaction.js';
import { complete, fire } from './running.js';
import { Tables } from './tables.js';
import { Turns } from './turns.js';

const CAPABILITIES: StoreCapabilities = Object.freeze({
  durability: 'none',
  clustering: false,
  wakeup: 'local',
  transactions: 'own',
  livenessClock: 'caller',
  timestampPrecisionMs: 1,
  maxNameLength: 1000,
  maxDataBytes: 16 * 1024 * 1024,
  reacquireCostMs: 1,
});

/**
 * Keeps everything in the memory of this process and loses it with the process: for tests, for work that is planned
 * anew at every start, and as the reference for what other stores do.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`, from the constructor, for a wrong or unknown option
 */
export class MemoryJobStore extends JobStoreSupport {
  override readonly capabilities: StoreCapabilities = CAPABILITIES;
  readonly #tables = new Tables();
  readonly #turns = new Turns();

  constructor(options: StoreOptions = {}) {
    checkKnownKeys('options', options, STORE_OPTION_KEYS);
    super(options);
  }

  protected override async open(): Promise<void> {}

  protected override async close(): Promise<void> {
    this.#tables.clear();
  }

  protected override transact<T>(_effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      this.#tables.begin();
      try {
        const result = await work(new MemoryTransaction(this.#tables));
        this.#tables.commit();
        return result;
      } catch (error) {
        this.#tables.rollBack();
        throw error;
      }
    });
  }

  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return this.#atOnce(() => claim(this.#tables, request, effects));
  }

  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
  ): Promise<readonly FireOutcome[]> {
    return this.#atOnce(() => fire(this.#tables, acquired, now));
  }

  protected override complete(
    completions: readonly Completion[],
    _now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return this.#atOnce(() => complete(this.#tables, completions, effects));
  }

  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return this.#atOnce(() => release(this.#tables, acquired, effects));
  }

  protected override storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    return this.#atOnce(() => storeEntries(this.#tables, entries, replace, effects));
  }

  /** The hot path waits for nothing, so it needs no transaction but the order of turns. */
  #atOnce<T>(work: () => T): Promise<T> {
    return this.#turns.takeBriefly(() => this.#tables.atomically(work));
  }
}
