/**
 * Picks cases out of the catalogue.
 *
 * @module
 */
import { nearestKey } from '@ametrine/core';
import { invalidArgument } from '@ametrine/core/spi';
import type { ConformanceCase, Level } from '../case.js';
import { LEVELS } from '../levels.js';

/** Which cases are wanted. */
export interface CaseChoice {
  /** The highest level. @defaultValue `'L4'` */
  readonly level?: Level;
  /** Ids (`'ACQ-15'`), behaviours, families (`'ACQ'`) or rules (`'JS-ACQ-08'`). @defaultValue all */
  readonly only?: readonly string[];
}

/** The family of a case: the letters that its id begins with. */
export function familyOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.indexOf('-'));
}

/**
 * Those of the cases that are wanted, in their order.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` when a name in `only` fits no case
 */
export function chooseCases(
  cases: readonly ConformanceCase[],
  { level = 'L4', only }: CaseChoice,
): readonly ConformanceCase[] {
  for (const wanted of only ?? []) {
    if (cases.some((kase) => fits(kase, wanted))) continue;
    const nearest = nearestKey(
      wanted,
      cases.flatMap((kase) => [kase.id, ...kase.rules, familyOf(kase)]),
    );
    const remedy = 'the id of a case, a behaviour, a family or a rule';
    throw invalidArgument('case', wanted, nearest === null ? remedy : `${remedy}; did you mean ${nearest}?`);
  }
  return cases.filter(
    (kase) =>
      LEVELS.indexOf(kase.level) <= LEVELS.indexOf(level) &&
      (only === undefined || only.some((wanted) => fits(kase, wanted))),
  );
}

function fits(kase: ConformanceCase, wanted: string): boolean {
  return (
    wanted === kase.id ||
    wanted === familyOf(kase) ||
    kase.behaviours.includes(wanted) ||
    kase.rules.includes(wanted)
  );
}
