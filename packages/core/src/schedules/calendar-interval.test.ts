import { describe, expect, it } from 'vitest';
import type { CalendarIntervalSchedule, IntervalUnit } from '../trigger.js';
import { nextCalendarIntervalFire } from './calendar-interval.js';

const at = (text: string): number => Date.parse(text);

function every(
  interval: number,
  unit: IntervalUnit,
  timeZone: string = 'UTC',
  flags: Partial<CalendarIntervalSchedule> = {},
): CalendarIntervalSchedule {
  return {
    type: 'calendarInterval',
    interval,
    unit,
    timeZone,
    preserveHourOfDay: false,
    skipDayIfHourDoesNotExist: false,
    ...flags,
  };
}

/** The first fires from the start on, as ISO texts. */
function fires(
  schedule: CalendarIntervalSchedule,
  start: string,
  count: number,
  end: string | null = null,
): string[] {
  const times: string[] = [];
  let after = at(start) - 1;
  while (times.length < count) {
    const next = nextCalendarIntervalFire(schedule, at(start), end === null ? null : at(end), after);
    if (next === null) break;
    times.push(new Date(next).toISOString());
    after = next;
  }
  return times;
}

const iso = (...texts: string[]): string[] => texts.map((text) => new Date(text).toISOString());

describe('months and years', () => {
  it('are counted from the start and clipped one by one', () => {
    expect(fires(every(1, 'month'), '2026-01-31T09:00:00Z', 6)).toEqual(
      iso(
        '2026-01-31T09:00Z',
        '2026-02-28T09:00Z',
        '2026-03-31T09:00Z',
        '2026-04-30T09:00Z',
        '2026-05-31T09:00Z',
        '2026-06-30T09:00Z',
      ),
    );
    expect(fires(every(1, 'year'), '2028-02-29T09:00:00Z', 5)).toEqual(
      iso(
        '2028-02-29T09:00Z',
        '2029-02-28T09:00Z',
        '2030-02-28T09:00Z',
        '2031-02-28T09:00Z',
        '2032-02-29T09:00Z',
      ),
    );
    expect(fires(every(5, 'month'), '2026-10-31T00:00:00.123Z', 3)).toEqual(
      iso('2026-10-31T00:00:00.123Z', '2027-03-31T00:00:00.123Z', '2027-08-31T00:00:00.123Z'),
    );
  });

  it('do not become slower or wrong with the years', () => {
    const schedule = every(1, 'month', 'Europe/Berlin');
    const start = at('1971-01-31T09:00:00+01:00');
    const begun = performance.now();
    for (let i = 0; i < 2000; i++) {
      const next = nextCalendarIntervalFire(schedule, start, null, at('2026-02-10T00:00:00Z') + i);
      expect(next).toBe(at('2026-02-28T09:00:00+01:00'));
    }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('a wall-clock time that the clock jumps over (New York, 02:30 on 8 March 2026)', () => {
  const start = '2026-03-07T02:30:00-05:00';
  const after = ['2026-03-09T02:30:00-04:00', '2026-03-10T02:30:00-04:00'];
  it.each<[string, Partial<CalendarIntervalSchedule>, string[]]>([
    ['fires at the end of the gap', {}, ['2026-03-08T03:00:00-04:00']],
    [
      'keeps its minute when the hour is preserved',
      { preserveHourOfDay: true },
      ['2026-03-08T03:30:00-04:00'],
    ],
    ['is skipped on demand', { preserveHourOfDay: true, skipDayIfHourDoesNotExist: true }, []],
    [
      'is not skipped when the hour need not be preserved',
      { skipDayIfHourDoesNotExist: true },
      ['2026-03-08T03:00:00-04:00'],
    ],
  ])('%s, and the days after are not moved', (_, flags, onTheDay) => {
    const expected = iso(start, ...onTheDay, ...after);
    expect(fires(every(1, 'day', 'America/New_York', flags), start, expected.length)).toEqual(expected);
  });

  it('does not matter to a time that exists', () => {
    for (const preserveHourOfDay of [false, true]) {
      const schedule = every(1, 'day', 'America/New_York', { preserveHourOfDay });
      expect(fires(schedule, '2026-03-07T09:00:00-05:00', 3)).toEqual(
        iso('2026-03-07T09:00:00-05:00', '2026-03-08T09:00:00-04:00', '2026-03-09T09:00:00-04:00'),
      );
    }
  });

  it('fires once for a day that the zone skipped as a whole', () => {
    expect(fires(every(1, 'day', 'Pacific/Apia'), '2011-12-28T12:00:00-10:00', 4)).toEqual(
      iso(
        '2011-12-28T12:00:00-10:00',
        '2011-12-29T12:00:00-10:00',
        '2011-12-31T00:00:00+14:00',
        '2011-12-31T12:00:00+14:00',
      ),
    );
  });
});

describe('a wall-clock time that happens twice', () => {
  it('fires at its first pass', () => {
    expect(fires(every(1, 'day', 'America/New_York'), '2026-10-31T01:30:00-04:00', 3)).toEqual(
      iso('2026-10-31T01:30:00-04:00', '2026-11-01T01:30:00-04:00', '2026-11-02T01:30:00-05:00'),
    );
  });

  it('fires at a start in the second pass as given', () => {
    expect(fires(every(1, 'week', 'America/New_York'), '2026-11-01T01:30:00-05:00', 2)).toEqual(
      iso('2026-11-01T01:30:00-05:00', '2026-11-08T01:30:00-05:00'),
    );
  });
});

describe('seconds, minutes and hours', () => {
  it('are elapsed time: 12-hourly from 09:00 goes on at 22:00 and 10:00 after the change', () => {
    expect(fires(every(12, 'hour', 'America/New_York'), '2026-03-07T09:00:00-05:00', 4)).toEqual(
      iso(
        '2026-03-07T09:00:00-05:00',
        '2026-03-07T21:00:00-05:00',
        '2026-03-08T10:00:00-04:00',
        '2026-03-08T22:00:00-04:00',
      ),
    );
    expect(fires(every(90, 'second'), '2026-03-07T00:00:00Z', 2)).toEqual(
      iso('2026-03-07T00:00:00Z', '2026-03-07T00:01:30Z'),
    );
    expect(fires(every(7, 'minute'), '2026-03-07T00:00:00Z', 2)).toEqual(
      iso('2026-03-07T00:00:00Z', '2026-03-07T00:07:00Z'),
    );
  });
});

describe('the end', () => {
  it('is excluded', () => {
    expect(fires(every(1, 'day'), '2026-01-01T00:00:00Z', 9, '2026-01-03T00:00:00Z')).toHaveLength(2);
    expect(fires(every(1, 'day'), '2026-01-01T00:00:00Z', 9, '2026-01-03T00:00:00.001Z')).toHaveLength(3);
    expect(fires(every(1, 'day'), '2026-01-01T00:00:00Z', 9, '2026-01-01T00:00:00Z')).toEqual([]);
  });

  it('comes by itself where dates end', () => {
    const schedule = every(2_147_483_647, 'year');
    expect(nextCalendarIntervalFire(schedule, 0, null, 0)).toBeNull();
    expect(nextCalendarIntervalFire(every(2_147_483_647, 'day'), 0, null, 0)).toBeNull();
  });
});
