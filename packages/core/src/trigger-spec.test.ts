import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkData } from './data-map.js';
import { DEFAULT_LIMITS } from './limits.js';
import { systemTimeZone } from './time-zone.js';
import type { Schedule, Trigger } from './trigger.js';
import { checkSchedule, checkTrigger, defineTrigger, type TriggerSpec } from './trigger-spec.js';

const NOW = Date.parse('2026-03-02T10:00:00.250Z');
const jobKey = Object.freeze({ group: 'g', name: 'j' });
const define = (spec: TriggerSpec): Trigger => defineTrigger(spec, { jobKey, now: NOW });
const EVERY_DAY = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function isDeeplyFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))
  );
}

describe('defineTrigger', () => {
  it('fills in what the user left open', () => {
    const trigger = define({ every: '10s' });
    expect(trigger).toEqual({
      key: { group: 'DEFAULT', name: expect.stringMatching(/^[\da-f-]{36}$/) },
      jobKey,
      description: null,
      calendarName: null,
      misfireInstruction: 'smart',
      priority: 5,
      startAt: NOW,
      endAt: null,
      data: {},
      schedule: { type: 'simple', repeatCount: -1, repeatIntervalMs: 10_000 },
      nextFireAt: null,
      previousFireAt: null,
      timesTriggered: 0,
      recovers: null,
    });
    expect(isDeeplyFrozen(trigger)).toBe(true);
    expect(define({ every: '10s' }).key.name).not.toBe(trigger.key.name);
  });

  it('takes over what the user said', () => {
    const trigger = define({
      key: { name: 'n', group: 'reports' },
      cron: '0 0 8 ? * MON-FRI',
      timeZone: 'Europe/Berlin',
      startAt: '2026-04-01T00:00:00.999Z',
      endAt: new Date('2026-05-01T00:00:00.999Z'),
      priority: -7,
      calendar: 'holidays',
      misfire: 'doNothing',
      description: 'morning report',
      data: { to: ['a', 'b'] },
    });
    expect(trigger).toEqual({
      key: { name: 'n', group: 'reports' },
      jobKey,
      description: 'morning report',
      calendarName: 'holidays',
      misfireInstruction: 'doNothing',
      priority: -7,
      startAt: Date.parse('2026-04-01T00:00:00Z'),
      endAt: Date.parse('2026-05-01T00:00:00.999Z'),
      data: { to: ['a', 'b'] },
      schedule: {
        type: 'cron',
        expression: '0 0 8 ? * MON-FRI',
        timeZone: 'Europe/Berlin',
        dialect: 'quartz',
      },
      nextFireAt: null,
      previousFireAt: null,
      timesTriggered: 0,
      recovers: null,
    });
  });

  it.each<[TriggerSpec, Schedule]>([
    [{ at: '2026-12-24T18:00:00Z' }, { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }],
    [
      { every: 1500, repeat: 5 },
      { type: 'simple', repeatCount: 5, repeatIntervalMs: 1500 },
    ],
    [
      { every: '1h30m', repeat: 'forever' },
      { type: 'simple', repeatCount: -1, repeatIntervalMs: 5_400_000 },
    ],
    [
      { every: 0, repeat: 0 },
      { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 },
    ],
    [
      { cron: '0 8 * * 1', dialect: 'unix' },
      { type: 'cron', expression: '0 8 * * 1', timeZone: systemTimeZone(), dialect: 'unix' },
    ],
    [
      { interval: { months: 2 }, timeZone: 'UTC', preserveHourOfDay: true, skipDayIfHourDoesNotExist: true },
      {
        type: 'calendarInterval',
        interval: 2,
        unit: 'month',
        timeZone: 'UTC',
        preserveHourOfDay: true,
        skipDayIfHourDoesNotExist: true,
      },
    ],
    [
      { interval: { seconds: undefined, weeks: 1 } },
      {
        type: 'calendarInterval',
        interval: 1,
        unit: 'week',
        timeZone: systemTimeZone(),
        preserveHourOfDay: false,
        skipDayIfHourDoesNotExist: false,
      },
    ],
    [
      {
        daily: { from: '08:00', to: '18:00:30', every: '90s', days: ['FRI', 'MON', 'MON'], repeat: 3 },
        timeZone: 'UTC',
      },
      {
        type: 'dailyTimeInterval',
        interval: 90,
        unit: 'second',
        startSecondOfDay: 28_800,
        endSecondOfDay: 64_830,
        daysOfWeek: ['MON', 'FRI'],
        repeatCount: 3,
        timeZone: 'UTC',
      },
    ],
    [
      { daily: { every: { hours: 24 } }, timeZone: 'UTC' },
      {
        type: 'dailyTimeInterval',
        interval: 24,
        unit: 'hour',
        startSecondOfDay: 0,
        endSecondOfDay: 86_399,
        daysOfWeek: EVERY_DAY as never,
        repeatCount: -1,
        timeZone: 'UTC',
      },
    ],
    [
      { schedule: { type: 'simple', repeatCount: 2, repeatIntervalMs: 5 } },
      { type: 'simple', repeatCount: 2, repeatIntervalMs: 5 },
    ],
  ])('%o', (spec, schedule) => {
    expect(define(spec).schedule).toEqual(schedule);
  });

  it.each([
    ['weekdays', ['MON', 'TUE', 'WED', 'THU', 'FRI']],
    ['weekends', ['SUN', 'SAT']],
  ] as const)('knows the %s', (days, expected) => {
    expect(define({ daily: { every: '20m', days } }).schedule).toMatchObject({
      daysOfWeek: expected,
      interval: 20,
      unit: 'minute',
    });
  });

  it('starts a one-shot when it fires', () => {
    expect(define({ at: NOW + 5 }).startAt).toBe(NOW + 5);
  });

  it('lets a trigger end when it starts, but not before', () => {
    expect(define({ every: '1s', startAt: 5, endAt: 5 }).endAt).toBe(5);
    expect(() => define({ every: '1s', startAt: 5, endAt: 4 })).toThrow(/trigger\.endAt/);
    expect(() => define({ every: '1s', endAt: NOW - 1 })).toThrow(/trigger\.endAt/);
  });

  it('types a spec so that kinds and their misfire instructions do not mix', () => {
    expectTypeOf<{ every: '1s'; misfire: 'fireNow' }>().toExtend<TriggerSpec>();
    expectTypeOf<{ cron: string; misfire: 'doNothing' }>().toExtend<TriggerSpec>();
    expectTypeOf<{ every: '1s'; misfire: 'doNothing' }>().not.toExtend<TriggerSpec>();
    expectTypeOf<{ cron: string; misfire: 'fireNow' }>().not.toExtend<TriggerSpec>();
    expectTypeOf<{ every: '1s'; cron: string }>().not.toExtend<TriggerSpec>();
    expectTypeOf<{ at: string; startAt: string }>().not.toExtend<TriggerSpec>();
  });
});

