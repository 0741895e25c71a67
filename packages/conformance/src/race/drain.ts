/**
 * Work as a scheduler does it: acquire, fire, complete, and again.
 *
 * @module
 */
import type { Completion, CompletionInstruction, FiredBundle } from '@ametrine/core/spi';
import type { CaseContext } from '../context.js';
import type { CaseNode } from '../node.js';
import { NodeGone } from '../processes/child-store.js';
import { nextTurn } from './turn.js';

/** How a node works. */
export interface DrainOptions {
  /** How much it acquires at a time. @defaultValue 5 */
  readonly maxCount?: number;
  /** What becomes of each trigger. @defaultValue `'deleteTrigger'` */
  readonly instruction?: CompletionInstruction;
  /**
   * It stops after so many rounds that brought something, with nothing in its hands.
   * @defaultValue 1000: a store that gives the same triggers again must come to an end
   */
  readonly mostRounds?: number;
  /** Asked when nothing could be acquired. @defaultValue then it is done */
  readonly isDone?: () => Promise<boolean>;
  /** Told of every batch that runs, before it ends. */
  readonly onFired?: (runs: readonly FiredBundle[]) => void;
  /** Told after every batch that ended. */
  readonly onBatch?: (runs: readonly FiredBundle[]) => void;
}

/** Works until nothing is due, or until the node is killed. What happened is in the history. */
export async function drain(ctx: CaseContext, node: CaseNode, options: DrainOptions = {}): Promise<void> {
  const { maxCount = 5, mostRounds = 1000, isDone = async () => true } = options;
  try {
    for (let round = 0; round < mostRounds; ) {
      // Both ways to fire, in turn.
      if (await workOnce(ctx, node, { ...options, maxCount, fireDue: round % 2 === 1 })) round += 1;
      else if (await isDone()) return;
      // A store that answers without a turn of the event loop would not let anybody else come in between.
      await nextTurn();
    }
  } catch (error) {
    if (!(error instanceof NodeGone)) throw error;
  }
}

/** One round; tells whether there was anything to do. */
async function workOnce(
  ctx: CaseContext,
  { store }: CaseNode,
  {
    maxCount,
    fireDue,
    instruction = 'deleteTrigger',
    onFired,
    onBatch,
  }: DrainOptions & { readonly maxCount: number; readonly fireDue: boolean },
): Promise<boolean> {
  const { now } = ctx;
  const request = { now, noLaterThan: now, maxCount, timeWindowMs: 0, fireDue };
  const { acquired, fired: atOnce } = await store.acquireNextTriggers(request);
  if (acquired.length + atOnce.length === 0) return false;
  const results = [...atOnce, ...(acquired.length === 0 ? [] : await store.triggersFired(acquired, { now }))];
  const runs = results.flatMap((result) => (result.kind === 'fired' ? [result.bundle] : []));
  onFired?.(runs);
  const fired = new Set(runs.map(({ fireInstanceId }) => fireInstanceId));
  const refused = acquired.filter(({ fireInstanceId }) => !fired.has(fireInstanceId));
  if (refused.length > 0) await store.releaseAcquiredTriggers(refused);
  const ends = runs.map((run): Completion => {
    const { fireInstanceId, trigger, job } = run;
    return { fireInstanceId, trigger, jobKey: job.key, instruction, changedData: null };
  });
  if (ends.length > 0) await store.triggeredJobsComplete(ends, { now });
  onBatch?.(runs);
  return true;
}
