/**
 * What users and callers of the SPI get wrong in triggers: every mistake has its code, and names the field as it was
 * written.
 */
import { describe, expect, it } from 'vitest';
import { type ErrorCode, isSchedulerError } from './errors.js';
import { DEFAULT_LIMITS } from './limits.js';
import { checkSchedule, checkTrigger, defineTrigger } from './trigger-spec.js';

/** Wrong input has any shape. */
type Wrong = never;
const NOW = Date.parse('2026-03-02T10:00:00Z');
const jobKey = { group: 'g', name: 'j' };
const trigger = (spec: unknown) => () => defineTrigger(spec as Wrong, { jobKey, now: NOW });
const built = defineTrigger({ every: '1s' }, { jobKey, now: NOW });
const stored = (change: object) => () => checkTrigger({ ...built, ...change }, DEFAULT_LIMITS);
const schedule = (value: unknown) => () => checkSchedule('schedule', value as Wrong);
class Money {}

const ARGUMENT: ErrorCode = 'ERR_INVALID_ARGUMENT';
const CRON: ErrorCode = 'ERR_INVALID_CRON';
const DATA: ErrorCode = 'ERR_INVALID_DATA';

const cases: [what: string, work: () => unknown, code: ErrorCode, field: string, wording?: string][] = [
  ['no trigger', trigger(undefined), ARGUMENT, 'trigger'],
  ['an array of triggers', trigger([]), ARGUMENT, 'trigger'],
  ['no schedule', trigger({ key: 'a' }), ARGUMENT, 'trigger', 'exactly one of the keys at, every'],
  ['two schedules', trigger({ every: '1s', cron: '* * * * * ?' }), ARGUMENT, 'trigger', 'exactly one'],
  ['a misspelt key', trigger({ evry: '1s' }), ARGUMENT, 'trigger.evry', "'every'"],
  [
    'Quartz’s name of a key',
    trigger({ cronExpression: '* * * * * ?' }),
    ARGUMENT,
    'trigger.cronExpression',
    "'cron'",
  ],
  ['an unknown key', trigger({ every: '1s', colour: 'red' }), ARGUMENT, 'trigger.colour'],
  [
    'a zone for elapsed time',
    trigger({ every: '1s', timeZone: 'UTC' }),
    ARGUMENT,
    'trigger.timeZone',
    "beside 'every'",
  ],
  [
    'a repeat for cron',
    trigger({ cron: '* * * * * ?', repeat: 3 }),
    ARGUMENT,
    'trigger.repeat',
    "beside 'cron'",
  ],
  ['a start for a one-shot', trigger({ at: NOW, startAt: NOW }), ARGUMENT, 'trigger.startAt'],
  ['no instant', trigger({ at: 'soon' }), ARGUMENT, 'trigger.at', 'ISO 8601'],
  ['local time', trigger({ at: '2026-03-02T10:00:00' }), ARGUMENT, 'trigger.at', 'zone'],
  ['an invalid date', trigger({ every: '1s', startAt: new Date(Number.NaN) }), ARGUMENT, 'trigger.startAt'],
  [
    'an end before the start',
    trigger({ every: '1s', endAt: NOW - 1 }),
    ARGUMENT,
    'trigger.endAt',
    '2026-03-02T10:00:00.000Z',
  ],
  ['no duration', trigger({ every: 'often' }), ARGUMENT, 'trigger.every', '1h30m'],
  ['an interval of nothing', trigger({ every: 0 }), ARGUMENT, 'trigger.every', 'at least 1 ms'],
  ['a negative interval', trigger({ every: -5 }), ARGUMENT, 'trigger.every'],
  ['an interval of ages', trigger({ every: '600000w' }), ARGUMENT, 'trigger.every', 'ten thousand years'],
  ['minus one repeats', trigger({ every: '1s', repeat: -1 }), ARGUMENT, 'trigger.repeat'],
  ['repeats as text', trigger({ every: '1s', repeat: '5' }), ARGUMENT, 'trigger.repeat', "'forever'"],
  ['half a repeat', trigger({ every: '1s', repeat: 1.5 }), ARGUMENT, 'trigger.repeat'],
  ['too high a priority', trigger({ every: '1s', priority: 2 ** 31 }), ARGUMENT, 'trigger.priority'],
  ['a priority as text', trigger({ every: '1s', priority: 'high' }), ARGUMENT, 'trigger.priority'],
  ['an empty name', trigger({ every: '1s', key: '' }), ARGUMENT, 'trigger.key'],
  ['a key without name', trigger({ every: '1s', key: { group: 'a' } }), ARGUMENT, 'trigger.key.name'],
  [
    'a key with more',
    trigger({ every: '1s', key: { name: 'a', grupp: 'b' } }),
    ARGUMENT,
    'trigger.key.grupp',
    "'group'",
  ],
  ['an empty calendar name', trigger({ every: '1s', calendar: '' }), ARGUMENT, 'trigger.calendar'],
  ['a calendar itself', trigger({ every: '1s', calendar: { weekly: [] } }), ARGUMENT, 'trigger.calendar'],
  ['a description that is none', trigger({ every: '1s', description: 5 }), ARGUMENT, 'trigger.description'],
  [
    'a misfire of another kind',
    trigger({ every: '1s', misfire: 'doNothing' }),
    ARGUMENT,
    'trigger.misfire',
    "'fireNow'",
  ],
  [
    'a simple misfire for cron',
    trigger({ cron: '* * * * * ?', misfire: 'fireNow' }),
    ARGUMENT,
    'trigger.misfire',
    "'doNothing'",
  ],
  ['a cron expression of nonsense', trigger({ cron: 'x' }), CRON, 'trigger.cron'],
  ['a unix expression without saying so', trigger({ cron: '0 8 * * 1' }), CRON, 'trigger.cron'],
  ['no expression', trigger({ cron: '' }), ARGUMENT, 'trigger.cron'],
  ['an expression without end', trigger({ cron: '* '.repeat(400) }), ARGUMENT, 'trigger.cron', 'at most 500'],
  [
    'an unknown dialect',
    trigger({ cron: '* * * * *', dialect: 'vixie' }),
    ARGUMENT,
    'trigger.dialect',
    "'unix'",
  ],
  [
    'an unknown zone',
    trigger({ cron: '* * * * * ?', timeZone: 'Europe/Berln' }),
    ARGUMENT,
    'trigger.timeZone',
    'IANA',
  ],
  ['a zone that is a number', trigger({ interval: { days: 1 }, timeZone: 2 }), ARGUMENT, 'trigger.timeZone'],
  ['no unit', trigger({ interval: {} }), ARGUMENT, 'trigger.interval', 'exactly one'],
  ['two units', trigger({ interval: { days: 1, hours: 2 } }), ARGUMENT, 'trigger.interval', 'exactly one'],
  ['a unit in the singular', trigger({ interval: { day: 1 } }), ARGUMENT, 'trigger.interval.day', "'days'"],
  ['no months', trigger({ interval: { months: 0 } }), ARGUMENT, 'trigger.interval.months'],
  ['an interval as text', trigger({ interval: '1d' }), ARGUMENT, 'trigger.interval'],
  [
    'a skip that could not matter',
    trigger({ interval: { days: 1 }, skipDayIfHourDoesNotExist: true }),
    ARGUMENT,
    'trigger.skipDayIfHourDoesNotExist',
    'preserveHourOfDay',
  ],
  [
    'a flag that is none',
    trigger({ interval: { days: 1 }, preserveHourOfDay: 'yes' }),
    ARGUMENT,
    'trigger.preserveHourOfDay',
  ],
  ['no rhythm', trigger({ daily: { from: '08:00' } }), ARGUMENT, 'trigger.daily.every'],
  [
    'part of a second',
    trigger({ daily: { every: '1500ms' } }),
    ARGUMENT,
    'trigger.daily.every',
    'whole seconds',
  ],
  ['more than a day', trigger({ daily: { every: '25h' } }), ARGUMENT, 'trigger.daily.every', '24 hours'],
  [
    'more than a day in hours',
    trigger({ daily: { every: { hours: 25 } } }),
    ARGUMENT,
    'trigger.daily.every',
    '24 hours',
  ],
  ['a rhythm of days', trigger({ daily: { every: { days: 1 } } }), ARGUMENT, 'trigger.daily.every.days'],
  [
    'no time of day',
    trigger({ daily: { every: '1h', from: '8am' } }),
    ARGUMENT,
    'trigger.daily.from',
    '08:30',
  ],
  [
    'milliseconds of day',
    trigger({ daily: { every: '1h', to: '08:00:00.500' } }),
    ARGUMENT,
    'trigger.daily.to',
    'whole seconds',
  ],
  [
    'a span over midnight',
    trigger({ daily: { every: '1h', from: '22:00', to: '06:00' } }),
    ARGUMENT,
    'trigger.daily.to',
  ],
  [
    'an unknown day',
    trigger({ daily: { every: '1h', days: ['MON', 'Tuesday'] } }),
    ARGUMENT,
    'trigger.daily.days[1]',
    "'TUE'",
  ],
  ['no days', trigger({ daily: { every: '1h', days: [] } }), ARGUMENT, 'trigger.daily.days'],
  [
    'an unknown set of days',
    trigger({ daily: { every: '1h', days: 'mondays' } }),
    ARGUMENT,
    'trigger.daily.days',
    "'weekdays'",
  ],
  ['a repeat in the wrong place', trigger({ daily: { every: '1h' }, repeat: 3 }), ARGUMENT, 'trigger.repeat'],
  ['trigger data that is a list', trigger({ every: '1s', data: [] }), DATA, 'trigger.data'],
  [
    'trigger data with an instance',
    trigger({ every: '1s', data: { price: new Money() } }),
    DATA,
    'trigger.data.price',
    'Money',
  ],
  ['a schedule of no type', trigger({ schedule: {} }), ARGUMENT, 'trigger.schedule.type'],
  ['a schedule that is a text', trigger({ schedule: 'daily' }), ARGUMENT, 'trigger.schedule'],

  [
    'a count below -1',
    schedule({ type: 'simple', repeatCount: -2, repeatIntervalMs: 1 }),
    ARGUMENT,
    'schedule.repeatCount',
  ],
  [
    'endless without interval',
    schedule({ type: 'simple', repeatCount: -1, repeatIntervalMs: 0 }),
    ARGUMENT,
    'schedule.repeatIntervalMs',
  ],
  [
    'a simple schedule with a zone',
    schedule({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0, timeZone: 'UTC' }),
    ARGUMENT,
    'schedule.timeZone',
  ],
  [
    'an expression of the other dialect',
    schedule({ type: 'cron', expression: '* * * * *', timeZone: 'UTC', dialect: 'quartz' }),
    CRON,
    'schedule.expression',
  ],
  [
    'an end of day before its start',
    schedule({
      type: 'dailyTimeInterval',
      interval: 1,
      unit: 'hour',
      startSecondOfDay: 5,
      endSecondOfDay: 4,
    }),
    ARGUMENT,
    'schedule.endSecondOfDay',
  ],

  ['a stored trigger without key', stored({ key: undefined }), ARGUMENT, 'trigger.key'],
  [
    'a stored trigger with a long name',
    stored({ key: { group: 'g', name: 'x'.repeat(201) } }),
    ARGUMENT,
    'trigger.key.name',
    'at most 200',
  ],
  [
    'a stored trigger with a date for a number',
    stored({ nextFireAt: new Date(0) }),
    ARGUMENT,
    'trigger.nextFireAt',
  ],
  ['a stored trigger with part of a ms', stored({ previousFireAt: 0.5 }), ARGUMENT, 'trigger.previousFireAt'],
  ['a stored trigger that counts down', stored({ timesTriggered: -1 }), ARGUMENT, 'trigger.timesTriggered'],
  ['a stored trigger without end', stored({ endAt: undefined }), ARGUMENT, 'trigger.endAt'],
  ['a stored trigger that ends too soon', stored({ endAt: NOW - 1 }), ARGUMENT, 'trigger.endAt'],
  [
    'a stored trigger of no job',
    stored({ jobKey: { group: '', name: 'a' } }),
    ARGUMENT,
    'trigger.jobKey.group',
  ],
  [
    'a stored trigger with half a recovery',
    stored({ recovers: { triggerKey: jobKey, firedAt: 1 } }),
    ARGUMENT,
    'trigger.recovers.scheduledFireAt',
  ],
  [
    'a stored trigger with a wrong misfire',
    stored({ misfireInstruction: 'doNothing' }),
    ARGUMENT,
    'trigger.misfireInstruction',
  ],
  ['a stored trigger with more', stored({ state: 'waiting' }), ARGUMENT, 'trigger.state'],
  ['a stored trigger with wrong data', stored({ data: { a: undefined } }), DATA, 'trigger.data.a'],
];

describe('wrong input', () => {
  it.each(cases)('%s', (_, work, code, field, wording) => {
    let thrown: unknown;
    try {
      work();
    } catch (error) {
      thrown = error;
    }
    if (!isSchedulerError(thrown)) throw new Error(`a SchedulerError was to be thrown, not ${thrown}`);
    expect([thrown.code, thrown.details['field']]).toEqual([code, field]);
    expect(thrown.message).toContain(field);
    if (wording !== undefined) expect(thrown.message).toContain(wording);
  });
});
