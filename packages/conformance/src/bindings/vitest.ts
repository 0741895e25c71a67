/**
 * Binds the kit to Vitest: one test per case, grouped by family.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { ConformanceCase } from '../case.js';
import { allCases } from '../catalogue/all-cases.js';
import type { Harness } from '../harness.js';
import { runCase } from '../run-case.js';

/** Which cases are registered. */
export interface RegisterOptions {
  /** Ids (`'ACQ-15'`) or families (`'ACQ'`) of the cases to run, to look into a failure. @defaultValue all */
  readonly only?: readonly string[];
}

/**
 * Registers one test per case. A case that does not apply is skipped, with the reason in its title; an
 * inconclusive one fails, and so does a run in which no case applies.
 */
export function registerConformance(harness: Harness, options: RegisterOptions = {}): void {
  const chosen = allCases.filter((kase) => isChosen(kase, options.only));
  const families = new Map<string, ConformanceCase[]>();
  for (const kase of chosen) {
    const family = familyOf(kase);
    families.set(family, [...(families.get(family) ?? []), kase]);
  }
  describe(`conformance of ${harness.name}`, () => {
    it('has cases to run', () => {
      expect(chosen.filter((kase) => kase.needs(harness) === true)).not.toHaveLength(0);
    });
    for (const [family, cases] of families) {
      describe(family, () => {
        for (const kase of cases) registerCase(harness, kase);
      });
    }
  });
}

function registerCase(harness: Harness, kase: ConformanceCase): void {
  const needs = kase.needs(harness);
  if (needs !== true) {
    it.skip(`${kase.id} ${kase.title} [not applicable: ${needs}]`, () => {});
    return;
  }
  it(`${kase.id} ${kase.title}`, async () => {
    const result = await runCase(harness, kase);
    if (result.outcome === 'fail' || result.outcome === 'inconclusive') throw result.error;
    expect(result.outcome).toBe('pass');
  });
}

function isChosen(kase: ConformanceCase, only: readonly string[] | undefined): boolean {
  return (
    only === undefined ||
    only.some((wanted) => wanted === familyOf(kase) || kase.behaviours.includes(wanted) || kase.id === wanted)
  );
}

function familyOf(kase: ConformanceCase): string {
  return kase.id.slice(0, kase.id.indexOf('-'));
}