describe('checkTrigger', () => {
  const position = { nextFireAt: NOW, previousFireAt: -5, timesTriggered: 7 };
  const recovers = { triggerKey: { group: 'a', name: 'b' }, firedAt: 1, scheduledFireAt: 2 };
  const triggers = [
    define({ at: NOW }),
    define({ cron: '0 0 8 * * ?', misfire: 'doNothing', calendar: 'c', data: { at: new Date(1) } }),
    define({ interval: { days: 1 }, endAt: NOW + 5 }),
    define({ daily: { every: '1h' }, description: '' }),
  ].map((trigger) => ({ ...trigger, ...position, recovers }));

  it.each(triggers)('gives a frozen copy, equal in every field (TRG-01): $schedule.type', (trigger) => {
    const own = checkTrigger(trigger, DEFAULT_LIMITS);
    expect(own).toEqual(trigger);
    expect(Object.isFrozen(own) && Object.isFrozen(own.recovers) && Object.isFrozen(own.key)).toBe(true);
    expect(Object.keys(own)).toEqual(Object.keys(triggers[0] as Trigger));
  });

  it('shares nothing with the caller that could change', () => {
    const bytes = new Uint8Array([1]);
    const days = ['MON'] as ['MON'];
    const foreign = {
      ...(triggers[3] as Trigger),
      key: { group: 'g', name: 'n' },
      data: { bytes },
      schedule: { ...(triggers[3] as Trigger).schedule, daysOfWeek: days } as Schedule,
    };
    const own = checkTrigger(foreign, DEFAULT_LIMITS);
    foreign.key.name = 'changed';
    bytes[0] = 9;
    days[0] = 'TUE' as never;
    expect(own).toMatchObject({
      key: { name: 'n' },
      data: { bytes: new Uint8Array([1]) },
      schedule: { daysOfWeek: ['MON'] },
    });
  });

  it('holds names and data to the store’s limits (TRG-30)', () => {
    const [trigger] = triggers as [Trigger];
    const named = (length: number): Trigger => ({
      ...trigger,
      key: { group: 'g', name: 'n'.repeat(length) },
    });
    expect(checkTrigger(named(200), DEFAULT_LIMITS).key.name).toHaveLength(200);
    expect(() => checkTrigger(named(201), DEFAULT_LIMITS)).toThrow(/trigger\.key\.name/);
    expect(checkTrigger(named(201), { ...DEFAULT_LIMITS, maxNameLength: 201 }).key.name).toHaveLength(201);
    const large = { ...trigger, data: checkData('data', { a: 'x'.repeat(100) }) };
    expect(() => checkTrigger(large, { ...DEFAULT_LIMITS, maxDataBytes: 100 })).toThrow(/trigger\.data/);
  });
});

describe('checkSchedule', () => {
  it('gives back what it checked before', () => {
    const own = checkSchedule('schedule', { type: 'simple', repeatCount: -1, repeatIntervalMs: 1 });
    expect(checkSchedule('schedule', own)).toBe(own);
    expect(checkSchedule('schedule', { ...own })).not.toBe(own);
  });
});
