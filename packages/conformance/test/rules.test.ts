import { describe, expect, it } from 'vitest';
import { parseRules } from '../scripts/parse-rules.mjs';
import type { ConformanceCase } from '../src/case.js';
import { defineCases } from '../src/case.js';
import { rules } from '../src/generated/rules.js';
import { type CoverageInput, coverageGaps } from '../src/rules/coverage.js';
import { backendCauses } from '../src/rules/diagnoses/backends.js';
import { causesOf, diagnoses, intentOf } from '../src/rules/diagnoses/diagnose.js';
import type { Rule } from '../src/rules/rule.js';

const ROW =
  '| JS-ACQ-03 | MUST L1 | `maxCount` is *the* _only_ limit of `A_B`, `*` and `_`. | Why. | ACQ-01, MIS-02 – MIS-04 |';

describe('parseRules', () => {
  it('reads id, level, text, reason and behaviours, with ranges written out', () => {
    expect(parseRules(`## Acquiring\n\n${ROW}\n`)).toEqual([
      {
        id: 'JS-ACQ-03',
        requirement: 'MUST',
        level: 'L1',
        section: 'Acquiring',
        text: 'maxCount is the only limit of A_B, * and _.',
        why: 'Why.',
        behaviours: ['ACQ-01', 'MIS-02', 'MIS-03', 'MIS-04'],
      },
    ]);
  });

  it.each([
    ['an id twice', `${ROW}\n${ROW}`],
    ['an unknown strength', ROW.replace('MUST L1', 'SHALL L1')],
    ['an unknown level', ROW.replace('MUST L1', 'MUST L7')],
    ['a missing cell', ROW.replace(' | Why.', '')],
    ['an empty text', ROW.replace(/`maxCount`[^|]*/, '')],
    ['a range backwards', ROW.replace('MIS-02 – MIS-04', 'MIS-04 – MIS-02')],
    ['a range across families', ROW.replace('MIS-02 – MIS-04', 'MIS-02 – ACQ-04')],
    ['a behaviour that is none', ROW.replace('ACQ-01', 'acquiring')],
  ])('refuses %s', (_, text) => {
    expect(() => parseRules(text)).toThrow();
  });
});

describe('the diagnoses', () => {
  it('know an intent and a likely cause for every rule', () => {
    expect(rules.filter(({ id }) => intentOf(id) === null).map(({ id }) => id)).toEqual([]);
    expect(rules.filter(({ id }) => causesOf(id, null).length === 0).map(({ id }) => id)).toEqual([]);
  });

  it('give a reason once: in the spec or here', () => {
    const twice = rules.filter(({ id, why }) => why !== null && diagnoses[id]?.intent !== undefined);
    expect(twice.map(({ id }) => id)).toEqual([]);
  });

  it('know the traps of every kind of server, of rules that exist, and first of all', () => {
    expect(Object.keys(backendCauses).filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
    for (const family of ['redis', 'postgres', 'mysql', 'mongodb'] as const) {
      const known = Object.values(backendCauses).filter((by) => (by[family] ?? []).length > 0);
      expect(known.length, family).toBeGreaterThan(10);
    }
    expect(causesOf('JS-CLU-03', 'postgres')[0]).toMatch(/clock_timestamp/);
    expect(causesOf('JS-CLU-03', null).join()).not.toMatch(/clock_timestamp/);
  });

  it('keep to the family of the backend', () => {
    expect(causesOf('JS-GET-04', 'redis').join()).toMatch(/glob/);
    expect(causesOf('JS-GET-04', 'redis').join()).not.toMatch(/LIKE/);
    expect(causesOf('JS-GET-04', 'sqlite').join()).toMatch(/LIKE/);
  });
});

describe('coverageGaps', () => {
  const rule: Rule = {
    id: 'JS-ACQ-03',
    requirement: 'MUST',
    level: 'L1',
    section: 'Acquiring',
    text: 'A rule.',
    why: null,
    behaviours: ['ACQ-01'],
  };
  const kase = (id: string, ...cited: readonly string[]): readonly ConformanceCase[] =>
    defineCases([{ id, title: id, rules: cited, run: async () => {} }]);
  const gaps = (input: Partial<CoverageInput>): readonly string[] =>
    coverageGaps({ rules: [rule], cases: [], elsewhere: [], behaviours: [], ...input });

  it('finds none where case and rule name each other', () => {
    expect(gaps({ cases: kase('ACQ-01', 'JS-ACQ-03') })).toEqual([]);
  });

  it('takes a stated reason for a case', () => {
    const elsewhere = [{ id: 'ACQ-01', where: 'each store’s own tests', reason: 'a reason' }] as const;
    expect(gaps({ elsewhere })).toEqual([]);
  });

  it('finds a rule without a case, a behaviour without one, and a case that cites another rule only', () => {
    expect(gaps({}).join()).toMatch(/JS-ACQ-03 has neither a case nor a reason/);
    expect(gaps({ cases: kase('ACQ-02', 'JS-ACQ-03') }).join()).toMatch(/names ACQ-01, which is neither/);
    const other: Rule = { ...rule, id: 'JS-ACQ-04', behaviours: [] };
    expect(gaps({ rules: [rule, other], cases: kase('ACQ-01', 'JS-ACQ-04') }).join()).toMatch(
      /cites JS-ACQ-04 only/,
    );
  });

  it('finds a behaviour of the catalogue that is neither shown nor argued away', () => {
    const cases = kase('ACQ-01', 'JS-ACQ-03');
    expect(gaps({ cases, behaviours: ['ACQ-01', 'ACQ-02'] }).join()).toMatch(
      /ACQ-02 has neither a case nor a reason/,
    );
    const elsewhere = [{ id: 'ACQ-02', where: 'each store’s own tests', reason: 'a reason' }] as const;
    expect(gaps({ cases, elsewhere, behaviours: ['ACQ-01', 'ACQ-02'] })).toEqual([]);
  });

  it('finds a case that cites nothing, or a rule that there is not', () => {
    expect(gaps({ cases: [...kase('ACQ-01', 'JS-ACQ-03'), ...kase('ACQ-02')] }).join()).toMatch(
      /ACQ-02 cites no rule/,
    );
    expect(gaps({ cases: kase('ACQ-01', 'JS-ACQ-03', 'JS-ACQ-99') }).join()).toMatch(
      /JS-ACQ-99, which the spec does not/,
    );
  });
});
