import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeZone } from '../time-zone.js';
import { nextCronTime } from './next-time.js';
import { parseCron } from './parse.js';

const UTC = timeZone('UTC');

function next(expression: string, after: string): string | null {
  const at = nextCronTime(parseCron(expression), UTC, Date.parse(after));
  return at === null ? null : new Date(at).toISOString();
}

/** One field as its text, and an independent reading of it. */
interface Piece {
  readonly text: string;
  readonly matches: (value: number) => boolean;
}

function field(min: number, max: number): fc.Arbitrary<Piece> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: max - min });
  const item: fc.Arbitrary<Piece> = fc.oneof(
    fc.constant({ text: '*', matches: () => true }),
    value.map((only) => ({ text: `${only}`, matches: (v: number) => v === only })),
    fc.tuple(value, step).map(([from, by]) => ({
      text: `${from}/${by}`,
      matches: (v: number) => v >= from && (v - from) % by === 0,
    })),
    fc.tuple(value, value).map(([from, to]) => ({
      text: `${from}-${to}`,
      matches: (v: number) => (from <= to ? v >= from && v <= to : v >= from || v <= to),
    })),
  );
  return fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => ({
    text: items.map(({ text }) => text).join(','),
    matches: (v) => items.some(({ matches }) => matches(v)),
  }));
}

/** A day rule as its two fields' text, and an independent reading of it on `Date`. */
interface DayPiece {
  readonly monthDay: string;
  readonly weekday: string;
  readonly matches: (date: Date) => boolean;
}

const monthDayOf = (date: Date): number => date.getUTCDate();
const weekdayOf = (date: Date): number => date.getUTCDay() + 1;
const monthLength = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** Looks for the nearest weekday by trying days ever further away, within the month. */
function isNearestWeekdayTo(target: number, date: Date): boolean {
  if (target < 1 || target > monthLength(date)) return false;
  for (const distance of [0, -1, 1, -2, 2]) {
    const day = target + distance;
    if (day < 1 || day > monthLength(date)) continue;
    const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
    if (weekday !== 0 && weekday !== 6) return monthDayOf(date) === day;
  }
  return false;
}

const ofMonth = (text: string, matches: (date: Date) => boolean): DayPiece => ({
  monthDay: text,
  weekday: '?',
  matches,
});
const ofWeek = (text: string, matches: (date: Date) => boolean): DayPiece => ({
  monthDay: '?',
  weekday: text,
  matches,
});

const day: fc.Arbitrary<DayPiece> = fc.oneof(
  field(1, 31).map(({ text, matches }) => ofMonth(text, (date) => matches(monthDayOf(date)))),
  field(1, 7).map(({ text, matches }) => ofWeek(text, (date) => matches(weekdayOf(date)))),
  fc.constant(ofMonth('LW', (date) => isNearestWeekdayTo(monthLength(date), date))),
  fc
    .integer({ min: 0, max: 30 })
    .map((n) => ofMonth(`L-${n}`, (date) => monthDayOf(date) === monthLength(date) - n)),
  fc
    .integer({ min: 0, max: 30 })
    .map((n) => ofMonth(`L-${n}W`, (date) => isNearestWeekdayTo(monthLength(date) - n, date))),
  fc.integer({ min: 1, max: 31 }).map((n) => ofMonth(`${n}W`, (date) => isNearestWeekdayTo(n, date))),
  fc
    .integer({ min: 1, max: 7 })
    .map((n) => ofWeek(`${n}L`, (date) => weekdayOf(date) === n && monthDayOf(date) + 7 > monthLength(date))),
  fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }))
    .map(([n, k]) =>
      ofWeek(
        `${n}#${k}`,
        (date) => weekdayOf(date) === n && Math.floor((monthDayOf(date) - 1) / 7) === k - 1,
      ),
    ),
);

const expressions = fc.record({
  second: field(0, 59),
  minute: field(0, 59),
  hour: field(0, 23),
  day,
  month: field(1, 12),
});

describe('the time search', () => {
  it('agrees with a matcher that walks through days and seconds', () => {
    const start = fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2029, 0) });
    fc.assert(
      fc.property(expressions, start, ({ second, minute, hour, day, month }, after) => {
        const text = [second.text, minute.text, hour.text, day.monthDay, month.text, day.weekday].join(' ');
        const found = nextCronTime(parseCron(text), UTC, after);
        // Eighteen months of days, then the seconds of the first day that matches.
        let at = Math.floor(after / 1000) * 1000 + 1000;
        const limit = at + 550 * 86_400_000;
        while (at < limit) {
          const date = new Date(at);
          const isDay = month.matches(date.getUTCMonth() + 1) && day.matches(date);
          if (!isDay) at = (Math.floor(at / 86_400_000) + 1) * 86_400_000;
          else if (!hour.matches(date.getUTCHours())) at = (Math.floor(at / 3_600_000) + 1) * 3_600_000;
          else if (!minute.matches(date.getUTCMinutes()) || !second.matches(date.getUTCSeconds())) at += 1000;
          else break;
        }
        if (at < limit) expect(found, text).toBe(at);
        else expect(found ?? limit, text).toBeGreaterThanOrEqual(limit);
      }),
      { numRuns: 500 },
    );
  });

  it('is strictly after, in whole seconds', () => {
    expect(next('* * * * * ?', '2026-01-01T00:00:00.000Z')).toBe('2026-01-01T00:00:01.000Z');
    expect(next('* * * * * ?', '2026-01-01T00:00:00.999Z')).toBe('2026-01-01T00:00:01.000Z');
  });

  it('crosses minutes, hours, days, months and years', () => {
    expect(next('* * * * * ?', '2026-12-31T23:59:59Z')).toBe('2027-01-01T00:00:00.000Z');
    expect(next('30 5 4 * * ?', '2026-02-28T04:05:30Z')).toBe('2026-03-01T04:05:30.000Z');
  });

  it('starts at 1970', () => {
    expect(next('0 0 12 * * ?', '1812-06-24T00:00:00Z')).toBe('1970-01-01T12:00:00.000Z');
    expect(next('0 0 0 * * ?', '1969-12-31T23:59:59.999Z')).toBe('1970-01-01T00:00:00.000Z');
  });

  it('gives up after the hundredth year', () => {
    expect(next('0 0 0 1 1 ? 2126', '2026-06-01T00:00:00Z')).toBe('2126-01-01T00:00:00.000Z');
    expect(next('0 0 0 1 1 ? 2127', '2026-06-01T00:00:00Z')).toBeNull();
  });

  it.each(['0 0 0 31 4 ?', '0 0 0 30 2 ?', '0 0 * 31 2-6/2,9,11 ?', '0 0 0 1 1 ? 2020'])(
    'has no time for %s',
    (expression) => {
      expect(next(expression, '2026-01-01T00:00:00Z')).toBeNull();
    },
  );

  it('finds the leap day over a year without one', () => {
    expect(next('0 0 0 29 2 ?', '2096-03-01T00:00:00Z')).toBe('2104-02-29T00:00:00.000Z');
  });
});
