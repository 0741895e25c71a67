import { describe, expect, it } from 'vitest';
import { nextFireTimes } from './describe.js';
import { afterFire, withFirstFire } from './firing.js';
import { defineTrigger } from './trigger-spec.js';

const FROM = '2026-01-01T00:00:00Z';
const texts = (times: readonly Date[]): string[] =>
  times.map((time) => time.toISOString().replace(':00.000Z', 'Z'));

describe('nextFireTimes', () => {
  it('lists the fires of a spec from an instant on, itself included', () => {
    expect(
      texts(nextFireTimes({ cron: '0 0 8 ? * MON-FRI', timeZone: 'UTC' }, { count: 3, from: FROM })),
    ).toEqual(['2026-01-01T08:00Z', '2026-01-02T08:00Z', '2026-01-05T08:00Z']);
    expect(texts(nextFireTimes({ every: '1h' }, { count: 2, from: FROM }))).toEqual([
      '2026-01-01T00:00Z',
      '2026-01-01T01:00Z',
    ]);
    expect(
      texts(nextFireTimes({ every: '1h', startAt: '2025-12-31T23:30:00Z' }, { count: 2, from: FROM })),
    ).toEqual(['2026-01-01T00:30Z', '2026-01-01T01:30Z']);
  });

  it('includes a fire at the very instant it begins at', () => {
    const spec = { every: '1h', startAt: '2025-12-31T22:00:00Z' } as const;
    expect(nextFireTimes(spec, { count: 1, from: FROM })).toEqual([new Date(FROM)]);
    const trigger = withFirstFire(defineTrigger(spec, { jobKey: { group: 'g', name: 'j' }, now: 0 }), null);
    const late = {
      ...trigger,
      schedule: { type: 'cron', expression: '0 0 8 * * ?', timeZone: 'UTC', dialect: 'quartz' },
    } as const;
    const firesNow = { ...late, nextFireAt: Date.parse(FROM) + 5 };
    expect(nextFireTimes(firesNow, { count: 1, from: firesNow.nextFireAt })).toEqual([
      new Date(firesNow.nextFireAt),
    ]);
  });

  it('lists fewer when the trigger ends', () => {
    expect(nextFireTimes({ at: FROM }, { count: 5, from: FROM })).toEqual([new Date(FROM)]);
    expect(nextFireTimes({ at: '2025-01-01' }, { count: 5, from: FROM })).toEqual([]);
    const daily = { from: '08:00', to: '09:00', every: '1h', repeat: 2 } as const;
    expect(texts(nextFireTimes({ daily, timeZone: 'UTC' }, { count: 9, from: FROM }))).toEqual([
      '2026-01-01T08:00Z',
      '2026-01-01T09:00Z',
      '2026-01-02T08:00Z',
    ]);
  });

  it('passes over what a calendar excludes', () => {
    const options = { count: 2, from: FROM, calendar: { weekly: ['THU', 'FRI'], timeZone: 'UTC' } } as const;
    expect(texts(nextFireTimes({ cron: '0 0 8 * * ?', timeZone: 'UTC' }, options))).toEqual([
      '2026-01-03T08:00Z',
      '2026-01-04T08:00Z',
    ]);
  });

  it('continues a stored trigger from its position', () => {
    const spec = { every: '1h', repeat: 3, startAt: FROM } as const;
    const trigger = withFirstFire(defineTrigger(spec, { jobKey: { group: 'g', name: 'j' }, now: 0 }), null);
    const fired = afterFire(trigger, null);
    expect(texts(nextFireTimes(fired, { count: 9, from: 0 }))).toEqual([
      '2026-01-01T01:00Z',
      '2026-01-01T02:00Z',
      '2026-01-01T03:00Z',
    ]);
    expect(texts(nextFireTimes(fired, { count: 1, from: '2026-01-01T01:30:00Z' }))).toEqual([
      '2026-01-01T02:00Z',
    ]);
    const over = afterFire(afterFire(afterFire(fired, null), null), null);
    expect(nextFireTimes(over, { count: 9, from: 0 })).toEqual([]);
  });

  it('begins now unless told otherwise', () => {
    const before = Date.now();
    const [first] = nextFireTimes({ every: '1h' }, { count: 1 });
    expect(first?.getTime()).toBeGreaterThanOrEqual(before);
    expect(first?.getTime()).toBeLessThanOrEqual(Date.now());
  });
});
