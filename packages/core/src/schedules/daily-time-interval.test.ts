import { describe, expect, it } from 'vitest';
import type { DailyTimeIntervalSchedule, Weekday } from '../trigger.js';
import { nextDailyFire, nthDailyFire, WEEKDAYS } from './daily-time-interval.js';

const at = (text: string): number => Date.parse(text);
const second = (time: string): number => at(`1970-01-01T${time}Z`) / 1000;

function daily(
  from: string,
  to: string,
  interval: number,
  unit: 'second' | 'minute' | 'hour',
  timeZone: string = 'UTC',
  daysOfWeek: readonly Weekday[] = WEEKDAYS,
): DailyTimeIntervalSchedule {
  return {
    type: 'dailyTimeInterval',
    interval,
    unit,
    startSecondOfDay: second(from),
    endSecondOfDay: second(to),
    daysOfWeek,
    repeatCount: -1,
    timeZone,
  };
}

function fires(
  schedule: DailyTimeIntervalSchedule,
  start: string,
  count: number,
  end: string | null = null,
): string[] {
  const times: string[] = [];
  let after = at(start) - 1;
  while (times.length < count) {
    const next = nextDailyFire(schedule, at(start), end === null ? null : at(end), after);
    if (next === null) break;
    times.push(new Date(next).toISOString());
    after = next;
  }
  return times;
}

const iso = (...texts: string[]): string[] => texts.map((text) => new Date(text).toISOString());

describe('a span of the day', () => {
  it('holds start, start + interval, … up to its end, which is included', () => {
    const schedule = daily('08:00:00', '11:00:00', 72, 'minute');
    expect(fires(schedule, '2026-01-01T00:00:00Z', 4)).toEqual(
      iso('2026-01-01T08:00Z', '2026-01-01T09:12Z', '2026-01-01T10:24Z', '2026-01-02T08:00Z'),
    );
    expect(fires(daily('08:00:00', '10:00:00', 1, 'hour'), '2026-01-01T00:00:00Z', 4)).toEqual(
      iso('2026-01-01T08:00Z', '2026-01-01T09:00Z', '2026-01-01T10:00Z', '2026-01-02T08:00Z'),
    );
  });

  it('keeps its grid whenever the trigger starts', () => {
    const schedule = daily('08:00:00', '11:00:00', 72, 'minute');
    expect(fires(schedule, '2026-01-01T09:12:00Z', 1)).toEqual(iso('2026-01-01T09:12Z'));
    expect(fires(schedule, '2026-01-01T09:12:00.001Z', 1)).toEqual(iso('2026-01-01T10:24Z'));
    expect(fires(schedule, '2026-01-01T10:30:00Z', 1)).toEqual(iso('2026-01-02T08:00Z'));
  });

  it('is on the chosen days only', () => {
    const schedule = daily('08:00:00', '08:00:00', 1, 'hour', 'UTC', ['MON', 'FRI']);
    expect(fires(schedule, '2026-01-01T00:00:00Z', 3)).toEqual(
      iso('2026-01-02T08:00Z', '2026-01-05T08:00Z', '2026-01-09T08:00Z'),
    );
    const onThursdays = daily('08:00:00', '08:00:00', 1, 'hour', 'UTC', ['THU']);
    expect(fires(onThursdays, '2026-01-01T08:00:01Z', 1)).toEqual(iso('2026-01-08T08:00Z'));
  });

  it('checks the end of the trigger for every fire, and includes it', () => {
    const schedule = daily('08:00:00', '11:00:00', 72, 'minute');
    expect(fires(schedule, '2026-01-01T00:00:00Z', 9, '2026-01-01T08:30:00Z')).toEqual(
      iso('2026-01-01T08:00Z'),
    );
    expect(fires(schedule, '2026-01-01T00:00:00Z', 9, '2026-01-01T09:12:00Z')).toHaveLength(2);
  });
});

describe('daylight saving', () => {
  const newYork = 'America/New_York';
  it('hourly from 01:00 to 04:00 leaves out the hour that does not exist', () => {
    expect(fires(daily('01:00:00', '04:00:00', 1, 'hour', newYork), '2026-03-08T00:00:00-05:00', 4)).toEqual(
      iso(
        '2026-03-08T01:00:00-05:00',
        '2026-03-08T03:00:00-04:00',
        '2026-03-08T04:00:00-04:00',
        '2026-03-09T01:00:00-04:00',
      ),
    );
  });

  it('hourly from 00:00 to 03:00 fires in both passes of the hour that happens twice', () => {
    expect(fires(daily('00:00:00', '03:00:00', 1, 'hour', newYork), '2026-11-01T00:00:00-04:00', 5)).toEqual(
      iso(
        '2026-11-01T00:00:00-04:00',
        '2026-11-01T01:00:00-04:00',
        '2026-11-01T01:00:00-05:00',
        '2026-11-01T02:00:00-05:00',
        '2026-11-01T03:00:00-05:00',
      ),
    );
  });

  it('a single time in the gap fires at its end, and the next day is not lost', () => {
    expect(fires(daily('02:30:00', '02:30:00', 1, 'hour', newYork), '2026-03-07T00:00:00-05:00', 3)).toEqual(
      iso('2026-03-07T02:30:00-05:00', '2026-03-08T03:00:00-04:00', '2026-03-09T02:30:00-04:00'),
    );
  });

  it('a single time that happens twice fires once', () => {
    expect(fires(daily('01:30:00', '01:30:00', 1, 'hour', newYork), '2026-10-31T12:00:00-04:00', 2)).toEqual(
      iso('2026-11-01T01:30:00-04:00', '2026-11-02T01:30:00-05:00'),
    );
  });

  it('a day that begins at one o’clock begins its span there', () => {
    expect(
      fires(daily('00:00:00', '02:00:00', 1, 'hour', 'America/Santiago'), '2026-09-05T12:00:00-04:00', 3),
    ).toEqual(iso('2026-09-06T01:00:00-03:00', '2026-09-06T02:00:00-03:00', '2026-09-07T00:00:00-03:00'));
  });
});

describe('nthDailyFire', () => {
  const schedules = [
    daily('08:00:00', '11:00:00', 72, 'minute'),
    daily('00:00:00', '23:59:59', 7, 'minute', 'America/New_York', ['SUN', 'MON']),
    daily('02:30:00', '02:30:00', 24, 'hour', 'America/New_York'),
  ];
  it('agrees with stepping, over both changes of a year', () => {
    for (const schedule of schedules) {
      const start = at('2026-02-25T10:00:00Z');
      let after = start - 1;
      for (let n = 1; n <= 900; n++) {
        after = nextDailyFire(schedule, start, null, after) as number;
        if (n % 37 === 0) expect(nthDailyFire(schedule, start, null, start - 1, n)).toBe(after);
      }
    }
  });

  it('is null when there are fewer', () => {
    const [schedule] = schedules as [DailyTimeIntervalSchedule];
    const end = at('2026-01-02T09:00:00Z');
    expect(nthDailyFire(schedule, 0, end, at('2026-01-01T00:00:00Z'), 4)).toBe(at('2026-01-02T08:00:00Z'));
    expect(nthDailyFire(schedule, 0, end, at('2026-01-01T00:00:00Z'), 5)).toBeNull();
    expect(nthDailyFire(schedule, 0, null, 0, 1_000_000_000)).toBeNull();
  });
});
