/**
 * The kit proves itself: every broken store is noticed by the case of the rule that it breaks.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import { rules } from '../src/generated/rules.js';
import { allMutants, rulesWithoutMutant } from './mutants/all-mutants.js';
import { judge } from './mutants/run-mutants.js';

describe('the mutants', () => {
  const broken = new Set(allMutants.map(({ rule }) => rule));
  const must = rules.filter(({ requirement }) => requirement === 'MUST').map(({ id }) => id);

  it('break every rule that binds a store, or there is a reason why none can', () => {
    expect(must.filter((id) => !broken.has(id) && rulesWithoutMutant[id] === undefined)).toEqual([]);
    expect(Object.keys(rulesWithoutMutant).filter((id) => broken.has(id) || !must.includes(id))).toEqual([]);
  });

  it('break rules that exist, and have ids of their own', () => {
    const known = new Set(rules.map(({ id }) => id));
    expect([...broken].filter((id) => !known.has(id))).toEqual([]);
    expect(new Set(allMutants.map(({ id }) => id)).size).toBe(allMutants.length);
  });

  it.each(allMutants.map((mutant) => [mutant.id, mutant.what, mutant] as const))(
    '%s: %s',
    async (_id, _what, mutant) => {
      expect(await judge(mutant)).toMatchObject({ kind: 'killed' });
    },
  );
});
