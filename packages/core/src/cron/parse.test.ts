import { describe, expect, it } from 'vitest';
import { timeZone } from '../time-zone.js';
import { CronParseError } from './cron-error.js';
import { nextCronTime } from './next-time.js';
import { parseCron } from './parse.js';

/** The next three fire times after 2026-01-01T00:00:00Z, as compiled Quartz answers. */
const EXAMPLES: readonly (readonly [expression: string, ...times: string[]])[] = [
  ['0 0 12 * * ?', '2026-01-01T12:00:00', '2026-01-02T12:00:00', '2026-01-03T12:00:00'],
  ['0 15 10 ? * *', '2026-01-01T10:15:00', '2026-01-02T10:15:00', '2026-01-03T10:15:00'],
  ['0 15 10 * * ? 2027', '2027-01-01T10:15:00', '2027-01-02T10:15:00', '2027-01-03T10:15:00'],
  ['0 15 10 * * ? 2025'],
  ['0 10,44 14 ? 3 WED', '2026-03-04T14:10:00', '2026-03-04T14:44:00', '2026-03-11T14:10:00'],
  ['0 15 10 ? * MON-FRI', '2026-01-01T10:15:00', '2026-01-02T10:15:00', '2026-01-05T10:15:00'],
  ['0 15 10 15 * ?', '2026-01-15T10:15:00', '2026-02-15T10:15:00', '2026-03-15T10:15:00'],
  ['0 15 10 L * ?', '2026-01-31T10:15:00', '2026-02-28T10:15:00', '2026-03-31T10:15:00'],
  ['0 15 10 L-2 * ?', '2026-01-29T10:15:00', '2026-02-26T10:15:00', '2026-03-29T10:15:00'],
  ['0 0 0 L-30 * ?', '2026-03-01T00:00:00', '2026-05-01T00:00:00', '2026-07-01T00:00:00'],
  ['0 15 10 LW * ?', '2026-01-30T10:15:00', '2026-02-27T10:15:00', '2026-03-31T10:15:00'],
  ['0 15 10 L-5W * ?', '2026-01-26T10:15:00', '2026-02-23T10:15:00', '2026-03-26T10:15:00'],
  ['0 0 9 15W * ?', '2026-01-15T09:00:00', '2026-02-16T09:00:00', '2026-03-16T09:00:00'],
  ['0 0 9 1W * ?', '2026-01-01T09:00:00', '2026-02-02T09:00:00', '2026-03-02T09:00:00'],
  ['0 0 9 31W * ?', '2026-01-30T09:00:00', '2026-03-31T09:00:00', '2026-05-29T09:00:00'],
  ['0 15 10 ? * 6L', '2026-01-30T10:15:00', '2026-02-27T10:15:00', '2026-03-27T10:15:00'],
  ['0 15 10 ? * FRIL', '2026-01-30T10:15:00', '2026-02-27T10:15:00', '2026-03-27T10:15:00'],
  ['0 0 8 ? * L', '2026-01-03T08:00:00', '2026-01-10T08:00:00', '2026-01-17T08:00:00'],
  ['0 0 8 ? * 7L', '2026-01-31T08:00:00', '2026-02-28T08:00:00', '2026-03-28T08:00:00'],
  ['0 15 10 ? * 6#3', '2026-01-16T10:15:00', '2026-02-20T10:15:00', '2026-03-20T10:15:00'],
  ['0 0 8 ? * MON#1', '2026-01-05T08:00:00', '2026-02-02T08:00:00', '2026-03-02T08:00:00'],
  ['0 0 8 ? * 2#5', '2026-03-30T08:00:00', '2026-06-29T08:00:00', '2026-08-31T08:00:00'],
  ['0 0 12 1/5 * ?', '2026-01-01T12:00:00', '2026-01-06T12:00:00', '2026-01-11T12:00:00'],
  ['0 11 11 11 11 ?', '2026-11-11T11:11:00', '2027-11-11T11:11:00', '2028-11-11T11:11:00'],
  ['0 0 0 29 2 ?', '2028-02-29T00:00:00', '2032-02-29T00:00:00', '2036-02-29T00:00:00'],
  ['0 0 0 ? 2 2#5', '2044-02-29T00:00:00', '2072-02-29T00:00:00', '2112-02-29T00:00:00'],
  ['0 0 0 31 * ?', '2026-01-31T00:00:00', '2026-03-31T00:00:00', '2026-05-31T00:00:00'],
  ['0 0 0 31 4 ?'],
  ['0 0 22-2 * * ?', '2026-01-01T01:00:00', '2026-01-01T02:00:00', '2026-01-01T22:00:00'],
  ['0 0 0 ? NOV-FEB MON', '2026-01-05T00:00:00', '2026-01-12T00:00:00', '2026-01-19T00:00:00'],
  ['0 0 0 ? * FRI-MON', '2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-04T00:00:00'],
  ['0 0 0 ? * SAT-SUN', '2026-01-03T00:00:00', '2026-01-04T00:00:00', '2026-01-10T00:00:00'],
  ['0 0 0 ? * MON-WED,FRI', '2026-01-02T00:00:00', '2026-01-05T00:00:00', '2026-01-06T00:00:00'],
  ['0 0 0 ? * 2-6/2', '2026-01-02T00:00:00', '2026-01-05T00:00:00', '2026-01-07T00:00:00'],
  ['0 0 0 30-2 * ?', '2026-01-02T00:00:00', '2026-01-30T00:00:00', '2026-01-31T00:00:00'],
  ['0 55-5 * * * ?', '2026-01-01T00:01:00', '2026-01-01T00:02:00', '2026-01-01T00:03:00'],
  ['50/20 * * * * ?', '2026-01-01T00:00:50', '2026-01-01T00:01:50', '2026-01-01T00:02:50'],
  ['*/10 * * * * ?', '2026-01-01T00:00:10', '2026-01-01T00:00:20', '2026-01-01T00:00:30'],
  ['/10 * * * * ?', '2026-01-01T00:00:10', '2026-01-01T00:00:20', '2026-01-01T00:00:30'],
  ['0 */15 * * * ?', '2026-01-01T00:15:00', '2026-01-01T00:30:00', '2026-01-01T00:45:00'],
  ['0 0 7/6 * * ?', '2026-01-01T07:00:00', '2026-01-01T13:00:00', '2026-01-01T19:00:00'],
  ['0 0 0 1 7/6 ?', '2026-07-01T00:00:00', '2027-07-01T00:00:00', '2028-07-01T00:00:00'],
  ['0 0 0 1-31/10 * ?', '2026-01-11T00:00:00', '2026-01-21T00:00:00', '2026-01-31T00:00:00'],
  ['0 0 0 1,L * ?', '2026-01-31T00:00:00', '2026-02-01T00:00:00', '2026-02-28T00:00:00'],
  ['0 0 0 L,15 * ?', '2026-01-15T00:00:00', '2026-01-31T00:00:00', '2026-02-15T00:00:00'],
  ['0 0 0 2W,16 * ?', '2026-01-02T00:00:00', '2026-01-16T00:00:00', '2026-02-02T00:00:00'],
  ['0 0 0 LW,1 * ?', '2026-01-30T00:00:00', '2026-02-01T00:00:00', '2026-02-27T00:00:00'],
  ['0 0 0 1,2,3W * ?', '2026-01-02T00:00:00', '2026-02-01T00:00:00', '2026-02-02T00:00:00'],
  ['0-10/5 0 0 * * ?', '2026-01-01T00:00:05', '2026-01-01T00:00:10', '2026-01-02T00:00:00'],
  ['59 59 23 31 12 ? 2026-2030/2', '2026-12-31T23:59:59', '2028-12-31T23:59:59', '2030-12-31T23:59:59'],
  ['0 0 0 ? * SUN-SAT/2', '2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-04T00:00:00'],
  ['0 0 0 ? * 1,3#1', '2026-01-04T00:00:00', '2026-02-01T00:00:00', '2026-03-01T00:00:00'],
  ['0 0 0 1-5W * ?', '2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-04T00:00:00'],
  ['0 0 12 ? jan mon', '2026-01-05T12:00:00', '2026-01-12T12:00:00', '2026-01-19T12:00:00'],
];

