/**
 * The hot path in a few statements per batch, within one transaction: for databases where a statement costs less than
 * putting several into one.
 *
 * @module
 */
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
import { claim, isAnythingDue } from './hot-path/claiming.js';
import { complete, isSetBased } from './hot-path/completing.js';
import { fire } from './hot-path/firing.js';
import { release } from './hot-path/releasing.js';
import { insertEntries } from './hot-path/storing.js';
import { SqlJobStore } from './sql-store.js';

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
    if (!replace) {
      try {
        await this.hot(effects, async (tx) => {
          if (!(await insertEntries(tx, effects, entries))) throw new NotBesideOthers();
        });
        return;
      } catch (error) {
        if (!(error instanceof NotBesideOthers) && this.scope.dialect.faultOf(error) !== 'duplicate')
          throw error;
        // The portable version is alone, looks before it writes, and says which key exists.
        effects.clear();
      }
    }
    await this.storeEntriesInSteps(entries, replace, effects);
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

/** Takes a step back that must be done by a transaction which is alone. */
class NotBesideOthers extends Error {}
