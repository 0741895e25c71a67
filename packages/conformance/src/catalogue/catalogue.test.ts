import { describe, expect, it } from 'vitest';
import { allCases } from './all-cases.js';
import { allBehaviours } from './behaviours.js';
import { elsewhere } from './elsewhere.js';

describe('the catalogue', () => {
  const shown = new Set(allCases.flatMap((kase) => kase.behaviours));
  const listed = elsewhere.map(({ id }) => id);

  it('numbers 295 behaviours', () => {
    expect(new Set(allBehaviours).size).toBe(295);
  });

  it('shows every behaviour by a case, or says where it is shown', () => {
    expect(allBehaviours.filter((id) => !shown.has(id) && !listed.includes(id))).toEqual([]);
  });

  it('lists no behaviour elsewhere that has a case, or that does not exist, or twice', () => {
    expect(listed.filter((id) => shown.has(id) || !allBehaviours.includes(id))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('names behaviours that exist', () => {
    const known = new Set([...allBehaviours, 'CAP-01', 'CAP-02']);
    expect([...shown].filter((id) => !known.has(id) && !/^(MDL|TXN)-/.test(id))).toEqual([]);
  });

  it('gives every case an id of its own and at least one rule', () => {
    const ids = allCases.map(({ id }) => id);
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([]);
    expect(
      allCases.filter(
        ({ rules }) => rules.length === 0 || rules.some((rule) => !/^JS-[A-Z]{3}-\d\d$/.test(rule)),
      ),
    ).toEqual([]);
  });

  it('shows at least 200 behaviours by cases', () => {
    expect(allBehaviours.filter((id) => shown.has(id)).length).toBeGreaterThanOrEqual(200);
  });
});
