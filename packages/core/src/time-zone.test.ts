import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { localMsOf } from './civil-date.js';
import { instantOf, startOfDay, systemTimeZone, timeZone, wallClock } from './time-zone.js';

const HOUR = 3_600_000;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'America/Santiago',
  'Africa/Casablanca',
];

const at = (text: string): number => Date.parse(text);
/** A local time, written without an offset. */
const local = (text: string): number => Date.parse(`${text}Z`);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15T00:00Z', 1],
    ['Europe/Berlin', '2026-07-15T00:00Z', 2],
    ['America/New_York', '2026-07-15T00:00Z', -4],
    ['Asia/Kolkata', '2026-07-15T00:00Z', 5.5],
    ['Australia/Lord_Howe', '2026-01-15T00:00Z', 11],
    ['Australia/Lord_Howe', '2026-07-15T00:00Z', 10.5],
    ['Pacific/Apia', '2011-12-30T09:59:59.999Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00Z', 14],
    ['UTC', '2026-07-15T00:00Z', 0],
  ])('%s is at its offset at %s', (id, instant, hours) => {
    expect(timeZone(id).offsetAt(at(instant))).toBe(hours * HOUR);
  });

  it.each(ZONES)('%s agrees with Intl at every millisecond, before 1970 too', (id) => {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      fractionalSecondDigits: 3,
    });
    fc.assert(
      fc.property(fc.integer({ min: at('1905-01-01T00:00Z'), max: at('2100-01-01T00:00Z') }), (ms) => {
        const parts = Object.fromEntries(
          format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
        );
        const { year, month, day, hour, minute, second, millisecond } = wallClock(timeZone(id), ms);
        expect({ year, month, day, hour, minute, second, fractionalSecond: millisecond }).toEqual({
          year: parts['year'],
          month: parts['month'],
          day: parts['day'],
          hour: parts['hour'],
          minute: parts['minute'],
          second: parts['second'],
          fractionalSecond: parts['fractionalSecond'],
        });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps its local mean time before there were standard times', () => {
    expect(timeZone('Europe/Berlin').offsetAt(at('1700-01-01T00:00Z'))).toBe((53 * 60 + 28) * 1000);
    expect(timeZone('Europe/Berlin').offsetAt(-8_640_000_000_000_000)).toBe((53 * 60 + 28) * 1000);
  });

  it('rejects what is no instant', () => {
    expect(() => timeZone('Europe/Berlin').offsetAt(Number.NaN)).toThrow(RangeError);
    expect(() => timeZone('UTC').offsetAt(Number.NaN)).toThrow(RangeError);
  });
});

