/**
 * Checker: no trigger has two live holders.
 *
 * @module
 */
import { showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { type Grant, grantsOf, isUncertain, mayHaveWorked, recoveriesOf, startsOf, textOf } from './facts.js';
import { type Violation, violation } from './violation.js';

/** Calls that may end a claim on some trigger without naming its token. */
const STEERING: ReadonlySet<string> = new Set([
  'storeTrigger',
  'storeJobsAndTriggers',
  'replaceTrigger',
  'removeJob',
  'removeJobs',
  'removeTrigger',
  'removeTriggers',
  'clearAllSchedulingData',
  'storeCalendar',
  'pauseTrigger',
  'pauseTriggers',
  'pauseJob',
  'pauseJobs',
  'pauseAll',
]);

/** A claim, and the time for which it was certainly held: from its answer to the first call that could end it. */
interface Hold {
  readonly grant: Grant;
  readonly from: number;
  readonly until: number;
}

/**
 * A trigger that one node has acquired is acquired by no other, and not fired by another in one step, until the claim
 * may have been fired, released, taken away or recovered (JS-ACQ-01).
 */
export function singleClaim(operations: readonly Operation[]): Violation | null {
  const holds = new Map<string, Hold[]>();
  for (const hold of holdsOf(operations)) {
    const key = textOf(hold.grant.trigger.key);
    const others = holds.get(key) ?? [];
    const other = others.find(({ from, until }) => Math.max(from, hold.from) < Math.min(until, hold.until));
    if (other !== undefined) return twice(hold.grant, other.grant.op, hold.grant.op);
    holds.set(key, [...others, hold]);
  }
  for (const start of startsOf(operations)) {
    if (start.op.call !== 'acquireNextTriggers') continue;
    const { invoked, settled } = start.op;
    const holder = holds
      .get(textOf(start.trigger.key))
      ?.find(({ from, until }) => from < invoked && settled !== null && settled < until);
    if (holder !== undefined) return twice(start, holder.grant.op, start.op);
  }
  return null;
}

function twice({ trigger }: Pick<Grant, 'trigger'>, ...ops: readonly Operation[]): Violation {
  const nodes = ops.map(({ node }) => node).join(' and ');
  return violation(
    'JS-ACQ-01',
    `trigger ${showKey(trigger.key)} was held by ${nodes} at the same time`,
    ...ops,
  );
}

function holdsOf(operations: readonly Operation[]): readonly Hold[] {
  const uses = usesByToken(operations);
  const steering = operations.filter((op) => mayHaveWorked(op) && STEERING.has(op.call));
  const recoveries = recoveriesOf(operations);
  const uncertainRecoveries = operations.filter(
    (op) => isUncertain(op) && (op.call === 'checkIn' || op.call === 'schedulerStarted'),
  );
  return grantsOf(operations).map((grant) => {
    const enders = [
      ...(uses.get(grant.token) ?? []),
      ...steering,
      ...uncertainRecoveries,
      ...recoveries.filter(({ recovery }) => recovery.instanceId === grant.node).map(({ op }) => op),
      ...operations.filter(({ node, call }) => node === grant.node && call === 'shutdown'),
    ].filter(({ settled }) => settled === null || settled > grant.op.invoked);
    return {
      grant,
      from: grant.op.settled ?? Number.POSITIVE_INFINITY,
      until: Math.min(...enders.map(({ invoked }) => invoked), Number.POSITIVE_INFINITY),
    };
  });
}

/** The calls that fire a claim or give it back, by its token. */
function usesByToken(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const uses = new Map<string, Operation[]>();
  for (const op of operations) {
    if (op.call !== 'triggersFired' && op.call !== 'releaseAcquiredTriggers') continue;
    for (const { fireInstanceId } of op.args[0] as readonly { readonly fireInstanceId: string }[])
      uses.set(fireInstanceId, [...(uses.get(fireInstanceId) ?? []), op]);
  }
  return uses;
}
