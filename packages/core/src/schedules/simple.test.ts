import { describe, expect, it } from 'vitest';
import type { SimpleSchedule } from '../trigger.js';
import { finalSimpleFire, nextSimpleFire, simpleFiresBetween } from './simple.js';

const simple = (repeatCount: number, repeatIntervalMs: number): SimpleSchedule => ({
  type: 'simple',
  repeatCount,
  repeatIntervalMs,
});

describe('nextSimpleFire', () => {
  it.each<[string, SimpleSchedule, number | null, number, number | null]>([
    ['a one-shot before its time', simple(0, 0), null, 999, 1000],
    ['a one-shot at its time', simple(0, 0), null, 1000, null],
    ['a one-shot with its end at its time', simple(0, 0), 1000, 0, null],
    ['endless, long before', simple(-1, 10), null, -5_000_000, 1000],
    ['endless, at a fire', simple(-1, 10), null, 1000, 1010],
    ['endless, between fires', simple(-1, 10), null, 1009, 1010],
    ['endless, far away', simple(-1, 10), null, 1_000_000_000_003, 1_000_000_000_010],
    ['the last of a count', simple(3, 10), null, 1029, 1030],
    ['past the last of a count', simple(3, 10), null, 1030, null],
    ['just before the end', simple(-1, 10), 1011, 1000, 1010],
    ['at the end, which is excluded', simple(-1, 10), 1010, 1000, null],
    ['before the epoch', simple(-1, 10), null, -1, 1000],
    ['beyond the last date', simple(-1, 315_576_000_000_000), null, 8_600_000_000_000_000, null],
  ])('%s', (_, schedule, endAt, after, expected) => {
    expect(nextSimpleFire(schedule, 1000, endAt, after)).toBe(expected);
  });
});

describe('finalSimpleFire', () => {
  it.each<[SimpleSchedule, number | null, number | null]>([
    [simple(0, 0), null, 1000],
    [simple(0, 0), 1000, null],
    [simple(0, 0), 1001, 1000],
    [simple(-1, 10), null, null],
    [simple(-1, 10), 1030, 1020],
    [simple(-1, 10), 1031, 1030],
    [simple(3, 10), null, 1030],
    [simple(3, 10), 1030, 1020],
    [simple(3, 10), 9999, 1030],
    [simple(3, 10), 1000, null],
  ])('%o until %s is %s', (schedule, endAt, expected) => {
    expect(finalSimpleFire(schedule, 1000, endAt)).toBe(expected);
  });
});

it('simpleFiresBetween counts whole intervals', () => {
  expect(simpleFiresBetween(simple(-1, 10), 1000, 1025)).toBe(2);
  expect(simpleFiresBetween(simple(0, 0), 1000, 1025)).toBe(0);
});
