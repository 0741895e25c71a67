/**
 * Sets the kit on every broken store, and tells which it noticed.
 *
 * @module
 */
import type { ConformanceCase } from '../../src/case.js';
import { allCases } from '../../src/catalogue/all-cases.js';
import { runCase } from '../../src/run-case.js';
import { portableHarness } from '../open-portable-store.js';
import { allMutants } from './all-mutants.js';
import type { Mutant } from './mutant.js';

/** What became of one mutant. */
export type Verdict =
  | { readonly mutant: Mutant; readonly kind: 'killed'; readonly by: string; readonly failure: string }
  | { readonly mutant: Mutant; readonly kind: 'survived'; readonly why: string };

/** Failures of a mutant that was built wrongly: they prove nothing about the kit. */
const BLUNDER = /^the case ended with an error: (TypeError|ReferenceError|RangeError|ERR_STORE_FAILED)/;

/** Cases that any store passes which works at all; a mutant must not be too broken to be noticed for its own defect. */
const SIGNS_OF_LIFE = ['JOB-02', 'TRG-17', 'CAL-03', 'ACQ-01', 'PAU-18'];

/** What a case may take, in ms: most stores that hang do so for ever. */
const DEADLINE_MS = 2000;
/** What it may take on a machine that is busy with something else. */
const LONG_DEADLINE_MS = 20_000;

/** Runs the cases that cite the mutant's rule until one fails under the rule's id. */
export async function judge(mutant: Mutant, deadlineMs = DEADLINE_MS): Promise<Verdict> {
  const harness = mutant.make(portableHarness('the portable store'));
  const cases = allCases.filter((kase) => kase.rules.includes(mutant.rule));
  if (cases.length === 0) return { mutant, kind: 'survived', why: `no case cites ${mutant.rule}` };
  const others: string[] = [];
  let isOpen = false;
  for (const kase of cases) {
    const result = await runCase(harness, kase, { deadlineMs });
    isOpen ||= result.outcome === 'inconclusive';
    if (result.outcome !== 'fail') continue;
    if (BLUNDER.test(result.failure.what) || !result.error.message.includes(mutant.rule)) {
      others.push(`${kase.id}: ${result.failure.what}`);
      continue;
    }
    if (!(await showsLife(mutant))) return { mutant, kind: 'survived', why: 'too broken to do anything' };
    return { mutant, kind: 'killed', by: kase.id, failure: result.error.message };
  }
  // Nothing was shown by a case that ran out of time.
  if (isOpen && deadlineMs < LONG_DEADLINE_MS) return judge(mutant, LONG_DEADLINE_MS);
  const why = others.length > 0 ? others.join('; ') : `it passes ${namesOf(cases)}`;
  return { mutant, kind: 'survived', why };
}

/** Judges every mutant whose id holds the text, in order. */
export async function runMutants(
  told: (verdict: Verdict) => void = () => {},
  only = '',
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const mutant of allMutants.filter(({ id }) => id.includes(only))) {
    const verdict = await judge(mutant);
    told(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}

async function showsLife(mutant: Mutant): Promise<boolean> {
  const harness = mutant.make(portableHarness('the portable store'));
  for (const kase of allCases.filter(({ id }) => SIGNS_OF_LIFE.includes(id))) {
    if ((await runCase(harness, kase, { deadlineMs: LONG_DEADLINE_MS })).outcome === 'pass') return true;
  }
  return false;
}

function namesOf(cases: readonly ConformanceCase[]): string {
  return cases.map(({ id }) => id).join(', ');
}
