/**
 * A JobStore in an SQL database: the contract comes from JobStoreSupport, the primitives and the hot path from here,
 * what differs between databases from a dialect and a driver.
 *
 * @module
 */
import type { JobKey, TriggerKey } from '@ametrine/core';
import {
  type AcquiredTrigger,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionOutcome,
  type Effects,
  type FireOutcome,
  JobStoreSupport,
  type JobWithTriggers,
  type RemoveOutcome,
  type SchedulerError,
  type StoreContext,
  type StoreOptions,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { retryWhileBusy } from './busy-retry.js';
import type { Dialect } from './dialects/dialect.js';
import type { Driver } from './drivers/driver.js';
import { storeError } from './errors.js';
import { claim, isAnythingDue } from './hot-path/claiming.js';
import { complete, isSetBased } from './hot-path/completing.js';
import { fire } from './hot-path/firing.js';
import { release } from './hot-path/releasing.js';
import { removeJobRows, removeTriggerRows } from './hot-path/removing.js';
import { insertEntries } from './hot-path/storing.js';
import { migrate } from './migrate.js';
import { checkTablePrefix, SqlSchema, SqlScope } from './scope.js';
import { SerialQueue } from './serial-queue.js';
import { SqlTransaction } from './sql-transaction.js';
import { insertScheduler, selectSchedulerId } from './statements/schedulers.js';

/** Options of every SQL store. */
export interface SqlStoreOptions extends StoreOptions {
  /**
   * What the names of all tables and indexes begin with: letters, digits and underscores, at most 31. Stores with
   * different prefixes share nothing, so changing it means starting anew.
   * @defaultValue 'ametrine_'
   */
  readonly tablePrefix?: string;
  /**
   * How long a call waits for a database that somebody else has locked before it fails with `ERR_STORE_BUSY`, in ms.
   * The event loop is free meanwhile. Smaller fails sooner; larger rides out longer transactions of other programs.
   * @defaultValue 5000
   */
  readonly busyTimeoutMs?: number;
}

/** A JobStore over one connection of a driver. Calls run one after another, each in one transaction. */
export abstract class SqlJobStore extends JobStoreSupport {
  readonly #schema: SqlSchema;
  readonly #busyTimeoutMs: number;
  readonly #queue = new SerialQueue();
  #driver: Driver | null = null;
  #scope: SqlScope | null = null;

  /** @param busyTimeoutMs - checked */
  constructor(dialect: Dialect, options: SqlStoreOptions, busyTimeoutMs: number) {
    super(options);
    this.#schema = new SqlSchema(dialect, checkTablePrefix(options.tablePrefix));
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  /** Opens the connection. */
  protected abstract connect(): Promise<Driver>;

  /** The checked table prefix. */
  protected get tablePrefix(): string {
    return this.#schema.prefix;
  }

  protected override async open(context: StoreContext): Promise<void> {
    const driver = await this.connect();
    this.#driver = driver;
    try {
      await this.retrying(() => migrate(driver, this.#schema, (work) => this.#inTransaction('write', work)));
      this.#scope = new SqlScope(this.#schema, await this.#findSchedulerId(driver, context.schedulerName));
    } catch (error) {
      this.#driver = null;
      await driver.close();
      throw error;
    }
  }

  async #findSchedulerId(driver: Driver, name: string): Promise<number> {
    const find = async (): Promise<number | undefined> => {
      const [row] = await driver.query(selectSchedulerId(this.#schema, name));
      return row?.[0] as number | undefined;
    };
    const known = await this.retrying(find);
    if (known !== undefined) return known;
    return this.retrying(() =>
      this.#inTransaction('write', async () => {
        const other = await find();
        if (other !== undefined) return other;
        const [id] = await driver.insertEach(insertScheduler(this.#schema, name));
        return id as number;
      }),
    );
  }

  protected override async close(): Promise<void> {
    const driver = this.#driver;
    this.#driver = null;
    this.#scope = null;
    await driver?.close();
  }

  protected override translateError(error: unknown, operation: string): SchedulerError {
    return storeError(this.#schema.dialect.faultOf(error), error, operation);
  }

  protected override transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.write(effects, work);
  }

  protected override read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.glance(work);
  }

  /** Runs one transaction that writes. */
  protected write<T>(effects: Effects, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    let again = false;
    return this.exclusively(() => {
      if (again) effects.clear();
      again = true;
      return this.#inTransaction('write', () => work(this.#transaction(effects)));
    });
  }

  /** Runs one transaction that only reads. */
  protected glance<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    return this.exclusively(() => this.#inTransaction('read', () => work(this.#transaction(null))));
  }

  /** Runs `work` while no other call of this store uses the connection, again when the database was busy. */
  protected exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.retrying(work));
  }

  /** Runs `work`, again and again while the database is busy and the time is not up. */
  protected retrying<T>(work: () => Promise<T>): Promise<T> {
    return retryWhileBusy(
      this.#busyTimeoutMs,
      (error) => this.#schema.dialect.faultOf(error) === 'busy',
      work,
    );
  }

  async #inTransaction<T>(access: 'read' | 'write', work: () => Promise<T>): Promise<T> {
    const driver = this.#connected();
    await driver.begin(access);
    try {
      const result = await work();
      await driver.commit();
      return result;
    } catch (error) {
      await driver.rollback();
      throw error;
    }
  }

  #transaction(effects: Effects | null): SqlTransaction {
    if (this.#scope === null) throw new Error('The connection is closed');
    return new SqlTransaction(this.#connected(), this.#scope, effects);
  }

  #connected(): Driver {
    if (this.#driver === null) throw new Error('The connection is closed');
    return this.#driver;
  }

  // The hot path

  protected override async claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    if (!(await this.glance((tx) => isAnythingDue(tx, request)))) return { acquired: [], fired: [] };
    return this.write(effects, (tx) => claim(tx, effects, request));
  }

  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return this.write(effects, (tx) => fire(tx, this.instanceId, acquired, now));
  }

  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    if (!completions.every(isSetBased)) return super.complete(completions, now, effects);
    return this.write(effects, (tx) => complete(tx, effects, completions));
  }

  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return this.write(effects, (tx) => release(tx, effects, acquired));
  }

  protected override async storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    if (!replace) {
      try {
        await this.write(effects, (tx) => insertEntries(tx, effects, entries));
        return;
      } catch (error) {
        if (this.#schema.dialect.faultOf(error) !== 'duplicate') throw error;
        // The portable version looks before it writes, and says which key exists.
        effects.clear();
      }
    }
    await super.storeEntries(entries, replace, effects);
  }

  // Removing goes by row, so that a job or trigger that cannot be read can still be removed.

  override async removeJobs(keys: readonly JobKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('jobKey', key);
    return this.step('removeJobs', (effects) => this.write(effects, (tx) => removeJobRows(tx, keys)));
  }

  override async removeTriggers(keys: readonly TriggerKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('triggerKey', key);
    return this.step('removeTriggers', (effects) =>
      this.write(effects, (tx) => removeTriggerRows(tx, effects, keys)),
    );
  }
}
