/**
 * The two ways between rules and cases, and where one of them is broken.
 *
 * @module
 */
import type { ConformanceCase } from '../case.js';
import type { BehaviourElsewhere } from '../catalogue/elsewhere.js';
import type { Rule } from './rule.js';

/** What is compared. */
export interface CoverageInput {
  readonly rules: readonly Rule[];
  readonly cases: readonly ConformanceCase[];
  readonly elsewhere: readonly BehaviourElsewhere[];
  /** The ids of all behaviours of the catalogue. */
  readonly behaviours: readonly string[];
}

/** Where one rule is shown. */
export interface RuleCoverage {
  readonly rule: Rule;
  /** The cases that cite it. */
  readonly cases: readonly ConformanceCase[];
  /** Those of its behaviours that no case shows, with the reason. */
  readonly elsewhere: readonly BehaviourElsewhere[];
}

/** Where each rule is shown, in the order of the spec. */
export function coverageOf({
  rules,
  cases,
  elsewhere,
}: Pick<CoverageInput, 'rules' | 'cases' | 'elsewhere'>): readonly RuleCoverage[] {
  return rules.map((rule) => ({
    rule,
    cases: cases.filter((kase) => kase.rules.includes(rule.id)),
    elsewhere: elsewhere.filter(({ id }) => rule.behaviours.includes(id)),
  }));
}

/** What is missing on the way from rules to cases or back, one sentence each; none when all is well. */
export function coverageGaps(input: CoverageInput): readonly string[] {
  const ids = new Set(input.rules.map(({ id }) => id));
  const unknown = input.cases.flatMap((kase) =>
    kase.rules
      .filter((id) => !ids.has(id))
      .map((id) => `the case ${kase.id} cites ${id}, which the spec does not have`),
  );
  const silent = input.cases
    .filter((kase) => kase.rules.length === 0)
    .map((kase) => `the case ${kase.id} cites no rule`);
  const gaps = coverageOf(input).flatMap(({ rule, cases, elsewhere }) => {
    const bare =
      cases.length === 0 && elsewhere.length === 0 ? [`${rule.id} has neither a case nor a reason`] : [];
    const broken = rule.behaviours.flatMap((behaviour) => brokenPromise(rule, behaviour, input));
    return [...bare, ...broken];
  });
  const shown = new Set(input.cases.flatMap(({ behaviours }) => behaviours));
  const excused = new Set(input.elsewhere.map(({ id }) => id));
  const missing = input.behaviours
    .filter((id) => !shown.has(id) && !excused.has(id))
    .map((id) => `the behaviour ${id} has neither a case nor a reason`);
  return [...unknown, ...silent, ...gaps, ...missing];
}

/** The spec says that a behaviour checks a rule: then a case of that behaviour must cite the rule. */
function brokenPromise(
  rule: Rule,
  behaviour: string,
  { cases, elsewhere }: CoverageInput,
): readonly string[] {
  const showing = cases.filter((kase) => kase.behaviours.includes(behaviour));
  if (showing.length === 0) {
    return elsewhere.some(({ id }) => id === behaviour)
      ? []
      : [`${rule.id} names ${behaviour}, which is neither a case nor shown elsewhere`];
  }
  if (showing.some((kase) => kase.rules.includes(rule.id))) return [];
  const cited = [...new Set(showing.flatMap((kase) => kase.rules))].join(', ');
  return [`${rule.id} names ${behaviour}, and ${showing.map(({ id }) => id).join(', ')} cites ${cited} only`];
}
