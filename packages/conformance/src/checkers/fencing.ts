/**
 * Checker: tokens fence. None is granted twice, and one that is over does nothing any more.
 *
 * @module
 */
import type { AcquiredTrigger } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import {
  answeredAt,
  type End,
  endsOf,
  grantsOf,
  mayHaveWorked,
  type RecoveryFact,
  recoveriesOf,
  recoveryAfter,
  type Start,
  startsOf,
} from './facts.js';
import { firstOf, type Violation, violation } from './violation.js';

/**
 * Every claim has a token of its own (JS-EXE-01); a token fires once, and not after it was given back or recovered
 * (JS-FIR-02); a run ends once, and not after it was recovered (JS-CMP-02); one that is still under way is not refused
 * (JS-CMP-01).
 */
export function fencing(operations: readonly Operation[]): Violation | null {
  const starts = startsOf(operations);
  const ends = endsOf(operations);
  const recoveries = recoveriesOf(operations);
  return firstOf(
    grantedTwice(operations, starts),
    firedTwice(starts),
    endedTwice(ends),
    firedAfterRelease(operations, starts),
    aliveAfterRecovery(operations, starts, ends, recoveries),
    wronglyStale(operations, starts, ends),
  );
}

/** The operation in which a node was given each token. */
function givenAt(
  operations: readonly Operation[],
  starts: readonly Start[],
): { token: string; op: Operation }[] {
  return [...grantsOf(operations), ...starts.filter(({ op }) => op.call === 'acquireNextTriggers')].map(
    ({ token, op }) => ({ token, op }),
  );
}

function grantedTwice(operations: readonly Operation[], starts: readonly Start[]): Violation | null {
  const seen = new Map<string, Operation>();
  for (const { token, op } of givenAt(operations, starts)) {
    const before = seen.get(token);
    if (before !== undefined)
      return violation('JS-EXE-01', `the token ${token} was granted twice`, before, op);
    seen.set(token, op);
  }
  return null;
}

function firedTwice(starts: readonly Start[]): Violation | null {
  const seen = new Map<string, Operation>();
  for (const { token, op } of starts) {
    const before = seen.get(token);
    if (before !== undefined) return violation('JS-FIR-02', `the token ${token} fired twice`, before, op);
    seen.set(token, op);
  }
  return null;
}

function endedTwice(ends: readonly End[]): Violation | null {
  const seen = new Map<string, Operation>();
  for (const { token, outcome, op } of ends) {
    if (outcome !== 'completed') continue;
    const before = seen.get(token);
    if (before !== undefined)
      return violation('JS-CMP-02', `the run ${token} was completed twice`, before, op);
    seen.set(token, op);
  }
  return null;
}

function firedAfterRelease(operations: readonly Operation[], starts: readonly Start[]): Violation | null {
  const released = new Map<string, Operation>();
  for (const op of operations) {
    if (op.call !== 'releaseAcquiredTriggers' || op.outcome.kind !== 'ok') continue;
    for (const { fireInstanceId } of op.args[0] as readonly AcquiredTrigger[])
      released.set(fireInstanceId, op);
  }
  for (const { token, op } of starts) {
    const release = released.get(token);
    if (release !== undefined && answeredAt(release) < op.invoked)
      return violation('JS-FIR-02', `the token ${token} fired after it had been given back`, release, op);
  }
  return null;
}

function aliveAfterRecovery(
  operations: readonly Operation[],
  starts: readonly Start[],
  ends: readonly End[],
  recoveries: readonly RecoveryFact[],
): Violation | null {
  for (const { token, op: given } of givenAt(operations, starts)) {
    const recovered = recoveries.find(
      ({ recovery, op }) => recovery.instanceId === given.node && answeredAt(given) < op.invoked,
    )?.op;
    if (recovered === undefined) continue;
    const fired = starts.find((start) => start.token === token && start.op.invoked > answeredAt(recovered));
    if (fired !== undefined)
      return violation(
        'JS-FIR-02',
        `the token ${token} fired after its node was recovered`,
        given,
        recovered,
        fired.op,
      );
    const ended = ends.find(
      (end) => end.token === token && end.outcome === 'completed' && end.op.invoked > answeredAt(recovered),
    );
    if (ended !== undefined)
      return violation(
        'JS-CMP-02',
        `the run ${token} was completed after its node was recovered`,
        given,
        recovered,
        ended.op,
      );
  }
  return null;
}

function wronglyStale(
  operations: readonly Operation[],
  starts: readonly Start[],
  ends: readonly End[],
): Violation | null {
  const started = new Map(starts.map((start) => [start.token, start]));
  for (const end of ends) {
    const start = started.get(end.token);
    if (end.outcome !== 'stale' || start === undefined || end.op.invoked < answeredAt(start.op)) continue;
    const before = (op: Operation | undefined): boolean =>
      op !== undefined && op.invoked < answeredAt(end.op);
    const ended = ends.some(
      (other) =>
        other.op !== end.op && other.token === end.token && other.outcome !== 'stale' && before(other.op),
    );
    const cleared = operations.some(
      (op) => op.call === 'clearAllSchedulingData' && mayHaveWorked(op) && before(op),
    );
    if (!ended && !cleared && !before(recoveryAfter(operations, start.node, start.op.invoked)))
      return violation(
        'JS-CMP-01',
        `the run ${end.token} was under way, and its end was refused as stale`,
        start.op,
        end.op,
      );
  }
  return null;
}
