import { expect, it } from 'vitest';
import { timeOfDayMs } from './time-of-day.js';

it.each([
  ['00:00', 0],
  ['08:30', 30_600_000],
  ['08:30:15', 30_615_000],
  ['23:59:59.999', 86_399_999],
])('%s is %s ms', (text, ms) => {
  expect(timeOfDayMs('from', text)).toBe(ms);
});

it.each<unknown>([
  '',
  '8:30',
  '24:00',
  '12:60',
  '12:00:60',
  '12:00:00.5',
  '12:00 ',
  ' 12:00',
  '12',
  12,
  null,
  undefined,
])('refuses %o', (text) => {
  expect(() => timeOfDayMs('daily.from', text as string)).toThrow(/^daily\.from is .*time of day/);
});
