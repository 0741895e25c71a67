import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from './calendar.js';
import { type CalendarSpec, defineCalendar } from './calendar-spec.js';
import { isTimeIncluded, nextIncludedTime } from './inclusion.js';

const at = (text: string): number => Date.parse(text);
const utc = (spec: CalendarSpec): Calendar => defineCalendar({ timeZone: 'UTC', ...spec });
const ALL_DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const ALL_NUMBERS = Array.from({ length: 31 }, (_, index) => index + 1);

// 2026-01-01 is a Thursday.
describe('each kind, in UTC', () => {
  it.each<[string, CalendarSpec, string, string | null]>([
    ['annual, included', { annual: ['12-25'] }, '2026-12-24T23:59:59.999Z', 'same'],
    ['annual, excluded', { annual: ['12-25'] }, '2026-12-25T00:00:00Z', '2026-12-26T00:00:00Z'],
    [
      'annual, every year',
      { annual: [{ month: 12, day: 25 }] },
      '2031-12-25T13:00:00Z',
      '2031-12-26T00:00:00Z',
    ],
    [
      'annual, over the year’s end',
      { annual: ['12-31', '01-01'] },
      '2026-12-31T08:00:00Z',
      '2027-01-02T00:00:00Z',
    ],
    ['annual, 29 February', { annual: ['02-29'] }, '2028-02-29T08:00:00Z', '2028-03-01T00:00:00Z'],
    ['holiday, excluded', { holidays: ['2026-05-01'] }, '2026-05-01T23:59:59.999Z', '2026-05-02T00:00:00Z'],
    ['holiday, its year only', { holidays: ['2026-05-01'] }, '2027-05-01T12:00:00Z', 'same'],
    [
      'holiday, an included time is its own answer',
      { holidays: ['2026-05-01'] },
      '2026-04-30T12:34:56.789Z',
      'same',
    ],
    [
      'holidays in a row',
      { holidays: ['2026-12-25', '2026-12-26', '2026-12-27'] },
      '2026-12-25T09:00:00Z',
      '2026-12-28T00:00:00Z',
    ],
    ['monthly, excluded', { monthly: [1, 2] }, '2026-01-01T09:00:00Z', '2026-01-03T00:00:00Z'],
    ['monthly, last days', { monthly: [30, 31, 1] }, '2026-01-30T09:00:00Z', '2026-02-02T00:00:00Z'],
    ['monthly, all', { monthly: ALL_NUMBERS }, '2026-01-01T09:00:00Z', null],
    ['weekly, excluded', { weekly: ['SAT', 'SUN'] }, '2026-01-03T09:00:00Z', '2026-01-05T00:00:00Z'],
    ['weekly, included', { weekly: ['SAT', 'SUN'] }, '2026-01-05T09:00:00Z', 'same'],
    ['weekly, all', { weekly: ALL_DAYS }, '2026-01-05T09:00:00Z', null],
    ['weekly, none', { weekly: [] }, '2026-01-05T09:00:00Z', 'same'],
    ['daily, before the span', { daily: { from: '08:00', to: '17:00' } }, '2026-01-01T07:59:59.999Z', 'same'],
    [
      'daily, first ms of the span',
      { daily: { from: '08:00', to: '17:00' } },
      '2026-01-01T08:00:00Z',
      '2026-01-01T17:00:00.001Z',
    ],
    [
      'daily, last ms of the span',
      { daily: { from: '08:00', to: '17:00' } },
      '2026-01-01T17:00:00Z',
      '2026-01-01T17:00:00.001Z',
    ],
    ['daily, first ms of the day', { daily: { from: '08:00', to: '17:00' } }, '2026-01-01T00:00:00Z', 'same'],
    [
      'daily, last ms of the day',
      { daily: { from: '08:00', to: '17:00' } },
      '2026-01-01T23:59:59.999Z',
      'same',
    ],
    ['daily, up to midnight', { daily: { from: '17:00' } }, '2026-01-01T18:00:00Z', '2026-01-02T00:00:00Z'],
    ['daily, the whole day', { daily: {} }, '2026-01-01T18:00:00Z', null],
    [
      'inverted, before the span',
      { daily: { from: '08:00', to: '17:00', inverted: true } },
      '2026-01-01T07:00:00Z',
      '2026-01-01T08:00:00Z',
    ],
    [
      'inverted, in the span',
      { daily: { from: '08:00', to: '17:00', inverted: true } },
      '2026-01-01T17:00:00Z',
      'same',
    ],
    [
      'inverted, behind the span',
      { daily: { from: '08:00', to: '17:00', inverted: true } },
      '2026-01-01T17:00:00.001Z',
      '2026-01-02T08:00:00Z',
    ],
    ['inverted, the whole day', { daily: { inverted: true } }, '2026-01-01T17:00:00Z', 'same'],
    ['cron, a second', { cron: '0 0 8 * * ?' }, '2026-01-01T08:00:00.500Z', '2026-01-01T08:00:01Z'],
    ['cron, the ms before it', { cron: '0 0 8 * * ?' }, '2026-01-01T07:59:59.999Z', 'same'],
    ['cron, hours', { cron: '* * 0-7 ? * *' }, '2026-01-01T03:33:33.333Z', '2026-01-01T08:00:00Z'],
    ['cron, minutes', { cron: '* 0-29 * ? * *' }, '2026-01-01T03:10:10Z', '2026-01-01T03:30:00Z'],
    ['cron, days', { cron: '* * * ? * SAT,SUN' }, '2026-01-03T03:10:10Z', '2026-01-05T00:00:00Z'],
    ['cron, some seconds', { cron: '0-29 * * ? * *' }, '2026-01-03T03:10:10Z', '2026-01-03T03:10:30Z'],
    ['cron, a past year', { cron: '* * * * * ? 2025' }, '2026-01-03T03:10:10Z', 'same'],
    ['cron, this year', { cron: '* * * * * ? 2026' }, '2026-01-03T03:10:10Z', '2027-01-01T00:00:00Z'],
    ['cron, everything', { cron: '* * * * * ?' }, '2026-01-03T03:10:10Z', null],
  ])('%s', (_, spec, from, expected) => {
    const calendar = utc(spec);
    const start = at(from);
    expect(nextIncludedTime(calendar, start)).toBe(
      expected === null ? null : expected === 'same' ? start : at(expected),
    );
    expect(isTimeIncluded(calendar, start)).toBe(expected === 'same');
  });
});

