import { describe, expect, it } from 'vitest';
import { failing, hollowHarness, oneCase, passing } from '../test/report-harness.js';
import { planConformance } from './bindings/plan.js';
import { compareContracts, contractProblem } from './contract.js';
import { reportOf } from './report/envelope.js';
import { junitOf } from './report/junit.js';
import { reportContradictions } from './report/read.js';
import { textOf } from './report/text.js';
import { isGreen, runSuite } from './run-suite.js';

describe('versions of the contract', () => {
  it('are ordered by their numbers', () => {
    const sorted = ['1.10', '2.0', '1.2', '1.0'].sort(compareContracts);
    expect(sorted).toEqual(['1.0', '1.2', '1.10', '2.0']);
  });

  it.each([
    ['1', /no version/],
    ['one', /no version/],
    ['1.1.0', /no version/],
    ['0.9', /of that major/],
    ['2.0', /of that major/],
    ['1.4', /update the kit/],
  ])('cannot be pinned to %s', (contract, message) => {
    expect(contractProblem({ contract }, '1.3')).toMatch(message);
  });

  it('can be pinned to one that the kit knows', () => {
    for (const contract of ['1.0', '1.3']) expect(contractProblem({ contract }, '1.3')).toBeNull();
    expect(contractProblem({}, '1.3')).toBeNull();
  });
});

describe('a store that is held to an older contract', () => {
  const old = oneCase('ACQ-01', passing);
  const harness = hollowHarness({ contract: '1.0' });
  const newer = (run: typeof passing) => oneCase('ACQ-02', run, { since: '1.1' });

  it('runs newer cases, and is not judged by them', async () => {
    const run = await runSuite(harness, { cases: [old, newer(failing)], seed: 1 });
    const report = reportOf(run);
    expect(isGreen(run)).toBe(true);
    expect([report.level, report.summary.pass, report.summary.fail]).toEqual(['L1', 1, 0]);
    expect(report.cases.map(({ preview, outcome }) => [preview, outcome])).toEqual([
      [false, 'pass'],
      [true, 'fail'],
    ]);
    expect(reportContradictions(report)).toEqual([]);
    expect(junitOf(report)).toMatch(/failures="0".*skipped="1"/);
    expect(junitOf(report)).toMatch(/preview of contract 1\.1, failed/);
  });

  it('is told what the newer contract would bring', async () => {
    const bad = reportOf(await runSuite(harness, { cases: [old, newer(failing)], seed: 1 }));
    expect(textOf(bad)).toMatch(
      /forecast for contract 1\.1: the level would be none, and is L1; its new cases: 1 failed\n\s+ACQ-02 failed/,
    );
    const good = reportOf(await runSuite(harness, { cases: [old, newer(passing)], seed: 1 }));
    expect(textOf(good)).toMatch(
      /forecast for contract 1\.1: the level would stay L1; its new cases: 1 passed/,
    );
    const none = reportOf(await runSuite(harness, { cases: [old], seed: 1 }));
    expect([none.forecast, textOf(none).includes('forecast')]).toEqual([null, false]);
  });

  it('is not carried by them either', async () => {
    const alone = reportOf(await runSuite(harness, { cases: [newer(passing)], seed: 1 }));
    expect(alone.level).toBeNull();
  });

  it('passes its test runner though a preview fails', async () => {
    const plan = planConformance(harness, { cases: [old, newer(failing)], seed: 1 });
    const tests = plan.groups.flatMap((group) => group.tests);
    for (const test of tests) await test.run();
    expect(tests.map(({ title }) => title).at(-1)).toMatch(/\[preview of contract 1\.1\]$/);
    const judged = planConformance(hollowHarness({ contract: '1.1' }), { cases: [newer(failing)], seed: 1 });
    await expect(judged.groups[1]?.tests[0]?.run()).rejects.toThrow(/ACQ-02/);
  });

  it('is red when it pins a contract that the kit does not know', async () => {
    const run = await runSuite(hollowHarness({ contract: '1.7' }), { cases: [old], seed: 1 });
    expect([isGreen(run), run.problems.join()]).toEqual([false, expect.stringMatching(/update the kit/)]);
  });
});
