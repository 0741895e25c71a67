/**
 * Changes over several documents on a server that stands alone and has no transactions.
 *
 * @module
 */
import { type Effects, SchedulerError, SerialQueue } from '@ametrine/core/spi';
import type { SchedulerDocument } from '../documents/scheduler-document.js';
import { networkFault } from '../errors.js';
import { waitAbout } from '../waiting.js';
import { Conflict, isDuplicate } from './conflict.js';
import { ALL, carryThrough, isHeld, takeBack } from './hold.js';
import { MongoTransaction } from './mongo-transaction.js';
import type { SchedulerLock, Tenure } from './scheduler-lock.js';
import { fateUnknown } from './session-transactor.js';
import type { SharedParts, Transactor, Work } from './transactor.js';
import { cannotJoin } from './user-transaction.js';

/** A reader that changes keep overtaking takes its turn among them. */
const READING_ATTEMPTS = 5;
const LEAST_PATIENCE_MS = 15_000;
/** How long an owner may take before whoever waits for it takes its turn, in ms. */
const PATIENCE_WITH_OWNER_MS = 500;

/** The lock, marks on documents, and one write that makes them count; see `hold.ts`. */
export class StandaloneTransactor implements Transactor {
  readonly #parts: SharedParts;
  readonly #lock: SchedulerLock;
  readonly #patienceMs: number;
  readonly #queue = new SerialQueue();
  /** One that has not begun is everybody's. */
  #settling: Promise<void> | null = null;

  constructor(parts: SharedParts, lock: SchedulerLock, timeoutMs: number) {
    this.#parts = parts;
    this.#lock = lock;
    this.#patienceMs = Math.max(timeoutMs, LEAST_PATIENCE_MS);
  }

  write<T>(effects: Effects, work: Work<T>): Promise<T> {
    return this.#queue.run(async () => {
      const began = performance.now();
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#once(effects, work);
        } catch (error) {
          if (!startsAgain(error)) throw error;
          if (performance.now() - began > this.#patienceMs) throw overtaken(error);
          effects.clear();
          await waitAbout(Math.min(2 ** attempt, 50));
        }
      }
    });
  }

  async #once<T>(effects: Effects, work: Work<T>): Promise<T> {
    const tenure = await this.#lock.acquire();
    const letGo = this.#lock.keep(tenure);
    try {
      await this.#tidy(tenure);
      const tx = this.#transaction(tenure.document, tenure.fence, effects);
      let result: T;
      try {
        result = await work(tx);
      } catch (error) {
        await this.#undo(tenure, tx);
        throw error;
      }
      await this.#commit(tenure, tx);
      return result;
    } finally {
      letGo();
    }
  }

  #transaction(document: SchedulerDocument, fence: number | null, effects: Effects | null): MongoTransaction {
    return new MongoTransaction({ ...this.#parts, document, session: undefined, fence, effects });
  }

  /** Finishes what the owner before left, and takes back everything else that is marked. */
  async #tidy({ document, inherited }: Tenure): Promise<void> {
    const { collections, scheduler } = this.#parts;
    if (inherited && document.committed) await carryThrough(collections, scheduler, document.fence);
    if (inherited) await takeBack(collections, scheduler);
    else if (await isHeld(collections, scheduler, 'triggers'))
      await takeBack(collections, scheduler, ['triggers']);
  }

  async #undo(tenure: Tenure, tx: MongoTransaction): Promise<void> {
    const { collections, scheduler } = this.#parts;
    try {
      await takeBack(collections, scheduler, tx.touched, tenure.fence);
      await this.#lock.release(tenure, {});
    } catch {
      // The next owner takes it back.
    }
  }

  async #commit(tenure: Tenure, tx: MongoTransaction): Promise<void> {
    const { collections, scheduler } = this.#parts;
    if (tx.touched.size === 0) {
      if (!(await this.#lock.release(tenure, tx.facts))) throw new Conflict('The lock was lost');
      return;
    }
    if (!(await this.#surely(() => this.#lock.commit(tenure, tx.facts)))) {
      await takeBack(collections, scheduler, tx.touched, tenure.fence).catch(() => {});
      throw new Conflict('The lock was lost');
    }
    try {
      await carryThrough(collections, scheduler, tenure.fence, tx.touched);
      await this.#lock.release(tenure, {});
    } catch {
      // It counts: the next owner carries it through.
    }
  }

  /** Repeats a write that may be repeated until its outcome is known. */
  async #surely(write: () => Promise<boolean>): Promise<boolean> {
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        const done = await write();
        // After a broken connection a lost lock may mean that somebody carried the change through for us.
        if (!done && attempt > 1) throw fateUnknown(null);
        return done;
      } catch (error) {
        if (networkFault(error) === null) throw error;
        if (performance.now() - began > this.#patienceMs) throw fateUnknown(error);
        await waitAbout(50);
      }
    }
  }

  async read<T>(work: Work<T>): Promise<T> {
    for (let attempt = 0; attempt < READING_ATTEMPTS; attempt++) {
      const before = await this.#whenFree();
      const result = await work(this.#transaction(before, null, null));
      const after = await this.#lock.look();
      if (after.fence === before.fence) return result;
    }
    return this.#queue.run(async () => {
      const tenure = await this.#lock.acquire();
      const letGo = this.#lock.keep(tenure);
      try {
        await this.#tidy(tenure);
        return await work(this.#transaction(tenure.document, null, null));
      } finally {
        letGo();
        await this.#lock.release(tenure, {}).catch(() => false);
      }
    });
  }

  /** The scheduler's document at a moment when nobody changes several documents. */
  async #whenFree(): Promise<SchedulerDocument> {
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      const document = await this.#lock.look();
      if (document.owner === null) return document;
      // An owner that died is overtaken once it was silent for long enough.
      if (performance.now() - began > PATIENCE_WITH_OWNER_MS) await this.settle();
      else await waitAbout(Math.min(attempt, 10));
    }
  }

  async join<T>(): Promise<T> {
    throw cannotJoin();
  }

  async settle(): Promise<void> {
    const { owner } = await this.#lock.look();
    if (owner === null ? await this.#isNothingHeld() : await this.#letsGo(owner)) return;
    this.#settling ??= this.#queue.run(async () => {
      this.#settling = null;
      const tenure = await this.#lock.acquire();
      try {
        await this.#tidy({ ...tenure, inherited: true });
      } finally {
        await this.#lock.release(tenure, {});
      }
    });
    return this.#settling;
  }

  /** What was held is free by now, as it is after every change that was not cut short. */
  async #isNothingHeld(): Promise<boolean> {
    const { collections, scheduler } = this.#parts;
    const held = await Promise.all(ALL.map((name) => isHeld(collections, scheduler, name)));
    return !held.includes(true);
  }

  /** Waits for an owner who is at work; answers false when that takes too long. */
  async #letsGo(owner: string): Promise<boolean> {
    const began = performance.now();
    for (let attempt = 1; performance.now() - began < PATIENCE_WITH_OWNER_MS; attempt++) {
      await waitAbout(Math.min(attempt, 10));
      if ((await this.#lock.look()).owner !== owner) return true;
    }
    return false;
  }
}

function startsAgain(error: unknown): boolean {
  return error instanceof Conflict || isDuplicate(error);
}

function overtaken(error: unknown): SchedulerError {
  return new SchedulerError('ERR_STORE_BUSY', 'Other nodes were faster, again and again', {
    retryable: true,
    cause: error,
  });
}
