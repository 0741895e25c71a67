/**
 * Known deviations: failures that a store's author has declared, each with an issue and an end.
 *
 * @module
 */
import type { ConformanceCase } from './case.js';

/** A failure that is known. While it is as declared, the case `deviates` instead of failing; the level is capped. */
export interface KnownDeviation {
  /** The case's id. */
  readonly case: string;
  /** The rule that is broken; the case must cite it. */
  readonly rule: string;
  /** Where its repair is followed: an address or a number. */
  readonly issue: string;
  /** A part of what the failure says: it must go on failing in this way and no other. */
  readonly expectMessage: string;
  /** The last day on which it is accepted, `YYYY-MM-DD` in UTC. */
  readonly until: string;
}

/**
 * Compares a declaration with what came of its case.
 *
 * @param evidence - what the failure says of the store; null when the case did not fail
 * @param today - `YYYY-MM-DD`
 * @returns why the declaration does not hold; null when it does
 */
export function judgeDeviation(
  declared: KnownDeviation,
  evidence: string | null,
  outcome: 'pass' | 'notApplicable' | 'fail',
  today: string,
): string | null {
  const about = `The known deviation of ${declared.case} (${declared.issue})`;
  if (evidence === null) {
    return outcome === 'pass'
      ? `${about} is over: the case passes. Take the declaration out.`
      : `${about} is void: the case does not apply to this store.`;
  }
  if (!evidence.includes(declared.expectMessage)) {
    return `${about} expects ${JSON.stringify(declared.expectMessage)}, and the case fails otherwise.`;
  }
  return today > declared.until ? `${about} was accepted until ${declared.until}.` : null;
}

/** What is wrong with declarations in themselves, one sentence each; none when all is well. */
export function deviationProblems(
  declared: readonly KnownDeviation[],
  cases: readonly ConformanceCase[],
): readonly string[] {
  return declared.flatMap((deviation, place) => {
    const about = `the known deviation of ${deviation.case}`;
    const kase = cases.find(({ id }) => id === deviation.case);
    const problems: string[] = [];
    if (kase === undefined) problems.push(`${about} names a case that does not exist`);
    else if (!kase.rules.includes(deviation.rule))
      problems.push(`${about} names ${deviation.rule}, and the case shows ${kase.rules.join(', ')}`);
    if (declared.findIndex((other) => other.case === deviation.case) !== place)
      problems.push(`${about} is declared twice`);
    if (deviation.issue.trim() === '') problems.push(`${about} names no issue`);
    if (deviation.expectMessage.trim() === '')
      problems.push(`${about} expects no message, which would excuse any failure`);
    if (!isDay(deviation.until))
      problems.push(`${about} ends on ${JSON.stringify(deviation.until)}, which is no day (YYYY-MM-DD)`);
    return problems;
  });
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The day of an instant (epoch ms) in UTC, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
