/**
 * What can come of a case: six outcomes, and no seventh that could pass for one of them.
 *
 * @module
 */

/**
 * - `pass`: the store did what the case demands, and the case checked it.
 * - `fail`: it did not.
 * - `deviates`: it did not, in the way its author declared, before the declaration's day.
 * - `notApplicable`: the store does not claim what the case is about.
 * - `inconclusive`: nothing was shown: a race never happened, the time ran out, the backend was away.
 * - `notRun`: nobody asked for it, or the run ended before it.
 */
export type Outcome = 'pass' | 'fail' | 'deviates' | 'notApplicable' | 'inconclusive' | 'notRun';

/** All outcomes, the gravest first. */
export const OUTCOMES: readonly Outcome[] = [
  'fail',
  'inconclusive',
  'notRun',
  'deviates',
  'notApplicable',
  'pass',
];

/** The words for an outcome in texts. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  pass: 'passed',
  fail: 'failed',
  deviates: 'deviates as declared',
  notApplicable: 'not applicable',
  inconclusive: 'inconclusive',
  notRun: 'not run',
};

/** How many cases had each outcome. */
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

/** Counts outcomes. */
export function countOutcomes(outcomes: Iterable<Outcome>): OutcomeCounts {
  const counts = { pass: 0, fail: 0, deviates: 0, notApplicable: 0, inconclusive: 0, notRun: 0 };
  for (const outcome of outcomes) counts[outcome] += 1;
  return counts;
}

/** The graver of two outcomes of the same case. */
export function graver(a: Outcome, b: Outcome): Outcome {
  return OUTCOMES.indexOf(a) <= OUTCOMES.indexOf(b) ? a : b;
}

/** Whether the case was really run to an end that says something of the store. */
export function wasExecuted(outcome: Outcome): boolean {
  return outcome !== 'notApplicable' && outcome !== 'notRun';
}

/** The counts in words, the best outcome first. */
export function countsText(counts: OutcomeCounts): string {
  const parts = [...OUTCOMES]
    .reverse()
    .flatMap((outcome) => (counts[outcome] === 0 ? [] : [`${counts[outcome]} ${OUTCOME_WORDS[outcome]}`]));
  return parts.length === 0 ? 'no cases' : parts.join(', ');
}
