import { describe, expect, it } from 'vitest';
import type { GroupMatcher } from './group-matcher.js';
import { checkKey, checkMatcher, checkName, defineKey } from './key-input.js';

describe('defineKey', () => {
  it('puts a bare name into the default group', () => {
    expect(defineKey('job.key', 'a.b')).toEqual({ group: 'DEFAULT', name: 'a.b' });
    expect(defineKey('job.key', { name: 'a' }, 'reports')).toEqual({ group: 'reports', name: 'a' });
    expect(defineKey('job.key', { name: 'a', group: 'b' })).toEqual({ group: 'b', name: 'a' });
    expect(Object.isFrozen(defineKey('job.key', 'a'))).toBe(true);
  });

  it('leaves odd characters alone (JOB-11)', () => {
    for (const name of ['%', 'a:b', '$x', ' ', '"', "'", '😀', 'Ä', '__proto__', '\n']) {
      expect(defineKey('job.key', { name, group: name })).toEqual({ group: name, name });
    }
  });
});

describe('checkKey and checkName', () => {
  it('hold lengths to the limit, 200 unless told otherwise', () => {
    const key = { group: 'g', name: 'n'.repeat(200) };
    expect(checkKey('key', key)).toEqual(key);
    expect(() => checkKey('key', { ...key, name: `${key.name}n` })).toThrow(
      /key\.name.*at most 200 characters, not 201/,
    );
    expect(() => checkKey('key', key, 199)).toThrow(/at most 199/);
    expect(checkName('group', 'x')).toBe('x');
    expect(() => checkName('group', 'xx', 1)).toThrow(/group is "xx"; expected at most 1/);
  });
});

describe('checkMatcher', () => {
  it.each<GroupMatcher>([
    { equals: 'a_%' },
    { startsWith: '' },
    { endsWith: 'x' },
    { contains: 'y' },
    { anything: true },
  ])('gives a frozen copy of %o', (matcher) => {
    const own = checkMatcher('matcher', matcher);
    expect(own).toEqual(matcher);
    expect(own).not.toBe(matcher);
    expect(Object.isFrozen(own)).toBe(true);
  });
});