/** After 2025-11-18T10:15:00Z. */
const FIRST_WEEKDAYS: readonly string[] = [
  '2025-12-01T00:00:00',
  '2026-01-01T00:00:00',
  '2026-02-02T00:00:00',
  '2026-03-02T00:00:00',
  '2026-04-01T00:00:00',
  '2026-05-01T00:00:00',
  '2026-06-01T00:00:00',
  '2026-07-01T00:00:00',
  '2026-08-03T00:00:00',
  '2026-09-01T00:00:00',
  '2026-10-01T00:00:00',
  '2026-11-02T00:00:00',
  '2026-12-01T00:00:00',
];

const REJECTED: readonly string[] = [
  '0 0 0 L-31 * ?',
  '0 0 0 32 * ?',
  '0 0 0 0 * ?',
  '0 0 0 ? * 0',
  '0 0 0 ? * 8',
  '0 0 0 ? * 2#6',
  '0 0 0 ? * 3#1,6#3',
  '0 0/75 * * * ?',
  '0 0 24 * * ?',
  '60 * * * * ?',
  '0 0 0 1 13 ?',
  '0 0 0 1 ? ?',
  '0 0 0 * * *',
  '0 0 0 ? * ?',
  '0 0 0',
  '0 0 0 * * ? 2026 x',
  '0 0 0 C * ?',
  '0 0 0 W * ?',
  '0 0 0 WL * ?',
  '0 0 0 LW-1 * ?',
  '0 0 0 * * ? 2000-1990',
  '0 0 0 ? * 6#3L',
  '0 0 0 ?/2 * *',
  '0 0 0 ? * 5L,6L',
];

