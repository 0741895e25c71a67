/**
 * Runs and claims that end: found wherever their executions are.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import type { ExecutionRecord, StoredTriggerState } from '@ametrine/core/spi';
import { readExecution } from '../records.js';
import type { SqlTransaction } from '../sql-transaction.js';
import { type RunRow, selectRuns } from '../statements/complete.js';
import { selectSpilled } from '../statements/executions.js';

/** A trigger's row while a batch of ends is worked through: what it will be when the batch is written. */
export interface EndingRow {
  readonly id: number;
  readonly jobId: number;
  state: StoredTriggerState;
  claimId: string | null;
  readonly nextFireAt: number | null;
  /** The token of the execution on the row; null when there is none, or it has ended in this batch. */
  runId: string | null;
  readonly runExecuting: boolean;
  readonly runNonConcurrent: boolean;
  readonly hasLargeData: boolean;
}

/** One token with the key of its trigger. */
export interface Ending {
  readonly fireInstanceId: string;
  readonly key: TriggerKey;
}

/** What is stored about a batch of tokens. */
export interface EndingRuns {
  /** The trigger of each ending, by position; those that are the same trigger share the row. */
  readonly rows: readonly (EndingRow | undefined)[];
  /** The executions that are in the table, by token. */
  readonly spilled: Map<string, ExecutionRecord>;
}

/** Finds the triggers and executions of a batch. */
export async function findEndings(tx: SqlTransaction, endings: readonly Ending[]): Promise<EndingRuns> {
  const keys = endings.map(({ key }) => key);
  const found = await tx.driver.query(selectRuns(tx.scope, keys));
  const rows: (EndingRow | undefined)[] = new Array(endings.length).fill(undefined);
  const byId = new Map<number, EndingRow>();
  for (const values of found as readonly unknown[] as readonly RunRow[]) {
    const id = values[1];
    let row = byId.get(id);
    if (row === undefined) {
      row = endingRow(values);
      byId.set(id, row);
    }
    rows[values[0]] = row;
  }
  const elsewhere = endings.filter(
    ({ fireInstanceId }, position) => rows[position]?.runId !== fireInstanceId,
  );
  const spilled = new Map<string, ExecutionRecord>();
  if (elsewhere.length > 0) {
    const tokens = elsewhere.map(({ fireInstanceId }) => fireInstanceId);
    for (const execution of (await tx.driver.query(selectSpilled(tx.scope, tokens))).map(readExecution)) {
      spilled.set(execution.fireInstanceId, execution);
    }
  }
  return { rows, spilled };
}

function endingRow(values: RunRow): EndingRow {
  const [, id, jobId, state, claimId, nextFireAt, runId, runFiredAt, runNonConcurrent, hasLargeData] = values;
  return {
    id,
    jobId,
    state: state as StoredTriggerState,
    claimId,
    nextFireAt,
    runId,
    runExecuting: runFiredAt !== null,
    runNonConcurrent: runNonConcurrent === 1,
    hasLargeData: hasLargeData === 1,
  };
}
