import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilFromDays,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  localMsOf,
  MS_PER_DAY,
  wallClockOf,
} from './civil-date.js';

/** All instants that `Date` can hold, to the millisecond. */
const instants = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 });

describe('civil dates', () => {
  it('agree with Date', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        const date = new Date(ms);
        expect(wallClockOf(ms)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
          second: date.getUTCSeconds(),
          millisecond: date.getUTCMilliseconds(),
          dayOfWeek: date.getUTCDay() + 1,
        });
        expect(localMsOf(wallClockOf(ms))).toBe(ms);
      }),
    );
  });

  it('agree with Date on every day of four centuries', () => {
    for (let day = daysFromCivil(1800, 1, 1); day < daysFromCivil(2201, 1, 1); day++) {
      const date = new Date(day * MS_PER_DAY);
      const civil = civilFromDays(day);
      if (
        civil.day !== date.getUTCDate() ||
        civil.month !== date.getUTCMonth() + 1 ||
        civil.year !== date.getUTCFullYear()
      ) {
        expect.fail(`day ${day} is ${date.toISOString()}, not ${JSON.stringify(civil)}`);
      }
      if (daysFromCivil(civil.year, civil.month, civil.day) !== day)
        expect.fail(`${date.toISOString()} is not day ${day}`);
    }
  });

  it('know the lengths of months', () => {
    const lengths = (year: number): number[] =>
      Array.from({ length: 12 }, (_, index) => daysInMonth(year, index + 1));
    expect(lengths(2026)).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    expect([1900, 2000, 2024, 2100].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 29, 28]);
  });

  it('count weekdays from Sunday', () => {
    expect(dayOfWeek(daysFromCivil(2026, 1, 4))).toBe(1);
    expect(dayOfWeek(daysFromCivil(1969, 12, 27))).toBe(7);
  });
});