function fireTimes(expression: string, after: string, count: number): string[] {
  const parsed = parseCron(expression);
  const times: string[] = [];
  let next = nextCronTime(parsed, timeZone('UTC'), Date.parse(after));
  while (next !== null && times.length < count) {
    times.push(new Date(next).toISOString().slice(0, 19));
    next = nextCronTime(parsed, timeZone('UTC'), next);
  }
  return times;
}

function parseError(expression: string): CronParseError {
  try {
    parseCron(expression);
  } catch (error) {
    if (error instanceof CronParseError) return error;
    throw error;
  }
  throw new Error(`'${expression}' was accepted`);
}

describe('the Quartz dialect', () => {
  it.each(EXAMPLES)('%s', (expression, ...times) => {
    expect(fireTimes(expression, '2026-01-01T00:00:00Z', 3)).toEqual(times);
  });

  it('finds the first weekday of each month', () => {
    expect(fireTimes('0 0 0 1W * ?', '2025-11-18T10:15:00Z', FIRST_WEEKDAYS.length)).toEqual(FIRST_WEEKDAYS);
  });

  it.each(REJECTED)('rejects %s', (expression) => {
    expect(() => parseCron(expression)).toThrow(CronParseError);
  });

  it('accepts any blanks and either letter case', () => {
    const expected = fireTimes('0 15 10 ? JAN-MAR FRIL', '2026-01-01T00:00:00Z', 5);
    expect(fireTimes('\t0  15\t10 ? jan-Mar friL\n', '2026-01-01T00:00:00Z', 5)).toEqual(expected);
  });

  it.each([
    // Every time of a day moved by W fires; Quartz loses those before the time of day at which it began to search.
    ['0 0 6,18 15W 8 ?', ['2026-08-14T06:00:00', '2026-08-14T18:00:00']],
    // Two days moved by W; Quartz loses the second where the first was moved back.
    ['0 0 0 17W,LW 11 ? 2029', ['2029-11-16T00:00:00', '2029-11-30T00:00:00']],
  ])('loses no fire of %s', (expression, times) => {
    expect(fireTimes(expression, '2026-08-10T12:00:00Z', 2)).toEqual(times);
  });

  it.each([
    ['0 0 0 ? 1-12 MON/2', '0 0 0 ? * MON'],
    ['0 0 0 ? JAN-DEC/3 MON', '0 0 0 ? * MON'],
    ['0 0 0 2-4W * ?', '0 0 0 2-4 * ?'],
    ['0 0 0 ? * 6,4#2', '0 0 0 ? * 4#2'],
    ['0 */0 0 * * ?', '0 * 0 * * ?'],
    ['0 7/0 0 * * ?', '0 7 0 * * ?'],
    ['0 7-9/0 0 * * ?', '0 7 0 * * ?'],
  ])('keeps a quirk of Quartz: %s means %s', (quirk, plain) => {
    expect(fireTimes(quirk, '2026-01-01T00:00:00Z', 20)).toEqual(
      fireTimes(plain, '2026-01-01T00:00:00Z', 20),
    );
  });
});

