import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TimeZone, timeZone } from '../time-zone.js';
import { nextCronTime } from './next-time.js';
import { parseCron } from './parse.js';

const HOUR = 3_600_000;

/** Local time with offset: 2026-03-29T03:00:00+02:00. */
function shown(zone: TimeZone, at: number): string {
  const offset = zone.offsetAt(at);
  const size = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${new Date(at + offset).toISOString().slice(0, 16)}${offset < 0 ? '-' : '+'}${size}`;
}

/** Fire times after one instant and before another. */
function fires(expression: string, zoneId: string, after: string, until: string): string[] {
  const zone = timeZone(zoneId);
  const parsed = parseCron(expression);
  const times: string[] = [];
  for (let at = nextCronTime(parsed, zone, Date.parse(after)); at !== null && at < Date.parse(until); ) {
    times.push(shown(zone, at));
    at = nextCronTime(parsed, zone, at);
  }
  return times;
}

describe('a time of day in a gap', () => {
  it.each([
    [
      '0 30 2 * * ?',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['2026-03-29T03:00+02:00', '2026-03-30T02:30+02:00'],
    ],
    [
      '0 30 2 * * ?',
      'America/New_York',
      '2026-03-07T12:00Z',
      '2026-03-09T12:00Z',
      ['2026-03-08T03:00-04:00', '2026-03-09T02:30-04:00'],
    ],
    [
      '0 15 2 * * ?',
      'Australia/Lord_Howe',
      '2026-10-03T00:00Z',
      '2026-10-05T00:00Z',
      ['2026-10-04T02:30+11:00', '2026-10-05T02:15+11:00'],
    ],
    [
      '0 0 0 * * ?',
      'America/Sao_Paulo',
      '2018-11-03T12:00Z',
      '2018-11-05T12:00Z',
      ['2018-11-04T01:00-02:00', '2018-11-05T00:00-02:00'],
    ],
    [
      '0 0 0 * * ?',
      'America/Santiago',
      '2026-09-05T12:00Z',
      '2026-09-07T12:00Z',
      ['2026-09-06T01:00-03:00', '2026-09-07T00:00-03:00'],
    ],
    [
      '0 0 12 * * ?',
      'Pacific/Apia',
      '2011-12-29T00:00Z',
      '2011-12-31T12:00Z',
      ['2011-12-29T12:00-10:00', '2011-12-31T00:00+14:00', '2011-12-31T12:00+14:00'],
    ],
  ])('%s in %s fires at the end of the gap', (expression, zone, after, until, times) => {
    expect(fires(expression, zone, after, until)).toEqual(times);
  });

  it('fires once for several times in one gap', () => {
    expect(fires('0 0,15,30 2 * * ?', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T03:00+02:00',
    ]);
  });

  it('fires once where the end of the gap is a fire time of its own', () => {
    expect(fires('0 0/30 1-3 * * ?', 'Europe/Berlin', '2026-03-28T22:00Z', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T01:00+01:00',
      '2026-03-29T01:30+01:00',
      '2026-03-29T03:00+02:00',
      '2026-03-29T03:30+02:00',
    ]);
  });

  it('fires even if its date is the one skipped', () => {
    expect(fires('0 0 12 30 12 ? 2011', 'Pacific/Apia', '2011-01-01T00:00Z', '2013-01-01T00:00Z')).toEqual([
      '2011-12-31T00:00+14:00',
    ]);
  });
});

describe('a time of day in an overlap', () => {
  it.each([
    [
      '0 30 2 * * ?',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['2026-10-25T02:30+02:00', '2026-10-26T02:30+01:00'],
    ],
    [
      '0 30 1 * * ?',
      'America/New_York',
      '2026-10-31T12:00Z',
      '2026-11-02T12:00Z',
      ['2026-11-01T01:30-04:00', '2026-11-02T01:30-05:00'],
    ],
    [
      '0 45 1 * * ?',
      'Australia/Lord_Howe',
      '2026-04-04T00:00Z',
      '2026-04-06T00:00Z',
      ['2026-04-05T01:45+11:00', '2026-04-06T01:45+10:30'],
    ],
    [
      '0 30 23 * * ?',
      'America/Sao_Paulo',
      '2018-02-17T12:00Z',
      '2018-02-19T12:00Z',
      ['2018-02-17T23:30-02:00', '2018-02-18T23:30-03:00'],
    ],
    [
      '0 30 23 * * ?',
      'America/Santiago',
      '2026-04-04T12:00Z',
      '2026-04-06T12:00Z',
      ['2026-04-04T23:30-03:00', '2026-04-05T23:30-04:00'],
    ],
  ])('%s in %s fires at the first pass', (expression, zone, after, until, times) => {
    expect(fires(expression, zone, after, until)).toEqual(times);
  });

  it('fires once for each time of a range of hours', () => {
    expect(fires('0 0/30 1-3 * * ?', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T12:00Z')).toEqual([
      '2026-10-25T01:00+02:00',
      '2026-10-25T01:30+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:30+02:00',
      '2026-10-25T03:00+01:00',
      '2026-10-25T03:30+01:00',
    ]);
  });

  it('does not fire again for a search that starts in the second pass', () => {
    expect(fires('0 30 2 * * ?', 'Europe/Berlin', '2026-10-25T01:10Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-26T02:30+01:00',
    ]);
  });
});

describe('a rhythm', () => {
  /** [zone, gap, overlap]: stretches around a transition. */
  const zones = [
    ['Europe/Berlin', '2026-03-29T01:00Z', '2026-10-25T01:00Z'],
    ['America/New_York', '2026-03-08T07:00Z', '2026-11-01T06:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z', '2026-04-04T15:00Z'],
    ['America/Sao_Paulo', '2018-11-04T03:00Z', '2018-02-18T02:00Z'],
    ['America/Santiago', '2026-09-06T04:00Z', '2026-04-05T03:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z', '2012-03-31T14:00Z'],
  ] as const;

  it.each(zones)('of half an hour runs evenly through both transitions of %s', (zoneId, ...transitions) => {
    const zone = timeZone(zoneId);
    const parsed = parseCron('0 0/30 * * * ?');
    for (const transition of transitions.map(Date.parse)) {
      expect(zone.offsetAt(transition)).not.toBe(zone.offsetAt(transition - 1));
      for (let at = transition - 3 * HOUR; at < transition + 3 * HOUR; at += HOUR / 2) {
        expect(nextCronTime(parsed, zone, at)).toBe(at + HOUR / 2);
      }
    }
  });

  it('of an hour fires in both passes, and not for the gap', () => {
    expect(fires('0 0 * * * ?', 'America/New_York', '2026-03-08T05:30Z', '2026-03-08T09:00Z')).toEqual([
      '2026-03-08T01:00-05:00',
      '2026-03-08T03:00-04:00',
      '2026-03-08T04:00-04:00',
    ]);
    expect(fires('0 0 * * * ?', 'America/New_York', '2026-11-01T04:30Z', '2026-11-01T08:00Z')).toEqual([
      '2026-11-01T01:00-04:00',
      '2026-11-01T01:00-05:00',
      '2026-11-01T02:00-05:00',
    ]);
  });

  it('keeps to its minutes where the zone moves by half an hour', () => {
    expect(fires('0 15 * * * ?', 'Australia/Lord_Howe', '2026-10-03T14:00Z', '2026-10-03T18:00Z')).toEqual([
      '2026-10-04T01:15+10:30',
      '2026-10-04T03:15+11:00',
      '2026-10-04T04:15+11:00',
    ]);
  });

  it('of a single date fires in its repeated last hour', () => {
    expect(fires('0 30 * 4 4 ? 2026', 'America/Santiago', '2026-04-05T02:00Z', '2027-01-01T00:00Z')).toEqual([
      '2026-04-04T23:30-03:00',
      '2026-04-04T23:30-04:00',
    ]);
  });
});

it('leaves a zone without transitions alone', () => {
  expect(fires('0 0 12 * * ?', 'Asia/Kolkata', '2026-01-01T00:00Z', '2026-01-03T00:00Z')).toEqual([
    '2026-01-01T12:00+05:30',
    '2026-01-02T12:00+05:30',
  ]);
});

describe('the set of fire times', () => {
  const MINUTE = 60_000;
  const transitions = [
    ['Europe/Berlin', '2026-03-29T01:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
    ['America/Santiago', '2026-09-06T04:00Z'],
    ['America/Santiago', '2026-04-05T03:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z'],
  ] as const;
  const hours = fc.oneof(
    fc.constant('*'),
    fc
      .uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 23 })
      .map((list) => list.join(',')),
  );
  const minutes = fc
    .uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1 })
    .map((list) => list.map((n) => n * 5).join(','));

  /** Builds the set as its definition reads: instants that show a matching time, or one instant for each matching time. */
  function fireSet(zone: TimeZone, from: number, until: number, hour: string, minute: string): Set<number> {
    const matches = (localMs: number): boolean => {
      const date = new Date(localMs);
      const isHour = hour === '*' || hour.split(',').includes(`${date.getUTCHours()}`);
      return isHour && minute.split(',').includes(`${date.getUTCMinutes()}`);
    };
    const firstShowing = new Map<number, number>();
    const all = new Set<number>();
    let latestShown = Number.NEGATIVE_INFINITY;
    for (let at = from; at < until; at += MINUTE) {
      const localMs = at + zone.offsetAt(at);
      if (hour === '*' && matches(localMs)) all.add(at);
      // Times never shown because the clock jumped over them take this instant.
      if (latestShown > 0)
        for (let t = latestShown + MINUTE; t < localMs; t += MINUTE) firstShowing.set(t, at);
      if (!firstShowing.has(localMs)) firstShowing.set(localMs, at);
      latestShown = Math.max(latestShown, localMs);
    }
    if (hour === '*') return all;
    for (const [localMs, at] of firstShowing) if (matches(localMs)) all.add(at);
    return all;
  }

  it('is the same from wherever the search starts', () => {
    const start = fc.integer({ min: -30 * 60, max: 30 * 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...transitions),
        hours,
        minutes,
        fc.array(start, { minLength: 20, maxLength: 20 }),
        (where, hour, minute, starts) => {
          const zone = timeZone(where[0]);
          const transition = Date.parse(where[1]);
          const parsed = parseCron(`0 ${minute} ${hour} * * ?`);
          const set = [...fireSet(zone, transition - 80 * HOUR, transition + 80 * HOUR, hour, minute)].sort(
            (a, b) => a - b,
          );
          for (const offset of starts) {
            const after = transition + offset * MINUTE;
            expect(nextCronTime(parsed, zone, after)).toBe(set.find((at) => at > after));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
