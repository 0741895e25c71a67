import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from './calendars/calendar.js';
import { type CalendarSpec, defineCalendar } from './calendars/calendar-spec.js';
import { isTimeIncluded } from './calendars/inclusion.js';
import { afterFire, finalFireAt, firstFireAt, nextFireAfter, withFirstFire } from './firing.js';
import type { Trigger } from './trigger.js';
import { defineTrigger, type TriggerSpec } from './trigger-spec.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const jobKey = { group: 'g', name: 'j' };
const at = (text: string): number => Date.parse(text);
const define = (spec: TriggerSpec): Trigger => defineTrigger(spec, { jobKey, now: NOW });
const calendarOf = (spec: CalendarSpec): Calendar => defineCalendar({ timeZone: 'UTC', ...spec });

describe('nextFireAfter', () => {
  it('passes over times that the calendar excludes', () => {
    const trigger = define({ cron: '0 0 8 * * ?', timeZone: 'UTC' });
    const weekdays = calendarOf({ weekly: ['SAT', 'SUN'] });
    expect(nextFireAfter(trigger, at('2026-03-06T08:00:00Z'), weekdays)).toBe(at('2026-03-09T08:00:00Z'));
    expect(nextFireAfter(trigger, at('2026-03-06T08:00:00Z'), null)).toBe(at('2026-03-07T08:00:00Z'));
  });

  it('loses the positions of a simple schedule that are excluded', () => {
    const trigger = define({ every: '1d', repeat: 6 });
    const weekdays = calendarOf({ weekly: ['SAT', 'SUN'] });
    const fires: number[] = [];
    let fired = withFirstFire(trigger, weekdays);
    while (fired.nextFireAt !== null) {
      fires.push(fired.nextFireAt);
      fired = afterFire(fired, weekdays);
    }
    expect(fires).toEqual([0, 1, 2, 3, 4].map((day) => NOW + day * 86_400_000));
    expect(fired.timesTriggered).toBe(5);
  });

  it('gives up soon when the calendar excludes everything, or every fire', () => {
    const everything = calendarOf({ weekly: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] });
    const mornings = calendarOf({ daily: { from: '00:00', to: '11:59:59.999' } });
    const evenSeconds = calendarOf({ cron: '0/2 * * * * ?' });
    const begun = performance.now();
    expect(firstFireAt(define({ every: '1s' }), everything)).toBeNull();
    expect(firstFireAt(define({ cron: '0 0 8 * * ?', timeZone: 'UTC' }), mornings)).toBeNull();
    expect(firstFireAt(define({ every: '2s' }), evenSeconds)).toBeNull();
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('finds no fire of a one-shot that the calendar excludes', () => {
    expect(
      firstFireAt(define({ at: '2026-12-25T10:00:00Z' }), calendarOf({ holidays: ['2026-12-25'] })),
    ).toBeNull();
  });

  const specs: TriggerSpec[] = [
    { every: '7m', startAt: NOW },
    { every: 1234, repeat: 1000, startAt: NOW },
    { cron: '0 0/20 1-4 * * ?', timeZone: 'America/New_York' },
    { cron: '0 30 * * * ?', timeZone: 'Australia/Lord_Howe' },
    { cron: '*/7 3 * * 1-5', dialect: 'unix', timeZone: 'UTC', endAt: '2026-12-01T00:00:00Z' },
    { interval: { hours: 5 }, timeZone: 'UTC' },
    { interval: { days: 1 }, startAt: '2026-03-02T02:30:00-05:00', timeZone: 'America/New_York' },
    {
      interval: { days: 2 },
      startAt: '2026-03-02T02:30:00-05:00',
      timeZone: 'America/New_York',
      preserveHourOfDay: true,
      skipDayIfHourDoesNotExist: true,
    },
    { interval: { months: 1 }, startAt: '2026-01-31T02:30:00Z', timeZone: 'Europe/Berlin' },
    {
      interval: { years: 1 },
      startAt: '2024-02-29T02:30:00Z',
      timeZone: 'UTC',
      endAt: '2040-01-01T00:00:00Z',
    },
    { daily: { from: '00:10', to: '23:50', every: '47m' }, timeZone: 'America/New_York' },
    { daily: { from: '01:30', to: '02:45', every: '15m', days: 'weekends' }, timeZone: 'America/New_York' },
    { daily: { every: '5h' }, timeZone: 'Pacific/Apia', startAt: '2011-12-20T00:00:00Z' },
  ];
  const calendars: (Calendar | null)[] = [
    null,
    calendarOf({ weekly: ['SAT', 'SUN'], base: { daily: { from: '02:00', to: '02:59:59.999' } } }),
    calendarOf({ cron: '* * 3-5 ? * *', timeZone: 'America/New_York' }),
  ];

  it('is the least of a fixed set of included instants: greater, monotone and memoryless', () => {
    const day = 86_400_000;
    const spec = fc.constantFrom(...specs.map(define));
    const offset = fc.integer({ min: -3 * day, max: 400 * day });
    fc.assert(
      fc.property(
        spec,
        fc.constantFrom(...calendars),
        offset,
        fc.integer({ min: 0, max: 3 * day }),
        (trigger, calendar, from, gap) => {
          const after = trigger.startAt + from;
          const next = nextFireAfter(trigger, after, calendar);
          const later = nextFireAfter(trigger, after + gap, calendar);
          if (next === null) {
            expect(later).toBeNull();
            return;
          }
          expect(next).toBeGreaterThan(after);
          expect(next).toBeGreaterThanOrEqual(trigger.startAt);
          expect(calendar === null || isTimeIncluded(calendar, next)).toBe(true);
          // Wherever between here and there we ask, it is the next one; behind it, it is not.
          if (after + gap < next) expect(later).toBe(next);
          else expect(later ?? Number.POSITIVE_INFINITY).toBeGreaterThan(next);
          expect(nextFireAfter(trigger, next - 1, calendar)).toBe(next);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('withFirstFire', () => {
  it.each<[string, TriggerSpec, string | null]>([
    ['a one-shot in the past', { at: '2020-01-01T00:00:00Z' }, '2020-01-01T00:00:00Z'],
    ['every, at its start', { every: '1h' }, '2026-03-02T10:00:00Z'],
    ['cron, its start included', { cron: '0 0 10 * * ?', timeZone: 'UTC' }, '2026-03-02T10:00:00Z'],
    [
      'cron, its end included',
      { cron: '0 0 11 * * ?', timeZone: 'UTC', endAt: '2026-03-02T11:00:00Z' },
      '2026-03-02T11:00:00Z',
    ],
    ['cron, past its end', { cron: '0 0 11 * * ?', timeZone: 'UTC', endAt: '2026-03-02T10:59:59Z' }, null],
    ['interval, at its start', { interval: { days: 3 } }, '2026-03-02T10:00:00Z'],
    [
      'daily, in its span',
      { daily: { from: '08:00', every: '3h' }, timeZone: 'UTC' },
      '2026-03-02T11:00:00Z',
    ],
    ['cron that names a past year', { cron: '0 0 0 1 1 ? 2020', timeZone: 'UTC' }, null],
  ])('%s', (_, spec, expected) => {
    const trigger = withFirstFire(define(spec), null);
    expect(trigger.nextFireAt).toBe(expected === null ? null : at(expected));
    expect(Object.isFrozen(trigger)).toBe(true);
  });

  it('counts from the start of the whole second that a cron trigger starts in', () => {
    const trigger = defineTrigger({ cron: '* * * * * ?', timeZone: 'UTC' }, { jobKey, now: NOW + 900 });
    expect(trigger.startAt).toBe(NOW);
    expect(firstFireAt(trigger, null)).toBe(NOW);
    expect(defineTrigger({ every: 5 }, { jobKey, now: NOW + 900 }).startAt).toBe(NOW + 900);
  });
});

describe('afterFire', () => {
  it('moves on by one, even to a time in the past (FIR-03, FIR-05)', () => {
    const first = withFirstFire(define({ every: '10s' }), null);
    const second = afterFire(first, null);
    expect(second).toEqual({ ...first, previousFireAt: NOW, nextFireAt: NOW + 10_000, timesTriggered: 1 });
    expect(Object.isFrozen(second)).toBe(true);
    expect(Object.keys(second)).toEqual(Object.keys(first));
    expect(second.schedule).toBe(first.schedule);
  });

  it.each<[string, TriggerSpec, number]>([
    ['a one-shot', { at: NOW }, 1],
    ['every with a count', { every: '10s', repeat: 2 }, 3],
    [
      'daily with a count, over the days',
      { daily: { from: '09:00', to: '11:00', every: '1h', repeat: 4 }, timeZone: 'UTC' },
      5,
    ],
    ['daily with a count of 0', { daily: { every: '1h', repeat: 0 }, timeZone: 'UTC' }, 1],
  ])('%s ends after its last fire (FIR-04)', (_, spec, fires) => {
    let trigger = withFirstFire(define(spec), null);
    const final = finalFireAt(trigger);
    for (let i = 0; i < fires; i++) {
      expect(trigger.nextFireAt).not.toBeNull();
      trigger = afterFire(trigger, null);
    }
    expect(trigger.nextFireAt).toBeNull();
    expect(trigger.timesTriggered).toBe(fires);
    expect(trigger.previousFireAt).toBe(final);
    expect(afterFire(trigger, null)).toBe(trigger);
  });

  it('is fast enough for the hot path', () => {
    const specs: TriggerSpec[] = [{ every: 1 }, { cron: '* * * * * ?', timeZone: 'Europe/Berlin' }];
    for (const spec of specs) {
      let trigger = withFirstFire(define(spec), null);
      const begun = performance.now();
      for (let i = 0; i < 100_000; i++) trigger = afterFire(trigger, null);
      expect(performance.now() - begun).toBeLessThan(2000);
      expect(trigger.timesTriggered).toBe(100_000);
    }
  });
});

describe('finalFireAt', () => {
  it.each<[string, TriggerSpec, string | null]>([
    ['an endless one', { every: '1s' }, null],
    ['cron without end', { cron: '0 0 8 * * ?', timeZone: 'UTC' }, null],
    [
      'cron with an end',
      { cron: '0 0 8 * * ?', timeZone: 'UTC', endAt: '2030-06-01T08:00:00Z' },
      '2030-06-01T08:00:00Z',
    ],
    [
      'cron with an end a moment earlier',
      { cron: '0 0 8 * * ?', timeZone: 'UTC', endAt: '2030-06-01T07:59:59Z' },
      '2030-05-31T08:00:00Z',
    ],
    [
      'cron that ends before it fires',
      { cron: '0 0 8 * * ?', timeZone: 'UTC', endAt: '2026-03-02T12:00:00Z' },
      null,
    ],
    [
      'interval with an end',
      {
        interval: { months: 1 },
        startAt: '2026-01-31T00:00:00Z',
        timeZone: 'UTC',
        endAt: '2027-02-28T00:00:00Z',
      },
      '2027-01-31T00:00:00Z',
    ],
    [
      'daily with an end',
      { daily: { from: '08:00', to: '11:00', every: '72m' }, timeZone: 'UTC', endAt: '2026-04-01T10:00:00Z' },
      '2026-04-01T09:12:00Z',
    ],
    [
      'daily with a count',
      {
        daily: { from: '08:00', to: '11:00', every: '72m', repeat: 9_999 },
        timeZone: 'UTC',
        startAt: '2026-01-01T00:00:00Z',
      },
      '2035-02-16T08:00:00Z',
    ],
    [
      'daily whose end comes before its count',
      {
        daily: { from: '08:00', to: '11:00', every: '72m', repeat: 9_999 },
        timeZone: 'UTC',
        endAt: '2026-03-03T08:00:00Z',
      },
      '2026-03-03T08:00:00Z',
    ],
  ])('%s', (_, spec, expected) => {
    expect(finalFireAt(define(spec))).toBe(expected === null ? null : at(expected));
  });

  it('is what it was, wherever a daily trigger with a count stands', () => {
    let trigger = withFirstFire(
      define({ daily: { from: '08:00', to: '11:00', every: '72m', repeat: 7 }, timeZone: 'UTC' }),
      null,
    );
    const final = finalFireAt(trigger);
    while (trigger.nextFireAt !== null) {
      expect(finalFireAt(trigger)).toBe(final);
      trigger = afterFire(trigger, null);
    }
    expect(finalFireAt(trigger)).toBe(final);
    expect(trigger.previousFireAt).toBe(final);
  });
});