describe('a rejected expression', () => {
  it.each([
    ['0 0 24 * * ?', 'hours', 4, 'a value must be between 0 and 23, got 24'],
    ['0 0,15,61 * * * ?', 'minutes', 7, 'a value must be between 0 and 59, got 61'],
    ['0 0/75 * * * ?', 'minutes', 4, 'the step must be between 0 and 59, got 75'],
    ['0 0 0 ? * 2#6', 'dayOfWeek', 12, "the number after '#' must be between 1 and 5, got 6"],
    ['0 0 0 L-31 * ?', 'dayOfMonth', 8, 'days before the last must be between 0 and 30, got 31'],
    ['0 0 0 15Wx * ?', 'dayOfMonth', 9, "unexpected 'X'"],
    ['0 0 0 1 JANUARY ?', 'month', 11, "unexpected 'U'"],
    [
      '0 0 0 1 FOO ?',
      'month',
      8,
      "expected a number or one of JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC, got 'FOO'",
    ],
    ['0 0 9- * * ?', 'hours', 6, 'expected the end of the range, but the field ends here'],
    ['0 0,,5 * * * ?', 'minutes', 4, 'a list item is empty'],
    ['0 0 ? * * *', 'hours', 4, "'?' is only for day of month and day of week"],
    ['0 0 0 1,? * ?', 'dayOfMonth', 8, "'?' must stand alone"],
    ['0 0 0 * * *', 'dayOfWeek', 10, "one of day of month and day of week must be '?'"],
    ['0 0 0 ? * ?', 'dayOfWeek', 10, "day of month and day of week cannot both be '?'"],
    ['0 0 0 ? * 5L,6L', 'dayOfWeek', 11, "'L' cannot be part of a list of weekdays"],
    ['0 0 0 * * ? 2000-1990', 'year', 12, 'the range 2000-1990 runs backwards'],
    ['0 0 0', null, 5, 'expected six or seven fields, got 3'],
    ['0 0 0 * * ? 2026 x', null, 17, 'expected six or seven fields, got 8'],
  ])('%s is blamed on its field and character', (expression, field, position, reason) => {
    const error = parseError(expression);
    expect(error).toMatchObject({ expression, field, position, reason });
  });

  it('is shown with a caret under the fault', () => {
    expect(parseError('0\t0 24 * * ?').message).toBe(
      'Invalid cron expression in the hours field: a value must be between 0 and 23, got 24\n' +
        '  0 0 24 * * ?\n' +
        '      ^',
    );
  });
});
