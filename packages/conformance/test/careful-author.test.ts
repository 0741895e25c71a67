/**
 * What a careful author could get wrong: one store, corrupted in one way after the other. Each time a run of the whole
 * catalogue must fail, name the rule to its reader, and deny the level.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import { computeLevels } from '../src/levels.js';
import { runSuite, type SuiteRun } from '../src/run-suite.js';
import { allMutants } from './mutants/all-mutants.js';
import { portableHarness } from './open-portable-store.js';

/** The rule broken, and the mistake. */
const MISTAKES = [
  'JS-ACQ-02/window-on-the-first',
  'JS-MIS-01/at-the-threshold',
  'JS-GET-04/wildcards',
  'JS-PAU-08/lists-the-mark',
  'JS-CMP-02/by-key',
  'JS-ACQ-01/looks-then-takes',
  'JS-ACQ-08/starves',
  'JS-STO-06/two-steps',
  'JS-STO-08/orphans-the-job',
  'JS-CAL-04/resumes',
  'JS-SIG-01/before-commit',
  'JS-FIR-03/wall-clock',
];

const SOUND = portableHarness('the portable store');

function levelOf({ records }: SuiteRun): string | null {
  return computeLevels(records.filter(({ level }) => level !== 'L4')).level;
}

describe('one store, corrupted', () => {
  it('passes when it is sound', async () => {
    const run = await runSuite(SOUND, { seed: 1, deadlineMs: 5000 });
    expect(run.records.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'notApplicable')).toEqual(
      [],
    );
  });

  it.each(MISTAKES)('%s', async (id) => {
    const mutant = allMutants.find((candidate) => candidate.id === id);
    if (mutant === undefined) throw new Error(`there is no mutant ${id}`);
    const run = await runSuite(mutant.make(SOUND), { seed: 1, deadlineMs: 5000 });
    const failed = run.records.filter(({ outcome }) => outcome === 'fail');
    const ofTheRule = failed.filter(({ rules }) => rules.includes(mutant.rule));
    expect(ofTheRule.length).toBeGreaterThan(0);
    for (const { message } of ofTheRule) expect(message).toContain(mutant.rule);
    expect(levelOf(run)).not.toBe('L3');
  });
});
