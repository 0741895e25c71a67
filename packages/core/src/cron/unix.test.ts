import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeZone } from '../time-zone.js';
import { CronParseError } from './cron-error.js';
import { nextCronTime } from './next-time.js';
import { parseUnixCron } from './unix.js';

function fireTimes(
  expression: string,
  count: number,
  after = '2026-01-01T00:00:00Z',
  zoneId = 'UTC',
): string[] {
  const parsed = parseUnixCron(expression);
  const times: string[] = [];
  let at = nextCronTime(parsed, timeZone(zoneId), Date.parse(after));
  while (at !== null && times.length < count) {
    times.push(new Date(at).toISOString().slice(0, 16));
    at = nextCronTime(parsed, timeZone(zoneId), at);
  }
  return times;
}

describe('the unix dialect', () => {
  it.each([
    ['*/20 9 * * *', ['2026-01-01T09:00', '2026-01-01T09:20', '2026-01-01T09:40']],
    ['0 0 * * 0', ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00']],
    ['0 0 * * 7', ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00']],
    ['0 0 * JAN MON-FRI', ['2026-01-02T00:00', '2026-01-05T00:00', '2026-01-06T00:00']],
    ['0 0 13 * FRI', ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00']],
    ['0 0 L * *', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['0 0 * * 5L', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00']],
    ['0 0 * * 5#3', ['2026-01-16T00:00', '2026-02-20T00:00', '2026-03-20T00:00']],
    ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['@daily', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['@midnight', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['@Weekly', ['2026-01-04T00:00', '2026-01-11T00:00', '2026-01-18T00:00']],
    ['@yearly', ['2027-01-01T00:00', '2028-01-01T00:00', '2029-01-01T00:00']],
    ['@hourly', ['2026-01-01T01:00', '2026-01-01T02:00', '2026-01-01T03:00']],
  ])('%s', (expression, times) => {
    expect(fireTimes(expression, 3)).toEqual(times);
  });

  it('has the same rule for transitions as the Quartz dialect', () => {
    expect(fireTimes('30 2 * * *', 1, '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual(['2026-03-29T01:00']);
    expect(fireTimes('*/30 * * * *', 3, '2026-10-25T00:15:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
    ]);
  });

  it('draws H from the expression, not from chance', () => {
    expect(fireTimes('H H * * *', 3)).toEqual(fireTimes('H H * * *', 3));
  });

  it('agrees with cron-parser away from transitions', () => {
    const list = (min: number, max: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.integer({ min: 2, max: max - min }).map((n) => `*/${n}`),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    const fields = fc.tuple(
      list(0, 59),
      list(0, 23),
      fc.oneof(list(1, 28), fc.constant('L')),
      list(1, 12),
      list(0, 7),
    );
    fc.assert(
      fc.property(fields, fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) }), (parts, after) => {
        const expression = parts.join(' ');
        const theirs = CronExpressionParser.parse(expression, { currentDate: new Date(after), tz: 'UTC' });
        const first = theirs.next().getTime();
        const ours = parseUnixCron(expression);
        expect(nextCronTime(ours, timeZone('UTC'), after), expression).toBe(first);
        expect(nextCronTime(ours, timeZone('UTC'), first), expression).toBe(theirs.next().getTime());
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['* * * *', null, 7],
    ['* * * * * *', null, 10],
    ['@reboot', null, 0],
    ['0 24 * * *', 'hours', 2],
    ['0 0 * * MUN', 'dayOfWeek', 8],
    ['61 0 * * *', 'minutes', 0],
    ['', null, 0],
  ])('rejects %s', (expression, field, position) => {
    const failure = expect(() => parseUnixCron(expression));
    failure.toThrow(CronParseError);
    failure.toThrow(expect.objectContaining({ field, position }));
  });
});
