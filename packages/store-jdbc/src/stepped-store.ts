/**
 * The hot path in a few statements per batch, within one transaction: for databases where a statement costs less than
 * putting several into one.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import type {
  AcquiredTrigger,
  ClaimRequest,
  ClaimResult,
  Completion,
  CompletionOutcome,
  Effects,
  FireOutcome,
  JobWithTriggers,
} from '@ametrine/core/spi';
import type { Fault } from './errors.js';
import { claim, isAnythingDue } from './hot-path/claiming.js';
import { complete, isSetBased } from './hot-path/completing.js';
import { fire } from './hot-path/firing.js';
import { release } from './hot-path/releasing.js';
import { insertEntries, insertTrigger } from './hot-path/storing.js';
import { SqlJobStore } from './sql-store.js';
import type { SqlTransaction } from './sql-transaction.js';

/** A JobStore whose batches are a bounded number of statements. */
export abstract class SteppedSqlJobStore extends SqlJobStore {
  protected override async claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    // Where a claim that finds nothing shuts nobody out, it is how one looks.
    const looksFirst = this.scope.dialect.rowLocks === null;
    if (looksFirst && !(await this.glance((tx) => isAnythingDue(tx, request))))
      return { acquired: [], fired: [] };
    return this.hot(effects, (tx) => claim(tx, effects, request));
  }

  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return this.hot(effects, (tx) => fire(tx, this.instanceId, acquired, now));
  }

  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    if (!completions.every(isSetBased)) return super.complete(completions, now, effects);
    return this.hot(effects, (tx) => complete(tx, effects, completions));
  }

  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return this.hot(effects, (tx) => release(tx, effects, acquired));
  }

  protected override async storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    if (!replace && (await this.#insert('step', effects, (tx) => insertEntries(tx, effects, entries))))
      return;
    // The portable version is alone, looks before it writes, and says which key exists.
    await this.storeEntriesInSteps(entries, replace, effects);
  }

  protected override insertTrigger(trigger: Trigger, effects: Effects): Promise<boolean> {
    return this.#insert('statement', effects, (tx) => insertTrigger(tx, effects, trigger));
  }

  /** Inserts what must be new; false when nothing was done: it is refused, or `work` says that there is more to do. */
  async #insert(
    access: 'step' | 'statement',
    effects: Effects,
    work: (tx: SqlTransaction) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      await this.hot(
        effects,
        async (tx) => {
          if (!(await work(tx))) throw new TakesMore();
        },
        access,
      );
      return true;
    } catch (error) {
      if (!(error instanceof TakesMore) && !REFUSED.has(this.scope.dialect.faultOf(error))) throw error;
      effects.clear();
      return false;
    }
  }

  /** Stores entries whose keys may exist. */
  protected storeEntriesInSteps(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    return super.storeEntries(entries, replace, effects);
  }
}

/** What the database says of a key that exists, and of a job that does not. */
const REFUSED: ReadonlySet<Fault> = new Set(['duplicate', 'missing']);

/** Takes a step back that takes more than what it did. */
class TakesMore extends Error {}
