/**
 * What the cases say about each rule.
 *
 * @module
 */
import { rules } from '../generated/rules.js';
import { graver, type Outcome } from '../outcome.js';
import type { Requirement, Rule } from '../rules/rule.js';

/** What is known of one rule: the gravest outcome of its cases, or that it has none. */
export interface RuleVerdict {
  readonly id: string;
  readonly requirement: Requirement;
  readonly level: Rule['level'];
  readonly verdict: Outcome | 'noCase';
  /** The ids of the cases that cite it. */
  readonly cases: readonly string[];
}

/** As much of a case's record as a verdict depends on. */
interface Citing {
  readonly id: string;
  readonly rules: readonly string[];
  readonly outcome: Outcome;
}

/** One verdict per rule of the contract, in its order. Cases that do not apply count only when no other does. */
export function verdictsOf(cases: readonly Citing[]): readonly RuleVerdict[] {
  return rules.map(({ id, requirement, level }) => {
    const citing = cases.filter((kase) => kase.rules.includes(id));
    const applicable = citing.filter(({ outcome }) => outcome !== 'notApplicable');
    const counted = applicable.length > 0 ? applicable : citing;
    const verdict = counted
      .map(({ outcome }): Outcome => outcome)
      .reduce<Outcome | null>((worst, one) => (worst === null ? one : graver(worst, one)), null);
    return { id, requirement, level, verdict: verdict ?? 'noCase', cases: citing.map((kase) => kase.id) };
  });
}