describe('nextTransition', () => {
  it('finds the transitions of a year, one after another', () => {
    const zone = timeZone('Europe/Berlin');
    const spring = zone.nextTransition(at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z'));
    expect(spring).toEqual({ at: at('2026-03-29T01:00Z'), offsetBefore: HOUR, offsetAfter: 2 * HOUR });
    const autumn = zone.nextTransition(at('2026-03-29T01:00Z'), at('2027-01-01T00:00Z'));
    expect(autumn).toEqual({ at: at('2026-10-25T01:00Z'), offsetBefore: 2 * HOUR, offsetAfter: HOUR });
    expect(zone.nextTransition(at('2026-10-25T01:00Z'), at('2027-01-01T00:00Z'))).toBeNull();
  });

  it('takes its start exclusive and its limit inclusive', () => {
    const zone = timeZone('Europe/Berlin');
    const spring = at('2026-03-29T01:00Z');
    expect(zone.nextTransition(spring - 1, spring)?.at).toBe(spring);
    expect(zone.nextTransition(spring, spring + 1)).toBeNull();
    expect(zone.nextTransition(spring - 2, spring - 1)).toBeNull();
  });

  it('sees a summer time interrupted for a month', () => {
    const zone = timeZone('Africa/Casablanca');
    const first = zone.nextTransition(at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z'));
    const second = zone.nextTransition(first?.at ?? 0, at('2027-01-01T00:00Z'));
    expect([first?.offsetAfter, second?.offsetAfter]).toEqual([0, HOUR]);
  });

  it('is null where there is none', () => {
    const [from, until] = [at('2000-01-01T00:00Z'), at('2040-01-01T00:00Z')];
    expect(timeZone('Asia/Kolkata').nextTransition(from, until)).toBeNull();
    expect(timeZone('UTC').nextTransition(from, until)).toBeNull();
  });
});

describe('resolve', () => {
  it.each([
    ['Europe/Berlin', '2026-06-01T12:00', '2026-06-01T10:00Z'],
    ['America/New_York', '2026-03-08T01:59:59.999', '2026-03-08T06:59:59.999Z'],
    ['America/New_York', '2026-03-08T03:00', '2026-03-08T07:00Z'],
    ['Pacific/Apia', '2011-12-29T23:59', '2011-12-30T09:59Z'],
    ['Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00Z'],
  ])('finds the one instant of a time in %s', (id, time, instant) => {
    expect(timeZone(id).resolve(local(time))).toEqual({ kind: 'unique', at: at(instant) });
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00Z'],
    ['Europe/Berlin', '2026-03-29T02:59:59.999', '2026-03-29T01:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30Z'],
    ['America/Sao_Paulo', '2018-11-04T00:30', '2018-11-04T03:00Z'],
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00Z'],
  ])('finds the gap in %s', (id, time, instant) => {
    expect(timeZone(id).resolve(local(time))).toMatchObject({ kind: 'gap', transition: { at: at(instant) } });
  });

  it.each([
    ['Europe/Berlin', '2026-10-25T02:00', '2026-10-25T00:00Z', '2026-10-25T01:00Z'],
    ['Europe/Berlin', '2026-10-25T02:59:59.999', '2026-10-25T00:59:59.999Z', '2026-10-25T01:59:59.999Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45Z', '2026-04-04T15:15Z'],
    ['America/Santiago', '2026-04-04T23:30', '2026-04-05T02:30Z', '2026-04-05T03:30Z'],
  ])('finds both passes of an overlap in %s', (id, time, first, second) => {
    expect(timeZone(id).resolve(local(time))).toMatchObject({
      kind: 'overlap',
      first: at(first),
      second: at(second),
    });
  });

  it.each(ZONES)('is the inverse of the wall clock in %s', (id) => {
    const zone = timeZone(id);
    fc.assert(
      fc.property(fc.integer({ min: at('2000-01-01T00:00Z'), max: at('2040-01-01T00:00Z') }), (ms) => {
        const resolution = zone.resolve(localMsOf(wallClock(zone, ms)));
        const instants =
          resolution.kind === 'overlap'
            ? [resolution.first, resolution.second]
            : [resolution.kind === 'unique' && resolution.at];
        expect(instants).toContain(ms);
      }),
    );
  });
});

describe('instantOf', () => {
  it('takes the end of a gap and the first pass of an overlap', () => {
    const zone = timeZone('Europe/Berlin');
    expect(instantOf(zone, local('2026-03-29T02:30'))).toBe(at('2026-03-29T01:00Z'));
    expect(instantOf(zone, local('2026-10-25T02:30'))).toBe(at('2026-10-25T00:30Z'));
    expect(instantOf(zone, local('2026-06-01T02:30'))).toBe(at('2026-06-01T00:30Z'));
  });
});

describe('startOfDay', () => {
  it.each([
    ['Europe/Berlin', '2026-06-01T12:00Z', '2026-05-31T22:00Z'],
    ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00Z'],
    ['America/Havana', '2026-11-01T12:00Z', '2026-11-01T04:00Z'],
    ['Pacific/Apia', '2011-12-30T12:00Z', '2011-12-30T10:00Z'],
    ['UTC', '1969-12-31T23:59:59.999Z', '1969-12-31T00:00Z'],
  ])('finds where the day begins in %s', (id, instant, start) => {
    expect(startOfDay(timeZone(id), at(instant))).toBe(at(start));
  });
});

describe('timeZone', () => {
  it('gives one object per identifier', () => {
    expect(timeZone('Europe/Berlin')).toBe(timeZone('Europe/Berlin'));
    expect(timeZone('Europe/Berlin').id).toBe('Europe/Berlin');
  });

  it.each(['Europe/Berlino', '', 'PDT+3'])('rejects %j, and says what to write instead', (id) => {
    expect(() => timeZone(id)).toThrow(RangeError);
    expect(() => timeZone(id)).toThrow(`Unknown time zone '${id}': use an IANA name`);
  });

  it('rejects a missing identifier', () => {
    expect(() => timeZone(undefined as unknown as string)).toThrow(RangeError);
  });
});

describe('systemTimeZone', () => {
  it('follows TZ', () => {
    vi.stubEnv('TZ', 'Australia/Lord_Howe');
    expect(systemTimeZone()).toBe('Australia/Lord_Howe');
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(systemTimeZone()).toBe('Europe/Berlin');
  });
});
