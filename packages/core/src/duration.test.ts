import { expect, it } from 'vitest';
import { durationMs } from './duration.js';

it.each<[number | string, number]>([
  [0, 0],
  [1500, 1500],
  ['10s', 10_000],
  ['1h30m', 5_400_000],
  [' 1h 30m ', 5_400_000],
  ['250ms', 250],
  ['1m250ms', 60_250],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['1.5h', 5_400_000],
  ['0.1s', 100],
  ['0s', 0],
])('%o is %s ms', (input, ms) => {
  expect(durationMs('every', input)).toBe(ms);
});

it.each<unknown>([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, null, undefined, {}, true, 10n])(
  'refuses %o',
  (input) => {
    expect(() => durationMs('trigger.every', input as number)).toThrow(
      /^trigger\.every is .*expected milliseconds/,
    );
  },
);

it.each([
  '',
  '10',
  's',
  '10 seconds',
  '-5s',
  '5s!',
  '1x',
  '1h1h',
  '30m1h',
  '1s1s',
  '0.0001ms',
  '1e3s',
  '١s',
  '9999999999999w',
])('refuses %o', (input) => {
  expect(() => durationMs('trigger.every', input)).toThrow(/^trigger\.every is "/);
});
