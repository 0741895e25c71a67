import { describe, expect, it } from 'vitest';
import type { Calendar } from './calendars/calendar.js';
import { type CalendarSpec, defineCalendar } from './calendars/calendar-spec.js';
import { afterFire, afterMisfire, withCalendar } from './firing.js';
import type { MisfireInstruction, SimpleSchedule, Trigger } from './trigger.js';
import { defineTrigger, type TriggerSpec } from './trigger-spec.js';
import { triggerValue } from './trigger-value.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const jobKey = { group: 'g', name: 'j' };
const at = (text: string): number => Date.parse(text);
const define = (spec: TriggerSpec): Trigger => defineTrigger(spec, { jobKey, now: NOW });
const calendarOf = (spec: CalendarSpec): Calendar => defineCalendar({ timeZone: 'UTC', ...spec });

interface Position {
  nextFireAt?: number | null;
  previousFireAt?: number | null;
  timesTriggered?: number;
}
/** A trigger at another place in its schedule. */
function placed(trigger: Trigger, position: Position): Trigger {
  const { nextFireAt, previousFireAt, timesTriggered } = { ...trigger, ...position };
  return triggerValue(trigger, trigger.schedule, trigger.startAt, nextFireAt, previousFireAt, timesTriggered);
}

// Contract §7.1: every 10 s, the missed fire 25 s ago, fired once before.
describe('afterMisfire, simple', () => {
  const MISSED = NOW - 25_000;
  const START = MISSED - 10_000;
  const NEXT = NOW + 5_000;
  type Row = [
    instruction: MisfireInstruction,
    repeat: number,
    expected: { next: number | null; count: number; triggered: number; start: number },
  ];
  const rows: Row[] = [
    ['smart', 0, { next: NOW, count: 0, triggered: 1, start: START }],
    ['smart', -1, { next: NEXT, count: -1, triggered: 4, start: START }],
    ['smart', 9, { next: NOW, count: 8, triggered: 0, start: NOW }],
    ['ignore', 9, { next: MISSED, count: 9, triggered: 1, start: START }],
    ['ignore', -1, { next: MISSED, count: -1, triggered: 1, start: START }],
    ['fireNow', 0, { next: NOW, count: 0, triggered: 1, start: START }],
    ['fireNow', 9, { next: NOW, count: 6, triggered: 0, start: NOW }],
    ['fireNow', -1, { next: NOW, count: -1, triggered: 1, start: NOW }],
    ['nowWithExistingCount', 9, { next: NOW, count: 8, triggered: 0, start: NOW }],
    ['nowWithExistingCount', -1, { next: NOW, count: -1, triggered: 1, start: NOW }],
    ['nowWithRemainingCount', 9, { next: NOW, count: 6, triggered: 0, start: NOW }],
    ['nowWithRemainingCount', 2, { next: NOW, count: 0, triggered: 0, start: NOW }],
    ['nowWithRemainingCount', -1, { next: NOW, count: -1, triggered: 1, start: NOW }],
    ['nextWithRemainingCount', 9, { next: NEXT, count: 9, triggered: 4, start: START }],
    ['nextWithRemainingCount', 2, { next: null, count: 2, triggered: 1, start: START }],
    ['nextWithRemainingCount', 0, { next: null, count: 0, triggered: 1, start: START }],
    ['nextWithExistingCount', 9, { next: NEXT, count: 9, triggered: 1, start: START }],
    ['nextWithExistingCount', 0, { next: null, count: 0, triggered: 1, start: START }],
  ];
  const missed = (instruction: MisfireInstruction, repeatCount: number, endAt?: number): Trigger => {
    const schedule: SimpleSchedule = { type: 'simple', repeatCount, repeatIntervalMs: 10_000 };
    const spec = { schedule, misfire: instruction, startAt: START, endAt };
    return placed(define(spec), { nextFireAt: MISSED, previousFireAt: START, timesTriggered: 1 });
  };

  it.each(rows)('%s, repeat %s', (instruction, repeat, expected) => {
    const before = missed(instruction, repeat);
    const after = afterMisfire(before, null, NOW);
    expect(after).toEqual({
      ...before,
      nextFireAt: expected.next,
      startAt: expected.start,
      timesTriggered: expected.triggered,
      schedule: { ...before.schedule, repeatCount: expected.count },
    });
    expect(Object.isFrozen(after.schedule)).toBe(true);
    if (instruction === 'ignore') expect(after).toBe(before);
  });

  it.each<MisfireInstruction>([
    'smart',
    'fireNow',
    'nowWithExistingCount',
    'nowWithRemainingCount',
    'nextWithExistingCount',
    'nextWithRemainingCount',
  ])('%s past the end has nothing left (MIS-06)', (instruction) => {
    for (const repeat of [0, 9, -1]) {
      expect(afterMisfire(missed(instruction, repeat, NOW), null, NOW).nextFireAt).toBeNull();
      expect(afterMisfire(missed(instruction, repeat, NOW - 1), null, NOW).nextFireAt).toBeNull();
    }
  });

  it('passes over what the calendar excludes when it waits, not when it fires now', () => {
    const tenOclock = calendarOf({ daily: { from: '10:00', to: '10:59:59.999' } });
    expect(afterMisfire(missed('nextWithExistingCount', -1), tenOclock, NOW).nextFireAt).toBe(
      NOW + 3_605_000,
    );
    expect(afterMisfire(missed('nowWithExistingCount', -1), tenOclock, NOW).nextFireAt).toBe(NOW);
  });

  it('never lets a trigger fire more often than its count says (MIS-08)', () => {
    for (const instruction of ['nextWithRemainingCount', 'nowWithRemainingCount', 'fireNow'] as const) {
      let trigger = afterMisfire(missed(instruction, 9), null, NOW);
      let fires = 1;
      while (trigger.nextFireAt !== null) {
        fires++;
        trigger = afterFire(trigger, null);
      }
      expect(fires).toBeLessThanOrEqual(10);
    }
  });
});

