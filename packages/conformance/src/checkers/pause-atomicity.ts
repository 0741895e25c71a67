/**
 * Checker: once a pause was answered, nothing that it covers starts on any node.
 *
 * @module
 */
import { type JobKey, RECOVERY_GROUP, type Trigger, type TriggerKey } from '@ametrine/core';
import { sameKey, showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { answeredAt, grantsOf, mayHaveWorked, startsOf } from './facts.js';
import { type Violation, violation } from './violation.js';

/** Calls that may let something paused go on. */
const ENDING = /^(resume[A-Z]|resetTrigger|clearAll)/;
/** Calls that may put something else in the place of a single paused trigger. */
const REPLACING = /^(storeTrigger|storeJob|replaceTrigger|remove)/;

/** A pause that was answered, and the time for which it certainly held. */
interface Pause {
  readonly op: Operation;
  readonly covers: (trigger: Trigger) => boolean;
  readonly from: number;
  readonly until: number;
}

/**
 * After the answer to a pause, and before anything that could lift it, nothing it covers is acquired or fired, claims
 * made before it included (JS-PAU-01, JS-PAU-03, JS-PAU-05, JS-PAU-08).
 */
export function pauseAtomicity(operations: readonly Operation[]): Violation | null {
  const begun = [...grantsOf(operations), ...startsOf(operations)];
  for (const { op, covers, from, until } of pausesOf(operations)) {
    const broken = begun.find(
      (one) => one.op.invoked > from && answeredAt(one.op) < until && covers(one.trigger),
    );
    if (broken === undefined) continue;
    const what = `${showKey(broken.trigger.key)} ${broken.op.call === 'triggersFired' ? 'fired' : 'was claimed'} on ${broken.op.node} after ${op.call} was answered on ${op.node}`;
    return violation(RULES[op.call] ?? 'JS-PAU-01', what, op, broken.op);
  }
  return null;
}

const RULES: Readonly<Record<string, string>> = {
  pauseTriggers: 'JS-PAU-03',
  pauseJobs: 'JS-PAU-05',
  pauseAll: 'JS-PAU-08',
};

function pausesOf(operations: readonly Operation[]): readonly Pause[] {
  return operations.flatMap((op) => {
    const covers = op.outcome.kind === 'ok' ? coverOf(op, op.outcome.value) : null;
    if (covers === null) return [];
    const single = op.call === 'pauseTrigger' || op.call === 'pauseJob';
    const enders = operations.filter(
      (other) =>
        mayHaveWorked(other) &&
        (other.settled === null || other.settled > op.invoked) &&
        (ENDING.test(other.call) || (single && REPLACING.test(other.call))),
    );
    const until = Math.min(...enders.map(({ invoked }) => invoked), Number.POSITIVE_INFINITY);
    return [{ op, covers, from: answeredAt(op), until }];
  });
}

/** Which triggers a pause covers; null for any other call. Recovery triggers ignore paused groups (JS-REC-05). */
function coverOf({ call, args }: Operation, groups: unknown): ((trigger: Trigger) => boolean) | null {
  const answered = new Set(Array.isArray(groups) ? (groups as readonly string[]) : []);
  switch (call) {
    case 'pauseTrigger':
      return ({ key }) => sameKey(key, args[0] as TriggerKey);
    case 'pauseJob':
      return ({ jobKey, key }) => key.group !== RECOVERY_GROUP && sameKey(jobKey, args[0] as JobKey);
    case 'pauseTriggers':
      return ({ key }) => key.group !== RECOVERY_GROUP && answered.has(key.group);
    case 'pauseJobs':
      return ({ jobKey, key }) => key.group !== RECOVERY_GROUP && answered.has(jobKey.group);
    case 'pauseAll':
      return () => true;
    default:
      return null;
  }
}
