import { describe, expect, it } from 'vitest';
import { failing, hollowHarness, oneCase, passing } from '../test/report-harness.js';
import type { ConformanceCase } from './case.js';
import type { KnownDeviation } from './deviations.js';
import { isGreen, runSuite, type SuiteOptions, type SuiteRun } from './run-suite.js';

const declared: KnownDeviation = {
  case: 'ACQ-01',
  rule: 'JS-GET-05',
  issue: '#7',
  expectMessage: 'the <b>number</b>',
  until: '2026-05-31',
};

async function run(
  cases: readonly ConformanceCase[],
  options: SuiteOptions = {},
  over: object = {},
): Promise<SuiteRun> {
  return runSuite(hollowHarness(over), { cases, seed: 1, today: '2026-05-31', ...options });
}

function outcomes({ records }: SuiteRun): readonly string[] {
  return records.map(({ outcome }) => outcome);
}

/** Runs one case under a declaration. */
async function judged(kase: ConformanceCase, over: Partial<KnownDeviation> = {}): Promise<SuiteRun> {
  return run([kase], {}, { deviations: [{ ...declared, ...over }] });
}

describe('runSuite', () => {
  it('is green when everything passed', async () => {
    const done = await run([oneCase('ACQ-01', passing), oneCase('ACQ-02', passing)]);
    expect([outcomes(done), isGreen(done)]).toEqual([['pass', 'pass'], true]);
  });

  it('is not green when one case failed, or stayed inconclusive', async () => {
    expect(isGreen(await run([oneCase('ACQ-01', passing), oneCase('ACQ-02', failing)]))).toBe(false);
    const open = oneCase('ACQ-02', async (ctx) => ctx.inconclusive('no race'));
    expect(isGreen(await run([oneCase('ACQ-01', passing), open]))).toBe(false);
  });

  it('is not green when no case was run', async () => {
    const none = await run([oneCase('ACQ-01', passing, { needs: () => 'nothing applies' })]);
    expect([none.problems, isGreen(none)]).toEqual([['no case was run'], false]);
    expect(isGreen(await run([]))).toBe(false);
  });

  it('keeps cases that were not asked for, as not run', async () => {
    const cases = [
      oneCase('ACQ-01', passing),
      oneCase('FIR-01', passing),
      oneCase('CLU-01', passing, { level: 'L3' }),
    ];
    expect(outcomes(await run(cases, { only: ['FIR'] }))).toEqual(['notRun', 'pass', 'notRun']);
    expect(outcomes(await run(cases, { level: 'L2' }))).toEqual(['pass', 'pass', 'notRun']);
    expect(outcomes(await run(cases, { only: ['JS-GET-05'], level: 'L1' }))).toEqual([
      'pass',
      'pass',
      'notRun',
    ]);
  });

  it('refuses a name that fits no case, a seed and a repetition that are none', async () => {
    const cases = [oneCase('ACQ-01', passing)];
    for (const options of [
      { only: ['ACQ-02'] },
      { seed: -1 },
      { seed: 1.5 },
      { seed: 2 ** 32 },
      { repeat: 0 },
    ]) {
      await expect(run(cases, options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    }
  });

  it('fails a case that leaves a rejection to nobody', async () => {
    const leaving = oneCase('ACQ-01', async (ctx) => {
      await passing(ctx);
      void Promise.reject(new Error('left'));
    });
    const done = await run([leaving, oneCase('ACQ-02', passing)]);
    expect(outcomes(done)).toEqual(['fail', 'pass']);
    expect(done.records[0]?.message).toContain('left');
  });

  it('fails the case to which a late rejection belongs, though another is running', async () => {
    let release = (): void => {};
    const late = oneCase('ACQ-01', async (ctx) => {
      await passing(ctx);
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      void gate.then(() => {
        throw new Error('late');
      });
    });
    const next = oneCase('ACQ-02', async (ctx) => {
      await passing(ctx);
      release();
    });
    const done = await run([late, next]);
    expect(outcomes(done)).toEqual(['fail', 'pass']);
    expect(done.records[0]?.message).toContain('late');
    expect(isGreen(done)).toBe(false);
  });

  it('counts the gravest of several repetitions, and runs each with a seed of its own', async () => {
    const seeds: number[] = [];
    const flaky = oneCase('ACQ-01', async (ctx) => {
      seeds.push(ctx.random.seed);
      ctx.holds(ctx.random.seed !== 11, 'the seed is another');
    });
    const { records } = await run([flaky], { seed: 10, repeat: 3 });
    expect(seeds).toEqual([10, 11, 12]);
    expect(records[0]).toMatchObject({
      outcome: 'fail',
      outcomes: ['pass', 'fail', 'pass'],
      failure: { seed: 11 },
    });
  });

  it('draws the same chance for a case alone as among others', async () => {
    const drawn: number[] = [];
    const draw = oneCase('ACQ-02', async (ctx) => {
      await passing(ctx);
      drawn.push(ctx.random.next());
    });
    await run([oneCase('ACQ-01', async (ctx) => ctx.holds(ctx.random.next() < 1, 'a number')), draw], {
      seed: 3,
    });
    await run([draw], { seed: 3 });
    await run([draw], { seed: 4 });
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[2]).not.toBe(drawn[0]);
  });

  it('ends when it is told to, and is not green', async () => {
    const controller = new AbortController();
    const ending = oneCase('ACQ-01', async (ctx) => {
      await passing(ctx);
      controller.abort();
    });
    const done = await run([ending, oneCase('ACQ-02', passing)], { signal: controller.signal });
    expect([outcomes(done), isGreen(done)]).toEqual([['pass', 'notRun'], false]);
  });
});

describe('known deviations', () => {
  it('excuse a failure as declared, up to their last day', async () => {
    const done = await judged(oneCase('ACQ-01', failing));
    expect([outcomes(done), isGreen(done)]).toEqual([['deviates'], true]);
  });

  it.each([
    ['a failure with another message', oneCase('ACQ-01', failing), { expectMessage: 'the word' }],
    ['a failure after their last day', oneCase('ACQ-01', failing), { until: '2026-05-30' }],
    ['a case that passes', oneCase('ACQ-01', passing), {}],
    ['a case that does not apply', oneCase('ACQ-01', passing, { needs: () => 'no' }), {}],
  ])('do not excuse %s', async (_, kase, over) => {
    const done = await judged(kase, over);
    expect([outcomes(done), isGreen(done)]).toEqual([['fail'], false]);
    expect(done.records[0]?.message).toContain('The known deviation of ACQ-01 (#7)');
  });

  it('do not turn what is inconclusive into something better', async () => {
    expect(outcomes(await judged(oneCase('ACQ-01', async (ctx) => ctx.inconclusive('no race'))))).toEqual([
      'inconclusive',
    ]);
  });

  it.each([
    ['an unknown case', { case: 'ACQ-99' }],
    ['a rule that the case does not show', { rule: 'JS-ACQ-01' }],
    ['no issue', { issue: ' ' }],
    ['no message', { expectMessage: '' }],
    ['no day', { until: '2026-02-30' }],
    ['a date in words', { until: 'soon' }],
  ])('make the run fail when they name %s', async (_, over) => {
    const done = await judged(oneCase('ACQ-01', failing), over);
    expect(done.problems).toHaveLength(1);
    expect(isGreen(done)).toBe(false);
  });
});
