import { describe, expect, it } from 'vitest';
import { checkInstant, epochMs, type Instant, LAST_INSTANT } from './instant.js';

describe('epochMs', () => {
  it.each<[Instant, number]>([
    [new Date(5), 5],
    [0, 0],
    [-1, -1],
    [LAST_INSTANT, LAST_INSTANT],
    ['2026-03-02', Date.UTC(2026, 2, 2)],
    ['2026-03-02T10:00Z', Date.UTC(2026, 2, 2, 10)],
    ['2026-03-02T10:00:00.5Z', Date.UTC(2026, 2, 2, 10, 0, 0, 500)],
    ['2026-03-02T10:00:00+05:30', Date.UTC(2026, 2, 2, 4, 30)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['+012026-01-01T00:00:00Z', Date.UTC(12026, 0, 1)],
    ['-000001-01-01T00:00:00Z', Date.UTC(-1, 0, 1)],
  ])('%o is %s', (input, at) => {
    expect(epochMs('at', input)).toBe(at);
  });

  it.each<unknown>([
    new Date(Number.NaN),
    Number.NaN,
    1.5,
    LAST_INSTANT + 1,
    -LAST_INSTANT - 1,
    '',
    'tomorrow',
    '2026-03-02T10:00:00',
    '2026-03-02 10:00:00Z',
    '2026-3-2',
    '2026-02-29',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:00+25:00',
    null,
    {},
    10n,
    true,
  ])('refuses %o', (input) => {
    expect(() => epochMs('trigger.at', input as Instant)).toThrow(/^trigger\.at is /);
  });
});

describe('checkInstant', () => {
  it('takes whole epoch milliseconds only', () => {
    expect(Object.is(checkInstant('at', -0), 0)).toBe(true);
    for (const wrong of [1.5, '5', null, LAST_INSTANT + 1, new Date(5)])
      expect(() => checkInstant('at', wrong)).toThrow(/^at is /);
  });
});
