import { describe, expect, it } from 'vitest';
import { checkKnownKeys, nearestKey } from './unknown-key.js';

const KNOWN = ['cron', 'timeZone', 'repeat', 'every', 'startAt', 'endAt', 'days'];

describe('nearestKey', () => {
  it.each([
    ['cronn', 'cron'],
    ['corn', 'cron'],
    ['timezone', 'timeZone'],
    ['TIMEZONE', 'timeZone'],
    ['tiemZone', 'timeZone'],
    ['repaet', 'repeat'],
    ['repeats', 'repeat'],
    ['evry', 'every'],
    ['ednAt', 'endAt'],
    ['cronExpression', 'cron'],
    ['daysOfWeek', 'days'],
    ['colour', null],
    ['', null],
    ['__proto__', null],
  ])('of %s is %s', (key, nearest) => {
    expect(nearestKey(key, KNOWN)).toBe(nearest);
  });
});

describe('checkKnownKeys', () => {
  it('accepts known keys, and unknown ones that say nothing', () => {
    expect(() => checkKnownKeys('trigger', { cron: 1, other: undefined }, KNOWN)).not.toThrow();
  });

  it('names the key and the one that was meant', () => {
    expect(() => checkKnownKeys('trigger', { evry: '5s' }, KNOWN)).toThrow(
      `trigger.evry is "5s"; expected a known key; did you mean 'every'?`,
    );
    expect(() => checkKnownKeys('trigger', { colour: 'red' }, KNOWN)).toThrow(
      /one of the keys cron, timeZone/,
    );
  });

  it.each([null, undefined, 5, 'text', [[]]])('refuses %o, which is no object', (value) => {
    expect(() => checkKnownKeys('trigger', value, KNOWN)).toThrow(/^trigger is .*expected an object/);
  });
});
