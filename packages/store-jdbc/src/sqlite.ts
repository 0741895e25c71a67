/**
 * `@ametrine/store-jdbc/sqlite`: a JobStore in an SQLite file, through better-sqlite3.
 *
 * @module
 */
import { realpathSync } from 'node:fs';
import {
  type AtTime,
  type ClaimRequest,
  type ClaimResult,
  type DynamicJobStore,
  dynamicJobStore,
  Effects,
  type InstanceRecord,
  invalidArgument,
  isSchedulerError,
  type Recovery,
  SchedulerError,
  type StoreCapabilities,
  type StoreContext,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { type Database, SerialDatabase } from './database.js';
import { sqliteDialect } from './dialects/sqlite.js';
import {
  BetterSqliteDriver,
  loadBetterSqlite,
  type SqliteConstructor,
  type SqliteHandle,
} from './drivers/better-sqlite3.js';
import type { Driver } from './drivers/driver.js';
import { sqliteFault } from './errors.js';
import { nextDueAt } from './hot-path/claiming.js';
import { NodeLock, nodeLockPath } from './liveness-sqlite.js';
import { retryWhile } from './retry.js';
import { SqlTransaction } from './sql-transaction.js';
import { checkSqliteOptions, type SqliteSettings, type SqliteStoreOptions } from './sqlite-options.js';
import { SteppedSqlJobStore } from './stepped-store.js';
import { FileWakeup } from './wakeup-sqlite.js';

export type { SqliteHandle, SqliteStatement } from './drivers/better-sqlite3.js';
export type { SqlStoreOptions } from './sql-store.js';
export type { SqliteDatabase, SqliteFile, SqliteStoreOptions } from './sqlite-options.js';

/** The log is copied into the database at this size, in pages of 4 KiB: rarely, for every copy waits for the disk. */
const CHECKPOINT_PAGES = 4000;
/** What the log is cut to when it has grown, in bytes. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Keeps schedules in an SQLite file, or in a database handle of yours. Several processes on one machine may share the
 * file: each is a node of the cluster.
 *
 * @example
 * ```ts
 * const store = new SqliteJobStore({ path: './schedules.db' });
 * ```
 */
export class SqliteJobStore extends SteppedSqlJobStore {
  readonly capabilities: StoreCapabilities;
  readonly #settings: SqliteSettings;
  #node: SqliteNode | null = null;

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: SqliteStoreOptions) {
    const settings = checkSqliteOptions(options);
    super(sqliteDialect, options);
    this.#settings = settings;
    const { isFile, synchronous } = settings;
    const onDisk = synchronous === 'full' ? 'disk' : 'process';
    this.capabilities = Object.freeze({
      durability: isFile ? onDisk : 'none',
      clustering: isFile,
      wakeup: isFile ? 'push' : 'local',
      transactions: 'join',
      livenessClock: 'caller',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 5,
    } satisfies StoreCapabilities);
  }

  protected override async connect(): Promise<Database> {
    return new SerialDatabase(await this.openDriver(), this.#settings.busyTimeoutMs, isBusy);
  }

  /** Opens the connection. */
  protected async openDriver(): Promise<BetterSqliteDriver> {
    const { path, database } = this.#settings;
    if (database !== null) return new BetterSqliteDriver(database, false);
    const Database = await loadBetterSqlite();
    // Waiting is done by the store, which leaves the event loop free.
    const driver = new BetterSqliteDriver(new Database(path, { timeout: 0 }), true);
    try {
      await retryWhile(this.#settings.busyTimeoutMs, isBusy, async () => this.#configure(driver));
    } catch (error) {
      await driver.close();
      throw error;
    }
    return driver;
  }

  #configure(driver: BetterSqliteDriver): void {
    const mode = driver.pragma('journal_mode = WAL');
    if (this.#settings.isFile && mode !== 'wal') {
      throw new SchedulerError(
        'ERR_STORE_UNAVAILABLE',
        `SQLite cannot use its write-ahead log for ${this.#settings.path}; put the file on a local file system`,
        { details: { path: this.#settings.path, journalMode: String(mode) } },
      );
    }
    driver.handle.exec(
      `PRAGMA synchronous = ${this.#settings.synchronous};
       PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
       PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`,
    );
  }

  protected override async open(context: StoreContext): Promise<void> {
    await super.open(context);
    if (!this.#settings.isFile) return;
    try {
      this.#node = await this.write(new Effects(), async ({ driver }) => this.#joinAsNode(driver, context));
    } catch (error) {
      await super.close();
      throw error;
    }
  }

  #joinAsNode(driver: Driver, { schedulerName, instanceId }: StoreContext): SqliteNode {
    const { handle } = driver as BetterSqliteDriver;
    const Database = handle.constructor as SqliteConstructor;
    const databasePath = realpathSync(handle.name);
    const lockPath = (id: string): string =>
      nodeLockPath(databasePath, { tablePrefix: this.tablePrefix, schedulerName, instanceId: id });
    return {
      Database,
      lockPath,
      lock: NodeLock.take(Database, lockPath(instanceId), handle, instanceId),
      wakeup: new FileWakeup(watchedFile(driver as BetterSqliteDriver, databasePath), () =>
        this.#lookForOthers(),
      ),
      driver: driver as BetterSqliteDriver,
      dataVersion: null,
      lastSignalled: null,
    };
  }

  protected override async transactIn<T>(
    transaction: unknown,
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    const handle = transaction as SqliteHandle | null;
    if (typeof handle?.prepare !== 'function' || !handle.inTransaction) {
      throw invalidArgument(
        'transaction',
        typeof transaction,
        'an open Database of better-sqlite3 on which you began a transaction',
      );
    }
    const driver = new BetterSqliteDriver(handle, false);
    await driver.script('SAVEPOINT ametrine');
    try {
      const result = await work(new SqlTransaction(driver, this.scope, effects));
      await driver.script('RELEASE ametrine');
      return result;
    } catch (error) {
      await driver.script('ROLLBACK TO ametrine; RELEASE ametrine');
      throw error;
    }
  }

  protected override async close(): Promise<void> {
    const node = this.#node;
    this.#node = null;
    node?.wakeup.stop();
    if (node !== null) {
      try {
        await this.write(new Effects(), async () => node.lock.release());
      } catch {
        // Nobody needs the file: whoever finds it finds its lock free as well.
        node.lock.abandon();
      }
    }
    await super.close();
  }

  override async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    const node = this.#node;
    if (node !== null && node.dataVersion === null) {
      node.dataVersion = await this.glance(async () => Number(node.driver.pragma('data_version')));
      node.wakeup.start();
    }
    return super.schedulerStarted(options);
  }

  protected override async isInstanceGone({ instanceId }: InstanceRecord): Promise<boolean> {
    const node = this.#node;
    if (node === null) return false;
    return this.write(new Effects(), async () =>
      NodeLock.isAbandoned(node.Database, node.lockPath(instanceId)),
    );
  }

  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    if (this.#node !== null) this.#node.lastSignalled = null;
    return super.claim(request, effects);
  }

  /**
   * Something was written. When it was somebody else, the scheduler is told when the first trigger is due now: it looks
   * again only if that is news to it, so that nodes which commit all the time do not wake one another all the time.
   */
  async #lookForOthers(): Promise<void> {
    const node = this.#node;
    if (node === null) return;
    try {
      const nextAt = await this.glance(async (tx) => {
        const version = Number(node.driver.pragma('data_version'));
        if (version === node.dataVersion) return null;
        const at = await nextDueAt(tx);
        node.dataVersion = version;
        return at;
      });
      if (nextAt === null || nextAt === node.lastSignalled || this.#node === null) return;
      node.lastSignalled = nextAt;
      this.context.signals.schedulingChanged(nextAt);
    } catch (error) {
      if (this.#node === null) return;
      if (!node.driver.handle.open) {
        node.wakeup.stop();
        node.lock.abandon();
      }
      const problem = isSchedulerError(error) ? error : this.translateError(error, 'wake-up');
      this.context.signals.storeError('Looking for changes of other nodes failed', problem);
    }
  }
}

function isBusy(error: unknown): boolean {
  return sqliteFault(error) === 'busy';
}

/** What an open store on a file has as a node of its cluster. */
interface SqliteNode {
  readonly Database: SqliteConstructor;
  readonly lockPath: (instanceId: string) => string;
  readonly lock: NodeLock;
  readonly wakeup: FileWakeup;
  readonly driver: BetterSqliteDriver;
  /** Changes with every commit of another connection; null before the scheduler started. */
  dataVersion: number | null;
  /** The time that was last told to the scheduler, as long as it has not claimed anything since. */
  lastSignalled: number | null;
}

/** The file that every commit writes to. */
function watchedFile(driver: BetterSqliteDriver, databasePath: string): string {
  return driver.pragma('journal_mode') === 'wal' ? `${databasePath}-wal` : databasePath;
}

/** SqliteJobStore that also finds job classes in modules under the folders of its option `jobClassRoots`. */
export const DynamicSqliteJobStore: DynamicJobStore<SqliteStoreOptions, SqliteJobStore> =
  dynamicJobStore(SqliteJobStore);
