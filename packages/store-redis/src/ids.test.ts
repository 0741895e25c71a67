import { compareKeys } from '@ametrine/core/spi';
import { describe, expect, it } from 'vitest';
import { decodeName, encodeName, idOf, keyOf } from './ids.js';

/** Every kind of character that an order may stumble over, and some that ids use themselves. */
const NAMES = [
  'a',
  'A',
  'b',
  'DEFAULT',
  'DEFAULT2',
  'D',
  '\u0001',
  ' ',
  '~',
  'é',
  '\uD7FF',
  '\uE000',
  '\uFFFD',
  '\uFFFF',
  '\u{10000}',
  '\u{1F600}',
  '\u{10FFFD}',
  '\u{10FFFE}',
  '\u{10FFFF}',
  '\u{10FFFE}a',
  '\u{10FFFF}\uE000',
  'a\uE000',
  'a\u{10000}',
  'a\u{10FFFF}b',
  '{}:%',
];

describe('ids', () => {
  it.each(NAMES)('give back the name %j', (name) => {
    expect(decodeName(encodeName(name))).toBe(name);
    expect(keyOf(idOf({ group: name, name }))).toEqual({ group: name, name });
  });

  it('sort byte by byte as keys do', () => {
    const keys = NAMES.flatMap((group) => NAMES.map((name) => ({ group, name })));
    const byKey = [...keys].sort(compareKeys).map(idOf);
    const byBytes = keys.map(idOf).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(byBytes).toEqual(byKey);
  });
});
