/**
 * Ending runs, in a bounded number of statements for a whole batch.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import {
  type Completion,
  type CompletionOutcome,
  completionDecision,
  type Effects,
  encodeData,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { removeOrphans } from '../removing.js';
import type { SqlTransaction } from '../sql-transaction.js';
import { completeTriggers, selectPersistingJobs } from '../statements/complete.js';
import { clearRuns, deleteExecutions } from '../statements/executions.js';
import { updateJobData } from '../statements/jobs.js';
import { deleteTriggerData, deleteTriggers } from '../statements/triggers.js';
import { type EndingRow, type EndingRuns, findEndings } from './ended-runs.js';

/** Completions whose instruction concerns one trigger at most, and needs no more of it than its row's hot columns. */
export function isSetBased({ instruction }: Completion): boolean {
  return instruction === 'none' || instruction === 'deleteTrigger' || instruction === 'setTriggerComplete';
}

/** What a batch will write. Rows are in the order of their first mention. */
interface Writes {
  readonly ended: Set<EndingRow>;
  readonly completed: Set<EndingRow>;
  readonly removed: Set<EndingRow>;
  readonly unspilled: string[];
}

/**
 * Ends runs whose instructions are {@link isSetBased}.
 *
 * @rule JS-CMP-01 to JS-CMP-09
 */
export async function complete(
  tx: SqlTransaction,
  effects: Effects,
  completions: readonly Completion[],
): Promise<readonly CompletionOutcome[]> {
  const runs = await findEndings(
    tx,
    completions.map(({ fireInstanceId, trigger }) => ({ fireInstanceId, key: trigger.key })),
  );
  const writes: Writes = { ended: new Set(), completed: new Set(), removed: new Set(), unspilled: [] };
  const persisting: Completion[] = [];
  const outcomes = completions.map((completion, position): CompletionOutcome => {
    const ended = endRun(runs, position, completion.fireInstanceId, writes);
    if (ended === null) return 'stale';
    applyInstruction(runs.rows[position], completion, effects, writes);
    if (completion.changedData !== null) persisting.push(completion);
    if (ended.nonConcurrent) effects.schedulingChanged(null);
    return 'completed';
  });
  await write(tx, writes);
  await persistData(tx, persisting);
  await removeOrphans(tx, effects, [...writes.removed]);
  return outcomes;
}

/** Takes an execution away, wherever it is; null when it is not there, or not running. */
function endRun(
  { rows, spilled }: EndingRuns,
  position: number,
  fireInstanceId: string,
  writes: Writes,
): { readonly nonConcurrent: boolean } | null {
  const row = rows[position];
  if (row?.runId === fireInstanceId && row.runExecuting) {
    row.runId = null;
    writes.ended.add(row);
    return { nonConcurrent: row.runNonConcurrent };
  }
  const execution = spilled.get(fireInstanceId);
  if (execution?.state !== 'executing') return null;
  spilled.delete(fireInstanceId);
  writes.unspilled.push(fireInstanceId);
  return execution;
}

function applyInstruction(
  row: EndingRow | undefined,
  completion: Completion,
  effects: Effects,
  writes: Writes,
): void {
  const stored = row === undefined || writes.removed.has(row) ? null : row;
  const decision = completionDecision(stored === null ? null : recordOf(stored, completion), completion);
  if (stored === null || decision.kind === 'keep') return;
  if (decision.kind === 'remove') {
    writes.removed.add(stored);
    if (completion.trigger.nextFireAt !== null) effects.schedulingChanged(null);
    return;
  }
  stored.state = 'complete';
  stored.claimId = null;
  writes.completed.add(stored);
  effects.schedulingChanged(null);
}

/** The decision looks at the stored state and next fire time only: the rest of the trigger need not be read. */
function recordOf({ state, claimId, nextFireAt }: EndingRow, { trigger }: Completion): TriggerRecord {
  return {
    trigger: trigger.nextFireAt === nextFireAt ? trigger : { ...trigger, nextFireAt },
    state,
    fireInstanceId: claimId,
  };
}

async function write(tx: SqlTransaction, { ended, completed, removed, unspilled }: Writes): Promise<void> {
  const { driver, scope } = tx;
  const kept = [...ended].filter((row) => !removed.has(row)).map(({ id }) => id);
  if (kept.length > 0) await driver.execute(clearRuns(scope, kept));
  const complete = [...completed].filter((row) => !removed.has(row)).map(({ id }) => id);
  if (complete.length > 0) await driver.execute(completeTriggers(scope, complete));
  if (unspilled.length > 0) await driver.execute(deleteExecutions(scope, unspilled));
  if (removed.size === 0) return;
  // A run that has not ended goes on without its trigger.
  const running = [...removed].filter(({ runId }) => runId !== null).map(({ id }) => id);
  await tx.spill(running);
  const large = [...removed].filter(({ hasLargeData }) => hasLargeData).map(({ id }) => id);
  if (large.length > 0) await driver.execute(deleteTriggerData(scope, large));
  const ids = [...removed].map(({ id }) => id);
  await driver.execute(deleteTriggers(scope, ids));
}

/** Writes what runs left in their data, and nothing else of their jobs, which may have been replaced meanwhile (JS-CMP-07). */
async function persistData(tx: SqlTransaction, completions: readonly Completion[]): Promise<void> {
  if (completions.length === 0) return;
  const keys: readonly TriggerKey[] = completions.map(({ jobKey }) => jobKey);
  const rows = await tx.driver.query(selectPersistingJobs(tx.scope, keys));
  const latest = new Map<number, string>();
  for (const [position, id] of [...rows].sort(([a], [b]) => Number(a) - Number(b))) {
    const { changedData } = completions[position as number] as Completion;
    if (changedData !== null) latest.set(id as number, encodeData(changedData));
  }
  await tx.driver.executeEach(
    updateJobData(
      tx.scope,
      [...latest].map(([id, data]) => [data, id]),
    ),
  );
}
