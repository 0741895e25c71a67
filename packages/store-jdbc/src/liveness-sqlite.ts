/**
 * Whether a node's process lives, by a lock that the operating system takes back when it does not.
 *
 * Every open store holds an exclusive SQLite lock on a small file of its own beside the database. Whoever can take that
 * lock knows that the node is gone. All of this happens while the caller holds the database's write lock, so that no
 * two processes create, probe and remove such a file at the same time.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { SchedulerError } from '@ametrine/core/spi';
import type { SqliteConstructor, SqliteHandle } from './drivers/better-sqlite3.js';
import { sqliteFault } from './errors.js';

/** Who a node is. */
export interface NodeIdentity {
  readonly tablePrefix: string;
  readonly schedulerName: string;
  readonly instanceId: string;
}

/**
 * The locks that this process holds, by path. SQLite keeps its connections from dropping one another's locks, but only
 * within one copy of the library; what we hold ourselves is therefore never probed. Shared by all copies of this package.
 */
const held: Map<string, NodeLock> = heldLocks(Symbol.for('@ametrine/store-jdbc/held-node-locks'));

function heldLocks(name: symbol): Map<string, NodeLock> {
  const global = globalThis as { [name: symbol]: Map<string, NodeLock> | undefined };
  global[name] ??= new Map();
  return global[name];
}

/** The file whose lock shows that a node lives. */
export function nodeLockPath(
  databasePath: string,
  { tablePrefix, schedulerName, instanceId }: NodeIdentity,
): string {
  const identity = JSON.stringify([tablePrefix, schedulerName, instanceId]);
  return `${databasePath}-node-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
}

/** The lock of a living node. Take, probe and release it only while the database's write lock is held. */
export class NodeLock {
  readonly path: string;
  readonly #handle: SqliteHandle;
  readonly #database: SqliteHandle;

  private constructor(path: string, handle: SqliteHandle, database: SqliteHandle) {
    this.path = path;
    this.#handle = handle;
    this.#database = database;
    held.set(path, this);
  }

  /**
   * Takes the lock of a node.
   *
   * @param database - the store's own connection: when its user closes it, the node is over
   * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when another living store has it
   */
  static take(
    Database: SqliteConstructor,
    path: string,
    database: SqliteHandle,
    instanceId: string,
  ): NodeLock {
    const handle = isHeldHere(path) ? null : tryLock(Database, path);
    if (handle !== null) return new NodeLock(path, handle, database);
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      `Another living node of this scheduler has the instanceId ${instanceId}; give every process its own`,
      { retryable: true, details: { field: 'instanceId', instanceId } },
    );
  }

  /** Whether the node of that file was killed: its file is there and nobody has its lock. The file is removed then. */
  static isAbandoned(Database: SqliteConstructor, path: string): boolean {
    if (isHeldHere(path) || !existsSync(path)) return false;
    const handle = tryLock(Database, path);
    if (handle === null) return false;
    rmSync(path, { force: true });
    handle.close();
    return true;
  }

  /** Whether the node still has its database. */
  get lives(): boolean {
    return this.#database.open;
  }

  /** Gives the lock up and removes its file. */
  release(): void {
    // Another life of the node may have the file by now.
    if (held.get(this.path) === this) rmSync(this.path, { force: true });
    this.abandon();
  }

  /** Gives the lock up as the end of the process would: the file stays. */
  abandon(): void {
    if (held.get(this.path) === this) held.delete(this.path);
    this.#handle.close();
  }
}

/** Whether a living store of this process holds the lock. One whose connection was closed under it gives it up here. */
function isHeldHere(path: string): boolean {
  const lock = held.get(path);
  if (lock === undefined || lock.lives) return lock !== undefined;
  lock.abandon();
  return false;
}

/** A connection that holds the file's lock; null when somebody else has it. */
function tryLock(Database: SqliteConstructor, path: string): SqliteHandle | null {
  const handle = new Database(path, { timeout: 0 });
  try {
    // Nothing is ever written: the lock alone counts, and an empty file is an empty database.
    handle.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return handle;
  } catch (error) {
    handle.close();
    if (sqliteFault(error) === 'busy') return null;
    throw error;
  }
}
