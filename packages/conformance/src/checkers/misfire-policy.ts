/**
 * Checker: late triggers are handled by their instruction before they are claimed, and noticed once.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import type { AcquireRequest } from '@ametrine/core/spi';
import { showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { grantsOf, startsOf, textOf } from './facts.js';
import type { Occurrence } from './total-firings.js';
import { firstOf, type Violation, violation } from './violation.js';

/** A misfire that a node was told of; the trigger still shows the missed time. */
export interface MisfireNotice {
  readonly node: string;
  readonly trigger: Trigger;
}

/** What a history of misfires is held against. */
export interface ExpectedMisfires {
  /** In ms. */
  readonly thresholdMs: number;
  /** What was told, on all nodes. */
  readonly notices: readonly MisfireNotice[];
  /** The misfires that there were. */
  readonly missed: readonly Occurrence[];
}

/**
 * No trigger is claimed that has misfired and does not ignore it (JS-ACQ-06); every misfire is noticed once in total,
 * and none that was none (JS-MIS-03).
 */
export function misfirePolicy(
  operations: readonly Operation[],
  expected: ExpectedMisfires,
): Violation | null {
  return firstOf(claimedLate(operations, expected.thresholdMs), noticedOnce(operations, expected));
}

function claimedLate(operations: readonly Operation[], thresholdMs: number): Violation | null {
  const claims = [
    ...grantsOf(operations).map(({ trigger, request, op }) => {
      return { trigger, dueAt: trigger.nextFireAt, now: request.now, op };
    }),
    ...startsOf(operations)
      .filter(({ op }) => op.call === 'acquireNextTriggers')
      .map(({ trigger, scheduledFireAt, op }) => {
        return { trigger, dueAt: scheduledFireAt, now: (op.args[0] as AcquireRequest).now, op };
      }),
  ];
  for (const { trigger, dueAt, now, op } of claims) {
    if (trigger.misfireInstruction === 'ignore' || dueAt === null || dueAt >= now - thresholdMs) continue;
    const late = `${showKey(trigger.key)} was claimed ${now - dueAt} ms late`;
    return violation(
      'JS-ACQ-06',
      `${late}, more than the threshold of ${thresholdMs} ms, as if it were on time`,
      op,
    );
  }
  return null;
}

function noticedOnce(
  operations: readonly Operation[],
  { notices, missed }: ExpectedMisfires,
): Violation | null {
  const due = new Set(missed.map(({ key, at }) => `${at} ${textOf(key)}`));
  const noticed = new Map<string, string>();
  const passesOf = (...nodes: readonly string[]): readonly Operation[] =>
    operations.filter(
      ({ node, call }) =>
        nodes.includes(node) && (call === 'acquireNextTriggers' || call === 'recoverMisfires'),
    );
  for (const { node, trigger } of notices) {
    const id = `${trigger.nextFireAt} ${textOf(trigger.key)}`;
    const before = noticed.get(id);
    if (before !== undefined) {
      const what = `the misfire of ${showKey(trigger.key)} was noticed twice, by ${before} and ${node}`;
      return violation('JS-MIS-03', what, ...passesOf(before, node));
    }
    if (!due.has(id))
      return violation(
        'JS-MIS-03',
        `${node} noticed a misfire of ${showKey(trigger.key)} that was none`,
        ...passesOf(node),
      );
    noticed.set(id, node);
  }
  const unnoticed = missed.filter(({ key, at }) => !noticed.has(`${at} ${textOf(key)}`));
  const [first] = unnoticed;
  if (first === undefined) return null;
  const what = `${unnoticed.length} of ${missed.length} misfires were never noticed, such as that of ${showKey(first.key)}`;
  return violation('JS-MIS-03', what, ...passesOf(...new Set(operations.map(({ node }) => node))));
}