describe('afterMisfire, wall clock', () => {
  const specs: [string, TriggerSpec, string][] = [
    ['cron', { cron: '0 0/10 * * * ?', timeZone: 'UTC' }, '2026-03-02T10:20:00Z'],
    [
      'interval',
      { interval: { minutes: 10 }, startAt: '2026-03-02T00:00:00Z', timeZone: 'UTC' },
      '2026-03-02T10:20:00Z',
    ],
    ['daily', { daily: { every: '10m' }, timeZone: 'UTC' }, '2026-03-02T10:20:00Z'],
  ];
  const late = at('2026-03-02T10:13:00Z');
  const missed = (spec: TriggerSpec, misfire: string, endAt?: number): Trigger =>
    placed(define({ ...spec, misfire, endAt } as TriggerSpec), {
      nextFireAt: NOW,
      previousFireAt: NOW - 600_000,
      timesTriggered: 3,
    });

  it.each(specs)(
    '%s: smart and fireOnceNow fire now, doNothing next time (MIS-09, MIS-10)',
    (_, spec, next) => {
      for (const instruction of ['smart', 'fireOnceNow']) {
        const before = missed(spec, instruction);
        expect(afterMisfire(before, null, late)).toEqual({ ...before, nextFireAt: late });
      }
      const before = missed(spec, 'doNothing');
      expect(afterMisfire(before, null, late)).toEqual({ ...before, nextFireAt: at(next) });
      const ignoring = missed(spec, 'ignore');
      expect(afterMisfire(ignoring, null, late)).toBe(ignoring);
    },
  );

  it.each(specs)('%s: doNothing waits for a time that the calendar includes (MIS-11)', (_, spec) => {
    const untilNoon = calendarOf({ daily: { from: '09:00', to: '11:59:59.999' } });
    expect(afterMisfire(missed(spec, 'doNothing'), untilNoon, late).nextFireAt).toBe(
      at('2026-03-02T12:00:00Z'),
    );
  });

  it.each(specs)('%s: nothing fires past the end', (_, spec) => {
    for (const instruction of ['smart', 'fireOnceNow', 'doNothing']) {
      expect(afterMisfire(missed(spec, instruction, late - 1), null, late).nextFireAt).toBeNull();
    }
    const isEndIncluded = spec.interval === undefined;
    expect(afterMisfire(missed(spec, 'smart', late), null, late).nextFireAt).toBe(
      isEndIncluded ? late : null,
    );
  });

  it('leaves a trigger alone that has nothing to fire', () => {
    const done = placed(define({ cron: '0 0 8 * * ?' }), { nextFireAt: null });
    expect(afterMisfire(done, null, NOW)).toBe(done);
  });
});

describe('withCalendar', () => {
  const THRESHOLD = 60_000;
  const daily = define({ cron: '0 0 8 * * ?', timeZone: 'UTC', startAt: '2026-03-01T00:00:00Z' });
  const waiting = placed(daily, {
    previousFireAt: at('2026-03-02T08:00:00Z'),
    nextFireAt: at('2026-03-03T08:00:00Z'),
    timesTriggered: 2,
  });

  it('moves the next fire behind what is now excluded, and back (CAL-09)', () => {
    const tuesdays = calendarOf({ weekly: ['TUE'] });
    const moved = withCalendar(waiting, tuesdays, NOW, THRESHOLD);
    expect(moved).toEqual({ ...waiting, nextFireAt: at('2026-03-04T08:00:00Z') });
    expect(withCalendar(moved, null, NOW, THRESHOLD)).toEqual(waiting);
    expect(withCalendar(waiting, calendarOf({ weekly: ['SUN'] }), NOW, THRESHOLD)).toBe(waiting);
  });

  it('starts from the beginning when nothing fired yet', () => {
    const fresh = placed(define({ every: '1d', startAt: '2026-03-05T00:00:00Z' }), {
      nextFireAt: at('2026-03-06T00:00:00Z'),
    });
    expect(withCalendar(fresh, null, NOW, THRESHOLD).nextFireAt).toBe(at('2026-03-05T00:00:00Z'));
  });

  it('keeps a fire that is a little late, and leaves out one that is late by the threshold', () => {
    const every = placed(define({ every: '1h', startAt: NOW - 3_600_000 }), {
      previousFireAt: NOW - 3_600_000,
      nextFireAt: NOW,
      timesTriggered: 1,
    });
    expect(withCalendar(every, null, NOW + THRESHOLD - 1, THRESHOLD).nextFireAt).toBe(NOW);
    expect(withCalendar(every, null, NOW + THRESHOLD, THRESHOLD).nextFireAt).toBe(NOW + 3_600_000);
  });

  it('may leave nothing to fire (CAL-13), and wakes nothing that is over', () => {
    const everything = calendarOf({ weekly: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] });
    expect(withCalendar(waiting, everything, NOW, THRESHOLD).nextFireAt).toBeNull();
    const over = placed(waiting, { nextFireAt: null });
    expect(withCalendar(over, null, NOW, THRESHOLD)).toBe(over);
  });
});
