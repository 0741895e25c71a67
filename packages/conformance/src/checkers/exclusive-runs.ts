/**
 * Checker: a non-concurrent job never runs twice at a time.
 *
 * @module
 */
import { showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { answeredAt, endsOf, mayHaveWorked, recoveryAfter, type Start, startsOf, textOf } from './facts.js';
import { type Violation, violation } from './violation.js';

/** Two runs of one non-concurrent job never overlap for certain, on any nodes (JS-FIR-06). */
export function exclusiveRuns(operations: readonly Operation[]): Violation | null {
  const runs = startsOf(operations).filter(({ nonConcurrent }) => nonConcurrent);
  const ends = endsOf(operations).filter(({ outcome }) => outcome !== 'stale');
  const clears = operations.filter((op) => op.call === 'clearAllSchedulingData' && mayHaveWorked(op));
  const overAt = ({ token, node, op }: Start): number =>
    Math.min(
      ...ends.filter((end) => end.token === token).map((end) => end.op.invoked),
      ...clears.map(({ invoked }) => invoked).filter((invoked) => invoked > op.invoked),
      recoveryAfter(operations, node, op.invoked)?.invoked ?? Number.POSITIVE_INFINITY,
    );
  const byJob = new Map<string, { readonly run: Start; readonly until: number }[]>();
  for (const run of runs) {
    const key = textOf(run.jobKey);
    const earlier = byJob.get(key) ?? [];
    const until = overAt(run);
    const other = earlier.find(
      (one) => Math.max(answeredAt(one.run.op), answeredAt(run.op)) < Math.min(one.until, until),
    );
    if (other !== undefined) {
      const what = `the non-concurrent job ${showKey(run.jobKey)} ran on ${other.run.node} and ${run.node} at the same time`;
      return violation('JS-FIR-06', what, other.run.op, run.op);
    }
    byJob.set(key, [...earlier, { run, until }]);
  }
  return null;
}
