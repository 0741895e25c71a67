import { describe, expect, it } from 'vitest';
import { isSchedulerError } from '../errors.js';
import type { Calendar } from './calendar.js';
import {
  type CalendarSpec,
  checkCalendar,
  decodeCalendar,
  defineCalendar,
  encodeCalendar,
} from './calendar-spec.js';
import { isTimeIncluded } from './inclusion.js';

const specs: CalendarSpec[] = [
  { annual: ['12-25', { month: 2, day: 29 }, '01-01', '12-25'], timeZone: 'UTC' },
  { cron: '* * 0-7 ? * *', timeZone: 'Europe/Berlin', description: 'nights' },
  { daily: { from: '08:00', to: '17:30:15.250', inverted: true }, timeZone: 'UTC' },
  { holidays: ['2026-12-25', '2025-12-25', '2026-12-25'], timeZone: 'UTC' },
  { monthly: [31, 1, 1], timeZone: 'UTC' },
  { weekly: ['SUN', 'SAT', 'SUN'], timeZone: 'UTC' },
];

function isDeeplyFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))
  );
}

describe('defineCalendar', () => {
  it('makes each kind, its lists in order and without doubles', () => {
    const common = { description: null, base: null, timeZone: 'UTC' };
    expect(specs.map((spec) => defineCalendar(spec))).toEqual([
      {
        ...common,
        type: 'annual',
        excludedDays: [
          { month: 1, day: 1 },
          { month: 2, day: 29 },
          { month: 12, day: 25 },
        ],
      },
      {
        ...common,
        type: 'cron',
        expression: '* * 0-7 ? * *',
        timeZone: 'Europe/Berlin',
        description: 'nights',
      },
      { ...common, type: 'daily', startMsOfDay: 28_800_000, endMsOfDay: 63_015_250, inverted: true },
      { ...common, type: 'holiday', excludedDates: ['2025-12-25', '2026-12-25'] },
      { ...common, type: 'monthly', excludedDays: [1, 31] },
      { ...common, type: 'weekly', excludedDays: ['SUN', 'SAT'] },
    ]);
    for (const spec of specs) expect(isDeeplyFrozen(defineCalendar(spec))).toBe(true);
  });

  it('lets a base take its time zone from what it is the base of', () => {
    const calendar = defineCalendar({
      monthly: [1],
      timeZone: 'Asia/Tokyo',
      base: { monthly: [2], base: { monthly: [3], timeZone: 'UTC' } },
    });
    expect([calendar.base?.timeZone, calendar.base?.base?.timeZone]).toEqual(['Asia/Tokyo', 'UTC']);
    expect(defineCalendar({ monthly: [1] }).timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('takes calendars that are built already', () => {
    const weekend = defineCalendar({ weekly: ['SAT', 'SUN'], timeZone: 'UTC' });
    expect(defineCalendar(weekend)).toBe(weekend);
    expect(defineCalendar({ monthly: [1], timeZone: 'UTC', base: weekend }).base).toBe(weekend);
  });
});

describe('checkCalendar', () => {
  it('copies and freezes what others built', () => {
    const list = [3, 1];
    const foreign: Calendar = {
      type: 'monthly',
      excludedDays: list,
      timeZone: 'UTC',
      description: null,
      base: null,
    };
    const own = checkCalendar(foreign);
    list.push(9);
    expect(own).toEqual({ ...foreign, excludedDays: [1, 3] });
    expect(isDeeplyFrozen(own)).toBe(true);
    expect(checkCalendar(own)).toBe(own);
  });

  it('refuses a chain that bites its tail', () => {
    const circle = {
      type: 'monthly',
      excludedDays: [],
      timeZone: 'UTC',
      description: null,
      base: null as unknown,
    };
    circle.base = circle;
    expect(() => checkCalendar(circle as Calendar)).toThrow(/chain of at most/);
  });
});

describe('encodeCalendar and decodeCalendar', () => {
  it('round-trip every kind, and chains of two, with the same answers (CAL-01)', () => {
    const plain = specs.map((spec) => defineCalendar(spec));
    const chained = plain.map((base, index) =>
      defineCalendar({ weekly: ['WED'], timeZone: 'Asia/Tokyo', base, description: `${index}` }),
    );
    for (const calendar of [...plain, ...chained]) {
      const back = decodeCalendar(encodeCalendar(calendar));
      expect(back).toEqual(calendar);
      expect(isDeeplyFrozen(back)).toBe(true);
      for (let at = Date.UTC(2026, 11, 20); at < Date.UTC(2027, 0, 5); at += 5_000_000) {
        expect(isTimeIncluded(back, at)).toBe(isTimeIncluded(calendar, at));
      }
    }
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"type":"lunar"}',
    '{"type":"monthly","excludedDays":[32],"timeZone":"UTC","description":null,"base":null}',
    '{"type":"monthly","excludedDays":[1],"timeZone":"Mars/Olympus","description":null,"base":null}',
    '{"type":"monthly","excludedDays":[1],"timeZone":"UTC","description":null,"base":null,"later":1}',
    '{"type":"monthly","excludedDays":[1],"timeZone":"UTC","description":null}',
    '{"type":"cron","expression":"x","timeZone":"UTC","description":null,"base":null}',
  ])('refuse to read %s', (text) => {
    let thrown: unknown;
    try {
      decodeCalendar(text);
    } catch (error) {
      thrown = error;
    }
    expect(isSchedulerError(thrown, 'ERR_RECORD_UNREADABLE')).toBe(true);
  });
});
