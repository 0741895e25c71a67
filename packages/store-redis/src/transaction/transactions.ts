/**
 * Transactions of the cold path: one at a time for a scheduler, under a lock with a lease.
 *
 * While the lock is held no script writes, so what is read stays true until the commit; the commit is one script that
 * checks the lock first, writes everything and gives the lock back. Whoever dies meanwhile has changed nothing, and holds
 * the others up for one lease at most.
 *
 * @module
 */
import { Effects, SchedulerError } from '@ametrine/core/spi';
import type { Session } from '../session.js';
import { Base } from './base.js';
import { RedisTransaction } from './redis-transaction.js';

/** How long a lock is held by one who says nothing, in ms. Whatever stalls a process for longer costs it its transaction. */
const LEASE_MS = 2000;
/** A lock is renewed when this much of its lease is over, in ms, at the next read. */
const RENEW_AFTER_MS = 500;
/** A transaction whose lease ran out is run again so often. */
const MOST_ATTEMPTS = 5;
/** A reader that changes overtook so often takes the lock. */
const MOST_SNAPSHOTS = 4;

/** What the transactions of one store share. */
export interface TransactionParts {
  readonly session: Session;
  /** Tells the lives of nodes apart. */
  readonly life: string;
  readonly instanceId: string;
}

class LeaseOver extends Error {}

/** Runs transactions for one store. */
export class Transactions {
  readonly #parts: TransactionParts;
  #last: Promise<unknown> = Promise.resolve();
  #counter = 0;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
  }

  /** Runs `work` and commits what it changed; its own calls wait for one another here rather than at the server. */
  write<T>(operation: string, effects: Effects, work: (tx: RedisTransaction) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#attempts(operation, effects, work));
    this.#last = result.catch(() => {});
    return result;
  }

  async #attempts<T>(
    operation: string,
    effects: Effects,
    work: (tx: RedisTransaction) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(operation, effects, work);
      } catch (error) {
        if (!(error instanceof LeaseOver)) throw error;
        if (attempt === MOST_ATTEMPTS) throw leaseOver(operation);
        effects.clear();
      }
    }
  }

  async #attempt<T>(
    operation: string,
    effects: Effects,
    work: (tx: RedisTransaction) => Promise<T>,
  ): Promise<T> {
    const { session } = this.#parts;
    this.#counter += 1;
    const token = `${this.#parts.life}:${this.#counter}`;
    await session.run('lock', operation, session.dataId, token, LEASE_MS, '0');
    let renewedAt = performance.now();
    const renew = async (): Promise<void> => {
      const now = performance.now();
      if (now - renewedAt < RENEW_AFTER_MS) return;
      const [word] = await session.run('lock', operation, session.dataId, token, LEASE_MS, '1');
      if (word === 'gone') throw new LeaseOver();
      renewedAt = now;
    };
    const base = new Base(session, operation, renew);
    const tx = new RedisTransaction(base, effects);
    let result: T;
    try {
      result = await work(tx);
    } catch (error) {
      await this.#unlock(operation, token);
      throw error;
    }
    if (tx.changes.isEmpty) await this.#unlock(operation, token);
    else await this.#commit(operation, effects, tx, token, renew);
    return result;
  }

  /** Gives the lock up; where that fails its lease ends by itself. */
  async #unlock(operation: string, token: string): Promise<void> {
    const { session } = this.#parts;
    try {
      await session.run('lock', operation, session.dataId, token, LEASE_MS, '-');
    } catch {
      // What the transaction itself met is what its caller is told.
    }
  }

  async #commit(
    operation: string,
    effects: Effects,
    tx: RedisTransaction,
    token: string,
    renew: () => Promise<void>,
  ): Promise<void> {
    const { session, instanceId, life } = this.#parts;
    const pieces = tx.changes.pieces(
      (name) => (name === instanceId ? life : ''),
      (run) => tx.previousFireOf(run),
    );
    const { change } = effects;
    const news = change === undefined ? '-' : (change ?? '');
    const head = [session.keys.channel, life, token, news];
    const [word] = await session.writePieces('commit', operation, head, pieces, renew);
    if (word === 'unlocked') throw new LeaseOver();
  }

  /**
   * Runs `work`, which only reads, over one consistent state: again when a transaction was committed meanwhile, and
   * under the lock when that happens too often. It holds nobody up otherwise.
   */
  async read<T>(operation: string, work: (tx: RedisTransaction) => Promise<T>): Promise<T> {
    const { session } = this.#parts;
    for (let attempt = 1; attempt <= MOST_SNAPSHOTS; attempt += 1) {
      const revision = session.read(operation, 'GET', 'rev');
      // It is looked at when there were several reads; until then nobody waits for it.
      revision.catch(() => {});
      const base = new Base(session, operation, () => {});
      const result = await work(new RedisTransaction(base, null));
      if (base.reads <= 1 || (await revision) === (await session.read(operation, 'GET', 'rev')))
        return result;
    }
    return this.write(operation, new Effects(), work);
  }
}

function leaseOver(operation: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_BUSY',
    `${operation} failed: this process was stalled for longer than its lock lasts, ${MOST_ATTEMPTS} times in a row`,
    { retryable: true, details: { operation } },
  );
}
