/**
 * A JobStore in an SQL database: the contract comes from JobStoreSupport, the primitives from here, what differs between
 * databases from a dialect and a driver. The hot path is a subclass's: in steps over one connection, or in statements
 * for a whole batch.
 *
 * @module
 */
import type { JobKey, Trigger, TriggerKey } from '@ametrine/core';
import {
  checkTrigger,
  type Effects,
  JobStoreSupport,
  type RemoveOutcome,
  type ReplaceOption,
  type SchedulerError,
  type StoreContext,
  type StoreOptions,
  type StoreTransaction,
} from '@ametrine/core/spi';
import type { Database } from './database.js';
import type { Dialect } from './dialects/dialect.js';
import type { Access, Driver } from './drivers/driver.js';
import { storeError } from './errors.js';
import { migrate } from './migrate.js';
import { removeJobRows, removeTriggerRows } from './removing.js';
import { checkTablePrefix, SqlSchema, SqlScope } from './scope.js';
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
   * How long a call goes on trying while the database is locked by somebody else, or away, before it fails with
   * `ERR_STORE_BUSY` or `ERR_STORE_UNAVAILABLE`, in ms. The event loop is free meanwhile. Smaller fails sooner; larger
   * rides out longer transactions of other programs, and restarts of a server.
   * @defaultValue 5000
   */
  readonly busyTimeoutMs?: number;
}

/** A JobStore over the tables of a {@link Database}. */
export abstract class SqlJobStore extends JobStoreSupport {
  readonly #schema: SqlSchema;
  #database: Database | null = null;
  #scope: SqlScope | null = null;

  constructor(dialect: Dialect, options: SqlStoreOptions) {
    super(options);
    this.#schema = new SqlSchema(dialect, checkTablePrefix(options.tablePrefix));
  }

  /** Opens the database. */
  protected abstract connect(): Promise<Database>;

  /** The checked table prefix. */
  protected get tablePrefix(): string {
    return this.#schema.prefix;
  }

  /** The tables, seen by this store's scheduler. */
  protected get scope(): SqlScope {
    if (this.#scope === null) throw closed();
    return this.#scope;
  }

  protected override async open(context: StoreContext): Promise<void> {
    const database = await this.connect();
    this.#database = database;
    try {
      await migrate(database, this.#schema);
      this.#scope = new SqlScope(this.#schema, await this.#findSchedulerId(database, context.schedulerName));
    } catch (error) {
      this.#database = null;
      await database.close();
      throw error;
    }
  }

  async #findSchedulerId(database: Database, name: string): Promise<number> {
    const find = async (driver: Driver): Promise<number | undefined> => {
      const [row] = await driver.query(selectSchedulerId(this.#schema, name));
      return row?.[0] as number | undefined;
    };
    const known = await database.transaction('read', find);
    if (known !== undefined) return known;
    return database.transaction('schema', async (driver) => {
      const lock = this.#schema.schemaLock();
      if (lock !== null) await driver.query(lock);
      const other = await find(driver);
      if (other !== undefined) return other;
      const [id] = await driver.insertEach(insertScheduler(this.#schema, name));
      return id as number;
    });
  }

  protected override async close(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    this.#scope = null;
    await database?.close();
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

  /** Runs one transaction that is alone with the scheduler's rows. */
  protected write<T>(effects: Effects, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    return this.#run('write', effects, work);
  }

  /** Runs one transaction of the hot path. */
  protected hot<T>(
    effects: Effects,
    work: (tx: SqlTransaction) => Promise<T>,
    access: 'step' | 'statement' = 'step',
  ): Promise<T> {
    return this.#run(access, effects, work);
  }

  /** Runs one transaction that only reads. */
  protected glance<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    return this.#run('read', null, work);
  }

  #run<T>(access: Access, effects: Effects | null, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    const { scope } = this;
    if (this.#database === null) throw closed();
    return this.#database.transaction(
      access,
      async (driver) => {
        const result = await work(new SqlTransaction(driver, scope, effects));
        const news = effects?.change;
        if (news !== undefined) await this.announce(driver, news);
        return result;
      },
      () => effects?.clear(),
    );
  }

  /**
   * Tells other nodes, within the transaction, that the schedule changes with it. Unless overridden it does not: the
   * nodes notice by themselves.
   */
  protected async announce(_driver: Driver, _candidateAt: number | null): Promise<void> {}

  override async storeTrigger(trigger: Trigger, options: ReplaceOption = {}): Promise<void> {
    const own = checkTrigger(trigger, this.capabilities);
    const isStored =
      options.replace !== true &&
      (await this.step('storeTrigger', (effects) => this.insertTrigger(own, effects)));
    // The portable version looks before it writes, and says what is wrong.
    if (!isStored) await super.storeTrigger(own, options);
  }

  /** Inserts a trigger; false when nothing was done: it exists, or has no job, or it takes more than to insert it. */
  protected abstract insertTrigger(trigger: Trigger, effects: Effects): Promise<boolean>;

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

function closed(): Error {
  return new Error('The database is closed');
}
