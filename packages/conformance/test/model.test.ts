/**
 * The model tier: stores agree with the model, broken ones do not, and what is found can be replayed.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import memory from '../harnesses/memory.mjs';
import sqlite from '../harnesses/sqlite.mjs';
import type { Harness } from '../src/harness.js';
import { corpus, corpusText } from '../src/model/corpus.js';
import { compareStores, differenceTable } from '../src/model/differential.js';
import { counterexampleText, playOn, runModel } from '../src/model/run-model.js';
import { awkwardHarness } from './awkward-store.js';
import { allMutants } from './mutants/all-mutants.js';
import { portableHarness } from './open-portable-store.js';

const PORTABLE = portableHarness('the portable store');
const SEED = 20_260_302;

function broken(id: string): Harness {
  const mutant = allMutants.find((candidate) => candidate.id === id);
  if (mutant === undefined) throw new Error(`there is no mutant ${id}`);
  return mutant.make(PORTABLE);
}

describe('random sequences', () => {
  it.each([
    [PORTABLE.name, PORTABLE, 300],
    [memory.name, memory, 300],
    [sqlite.name, sqlite, 60],
    [awkwardHarness.name, awkwardHarness, 60],
  ] as const)('leave no difference between the model and %s', async (_name, harness, runs) => {
    const run = await runModel(harness, { seed: SEED, runs });
    expect(counterexampleText(harness, run)).toBe(`${harness.name} and the model agree`);
    expect(run.runs).toBe(runs);
  });

  it('find what is broken, shrink it, and find the same again by their seed', async () => {
    const harness = broken('JS-PAU-06/own-group-wins');
    const run = await runModel(harness, { seed: SEED, runs: 1000 });
    expect(run.counterexample?.commands.length).toBeLessThanOrEqual(8);
    expect(counterexampleText(harness, run)).toContain(`replay with seed ${SEED}`);
    expect(await runModel(harness, { seed: SEED, runs: 1000 })).toEqual(run);
    await expect(playOn(harness, run.counterexample?.commands ?? [])).rejects.toThrow('step');
    await playOn(PORTABLE, run.counterexample?.commands ?? []);
  });

  it.each([
    'JS-ACQ-08/acquired-siblings',
    'JS-CMP-08/silent',
    'JS-REC-03/default-priority',
    'JS-CLU-04/not-told',
    'JS-MIS-01/at-the-threshold',
    'JS-STO-06/two-steps',
  ])('find %s', async (id) => {
    expect((await runModel(broken(id), { seed: SEED, runs: 1000 })).counterexample).not.toBeNull();
  });
});

describe('the corpus', () => {
  it('holds sequences with ids in order, each with its rules', () => {
    expect(corpus.map(({ id }) => id)).toEqual(corpus.map((_, n) => `MDL-${String(n + 1).padStart(2, '0')}`));
    expect(corpus.length).toBeGreaterThanOrEqual(12);
    expect(corpus.filter(({ rules, commands }) => rules.length === 0 || commands.length === 0)).toEqual([]);
  });

  it('is written as it is read', () => {
    for (const entry of corpus) expect(JSON.parse(corpusText(entry))).toEqual(entry);
  });

  it('shows the same of every store', async () => {
    const differences = await compareStores([memory, sqlite, PORTABLE], corpus);
    expect(differenceTable(differences).split('\n').slice(2)).toEqual([]);
  });

  it('shows a difference as a table of stores and observations', async () => {
    const differences = await compareStores([PORTABLE, broken('JS-STA-02/never-blocked')], corpus);
    const table = differenceTable(differences);
    expect(table).toContain(
      '| Sequence | Step | Observation | the portable store | JS-STA-02/never-blocked |',
    );
    expect(table).toMatch(/\| MDL-\d\d \| \d+ \| played \| \d+ steps \| step \d+ of \d+, .*blocked.* \|/);
  });
});
