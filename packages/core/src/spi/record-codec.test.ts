import { describe, expect, it } from 'vitest';
import { isSchedulerError } from '../errors.js';
import type { Schedule } from '../trigger.js';
import { defineTrigger, type TriggerSpec } from '../trigger-spec.js';
import { decodeSchedule, encodeSchedule } from './record-codec.js';

const specs: TriggerSpec[] = [
  { at: 0 },
  { every: '3s', repeat: 7 },
  { cron: '0 0 8 ? * MON-FRI', timeZone: 'Europe/Berlin' },
  { cron: '0 8 * * 1', dialect: 'unix', timeZone: 'UTC' },
  { interval: { months: 3 }, timeZone: 'Asia/Tokyo', preserveHourOfDay: true },
  { daily: { from: '08:00', to: '18:00', every: '7m', days: 'weekdays', repeat: 3 }, timeZone: 'UTC' },
];
const schedules: Schedule[] = specs.map(
  (spec) => defineTrigger(spec, { jobKey: { group: 'g', name: 'j' }, now: 0 }).schedule,
);

describe('encodeSchedule and decodeSchedule', () => {
  it.each(schedules)('round-trip $type', (schedule) => {
    const text = encodeSchedule(schedule);
    const back = decodeSchedule(text);
    expect(back).toEqual(schedule);
    expect(Object.isFrozen(back)).toBe(true);
    expect(encodeSchedule(back)).toBe(text);
    expect(decodeSchedule(text)).toBe(back);
  });

  it('write equal texts for equal schedules, however they were built', () => {
    const backwards = { repeatIntervalMs: 3000, repeatCount: 7, type: 'simple' } as const;
    expect(encodeSchedule(backwards)).toBe(encodeSchedule(schedules[1] as Schedule));
  });

  it.each([
    '',
    'null',
    '5',
    '{}',
    '{"type":"lunar"}',
    '{"type":"simple","repeatCount":-2,"repeatIntervalMs":1}',
    '{"type":"simple","repeatCount":1,"repeatIntervalMs":0}',
    '{"type":"simple","repeatCount":1,"repeatIntervalMs":1,"extra":true}',
    '{"type":"cron","expression":"0 0 8 * * *","timeZone":"UTC","dialect":"quartz"}',
    '{"type":"cron","expression":"0 0 8 * * ?","timeZone":"Nowhere","dialect":"quartz"}',
  ])('refuse to read %s', (text) => {
    let thrown: unknown;
    try {
      decodeSchedule(text);
    } catch (error) {
      thrown = error;
    }
    expect(isSchedulerError(thrown, 'ERR_RECORD_UNREADABLE')).toBe(true);
  });
});