describe('chains', () => {
  it('include what all of them include', () => {
    const chain = utc({
      weekly: ['SAT', 'SUN'],
      base: { daily: { from: '00:00', to: '07:59:59.999' }, base: { holidays: ['2026-01-05'] } },
    });
    expect(nextIncludedTime(chain, at('2026-01-03T12:00:00Z'))).toBe(at('2026-01-06T08:00:00Z'));
    expect(isTimeIncluded(chain, at('2026-01-06T08:00:00Z'))).toBe(true);
    expect(isTimeIncluded(chain, at('2026-01-05T08:00:00Z'))).toBe(false);
    expect(isTimeIncluded(chain, at('2026-01-06T07:00:00Z'))).toBe(false);
    expect(isTimeIncluded(chain, at('2026-01-10T09:00:00Z'))).toBe(false);
  });

  it('that together exclude everything have no next time, and say so soon', () => {
    const begun = performance.now();
    const halves = utc({ daily: { from: '00:00', to: '11:59:59.999' }, base: { daily: { from: '12:00' } } });
    expect(nextIncludedTime(halves, at('2026-01-03T12:00:00Z'))).toBeNull();
    const alternating = utc({ cron: '0/2 * * * * ?', base: { cron: '1/2 * * * * ?' } });
    expect(nextIncludedTime(alternating, at('2026-01-03T12:00:00Z'))).toBeNull();
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe('time zones', () => {
  it('decide where a day begins', () => {
    const calendar = defineCalendar({ holidays: ['2026-12-25'], timeZone: 'America/New_York' });
    expect(isTimeIncluded(calendar, at('2026-12-25T04:59:59.999Z'))).toBe(true);
    expect(nextIncludedTime(calendar, at('2026-12-25T05:00:00Z'))).toBe(at('2026-12-26T05:00:00Z'));
  });

  it('a day that begins behind a gap begins there', () => {
    const calendar = defineCalendar({ holidays: ['2026-09-05'], timeZone: 'America/Santiago' });
    expect(nextIncludedTime(calendar, at('2026-09-05T12:00:00-04:00'))).toBe(at('2026-09-06T01:00:00-03:00'));
  });

  it('both passes of an excluded hour are excluded, and nothing between', () => {
    const calendar = defineCalendar({
      daily: { from: '01:00', to: '01:29:59.999' },
      timeZone: 'America/New_York',
    });
    expect(nextIncludedTime(calendar, at('2026-11-01T01:00:00-04:00'))).toBe(at('2026-11-01T01:30:00-04:00'));
    expect(nextIncludedTime(calendar, at('2026-11-01T01:00:00-05:00'))).toBe(at('2026-11-01T01:30:00-05:00'));
    const untilTwo = defineCalendar({ cron: '* * 1 ? * *', timeZone: 'America/New_York' });
    expect(nextIncludedTime(untilTwo, at('2026-11-01T01:10:00-04:00'))).toBe(at('2026-11-01T02:00:00-05:00'));
  });

  it('a span that lies in a gap excludes nothing', () => {
    const calendar = defineCalendar({
      daily: { from: '02:00', to: '02:59:59.999' },
      timeZone: 'America/New_York',
    });
    expect(isTimeIncluded(calendar, at('2026-03-08T03:00:00-04:00'))).toBe(true);
    const longer = defineCalendar({ daily: { from: '01:30', to: '02:30' }, timeZone: 'America/New_York' });
    expect(nextIncludedTime(longer, at('2026-03-08T01:45:00-05:00'))).toBe(at('2026-03-08T03:00:00-04:00'));
  });
});

describe('nextIncludedTime', () => {
  const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata'];
  const specs: CalendarSpec[] = [
    { annual: ['03-08', '11-01', '02-29'] },
    { cron: '* * 1-2 ? * *' },
    { cron: '* 10-50 1,23 ? * SUN' },
    { daily: { from: '01:15', to: '02:45' } },
    { daily: { from: '23:30', inverted: true } },
    { holidays: ['2026-03-08', '2026-11-01', '2026-11-02'] },
    { monthly: [1, 8, 31] },
    { weekly: ['SAT', 'SUN', 'MON'] },
  ];
  const calendars = specs.flatMap((spec) =>
    zones.map((timeZone) =>
      defineCalendar({ ...spec, timeZone, base: { weekly: ['WED'], timeZone: 'Europe/Berlin' } }),
    ),
  );

  it('is included, and nothing before it is', () => {
    const from = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    const share = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.constantFrom(...calendars), from, share, (calendar, start, shares) => {
        const next = nextIncludedTime(calendar, start);
        if (next === null) throw new Error('nothing is included');
        expect(next).toBeGreaterThanOrEqual(start);
        expect(isTimeIncluded(calendar, next)).toBe(true);
        if (next === start) return;
        expect(isTimeIncluded(calendar, next - 1)).toBe(false);
        for (const part of shares)
          expect(isTimeIncluded(calendar, start + Math.floor((next - start) * part))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
