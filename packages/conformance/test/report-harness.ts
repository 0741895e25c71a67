/**
 * Harnesses and cases without a store, for the tests of runs and reports.
 *
 * @module
 */
import { type CaseDefinition, type ConformanceCase, defineCases } from '../src/case.js';
import type { Harness } from '../src/harness.js';

/** A harness that opens no node. */
export function hollowHarness(over: Partial<Harness> = {}): Harness {
  return {
    name: '@acme/store-hollow',
    claim: {
      durability: 'none',
      clustering: false,
      wakeup: 'local',
      transactions: 'own',
      livenessClock: 'caller',
      timestampPrecisionMs: 1,
      maxNameLength: 200,
      maxDataBytes: 1024 * 1024,
      reacquireCostMs: 1,
    },
    openNamespace: () =>
      Promise.resolve({
        openNode: () => Promise.reject(new Error('there is no store')),
        dispose: () => Promise.resolve(),
      }),
    ...over,
  };
}

/** One case. */
export function oneCase(
  id: string,
  run: CaseDefinition['run'],
  over: Partial<CaseDefinition> = {},
): ConformanceCase {
  const [kase] = defineCases([{ id, title: `the case ${id}`, rules: ['JS-GET-05'], run, ...over }]);
  if (kase === undefined) throw new Error('one definition makes one case');
  return kase;
}

/** Passes. */
export const passing: CaseDefinition['run'] = async (ctx) => ctx.same(1, 1, 'one');
/** Fails, and says `the <b>number</b>`. */
export const failing: CaseDefinition['run'] = async (ctx) => ctx.same(1, 2, 'the <b>number</b>');
