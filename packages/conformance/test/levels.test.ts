/**
 * The computation of levels, tested by flipping one outcome at a time.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Level } from '../src/case.js';
import { allCases } from '../src/catalogue/all-cases.js';
import { rules } from '../src/generated/rules.js';
import { computeLevels, type Judged, LEVELS } from '../src/levels.js';
import { OUTCOMES, type Outcome } from '../src/outcome.js';

const MUST = 'JS-ACQ-01';
const SHOULD = 'JS-ACQ-11';

function kase(level: Level, outcome: Outcome, ...ruleIds: readonly string[]): Judged {
  return { id: `X-${level}`, level, rules: ruleIds.length === 0 ? [MUST] : ruleIds, outcome, preview: false };
}

/** Two cases per level, all passed. */
const perfect: readonly Judged[] = LEVELS.flatMap((level) => [kase(level, 'pass'), kase(level, 'pass')]);

function below(level: Level): Level | null {
  return LEVELS[LEVELS.indexOf(level) - 1] ?? null;
}

describe('computeLevels', () => {
  it('gives the highest level when everything passed', () => {
    expect(computeLevels(perfect).level).toBe('L4');
    expect(
      computeLevels(perfect).standings.every(({ reached, because }) => reached && because.length === 0),
    ).toBe(true);
  });

  const breaking: readonly Outcome[] = ['fail', 'inconclusive', 'notRun', 'deviates'];
  for (const outcome of breaking) {
    it(`falls below a level as soon as one of its cases is "${outcome}"`, () => {
      for (const [place, { level }] of perfect.entries()) {
        const flipped = perfect.with(place, kase(level, outcome));
        const ladder = computeLevels(flipped);
        expect([level, ladder.level]).toEqual([level, below(level)]);
        expect(ladder.standings.find((one) => one.level === level)?.because.join()).toContain(MUST);
      }
    });
  }

  it('bears a case that does not apply, but not a level of which none applies', () => {
    expect(computeLevels(perfect.with(2, kase('L2', 'notApplicable'))).level).toBe('L4');
    const none = perfect.map((one) => (one.level === 'L2' ? kase('L2', 'notApplicable') : one));
    expect(computeLevels(none).level).toBe('L1');
    expect(computeLevels(none).standings[2]?.because).toEqual(['L2 is not reached']);
  });

  it('gives none for a catalogue without cases, or a level without', () => {
    expect(computeLevels([]).level).toBeNull();
    expect(computeLevels(perfect.filter(({ level }) => level !== 'L1')).level).toBeNull();
    expect(computeLevels(perfect.filter(({ level }) => level !== 'L3')).level).toBe('L2');
  });

  it('lets a SHOULD be left for a stated reason, and for none else', () => {
    const withShould = (outcome: Outcome): readonly Judged[] => [...perfect, kase('L1', outcome, SHOULD)];
    expect(computeLevels(withShould('deviates')).level).toBe('L4');
    for (const outcome of ['fail', 'inconclusive', 'notRun'] as const) {
      expect(computeLevels(withShould(outcome)).level).toBeNull();
    }
  });

  it('takes a case that shows a MUST beside a SHOULD, or an unknown rule, for required', () => {
    expect(computeLevels([...perfect, kase('L3', 'deviates', SHOULD, MUST)]).level).toBe('L2');
    expect(computeLevels([...perfect, kase('L3', 'deviates', 'JS-XXX-99')]).level).toBe('L2');
    expect(computeLevels([...perfect, { ...kase('L3', 'deviates'), rules: [] }]).level).toBe('L2');
  });

  it('names what is required before what is not', () => {
    const cases = [
      { ...kase('L1', 'fail', SHOULD), id: 'S' },
      { ...kase('L1', 'fail'), id: 'M' },
    ];
    expect(computeLevels(cases).standings[0]?.because).toEqual([
      `M failed (${MUST})`,
      `S failed (${SHOULD})`,
    ]);
  });

  it('is not moved by a preview, whatever comes of it', () => {
    for (const outcome of OUTCOMES) {
      const ladder = computeLevels([...perfect, { ...kase('L1', outcome), preview: true }]);
      expect(ladder).toEqual(computeLevels(perfect));
    }
    const onlyPreviews = perfect.map((one) => ({ ...one, preview: true }));
    expect(computeLevels(onlyPreviews).level).toBeNull();
  });

  it('holds for the real catalogue: each case can bring its level down, whatever comes of it', () => {
    const passed = allCases.map(
      ({ id, level, rules: cited }): Judged => ({ id, level, rules: cited, outcome: 'pass', preview: false }),
    );
    const top = computeLevels(passed).level;
    expect(top).not.toBeNull();
    const optional = new Set(rules.filter(({ requirement }) => requirement !== 'MUST').map(({ id }) => id));
    for (const [place, one] of passed.entries()) {
      const advisory = one.rules.every((id) => optional.has(id));
      for (const outcome of OUTCOMES) {
        const bears =
          outcome === 'pass' || outcome === 'notApplicable' || (outcome === 'deviates' && advisory);
        if (LEVELS.indexOf(one.level) > LEVELS.indexOf(top ?? 'L1')) continue;
        const { level } = computeLevels(passed.with(place, { ...one, outcome }));
        // Where a level has a single case, its absence alone takes the level away.
        const single = passed.filter((other) => other.level === one.level).length === 1;
        if (outcome === 'notApplicable' && single) continue;
        expect([one.id, outcome, level]).toEqual([one.id, outcome, bears ? top : below(one.level)]);
      }
    }
  });
});
