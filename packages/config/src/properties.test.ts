import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeProperties, formatProperties, parseProperties } from './properties.js';

const pairs = (text: string): [string, string][] =>
  parseProperties(text).map(({ key, value }) => [key, value]);

describe('parseProperties', () => {
  test.each<[string, string, [string, string][]]>([
    [
      'the three separators',
      'a=1\nb:2\nc 3\nd\t4',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
        ['d', '4'],
      ],
    ],
    ['blanks around a separator, and none behind a value', '  a \t=  1  \n', [['a', '1  ']]],
    [
      'only the first separator',
      'a = = 1\nb : = 2\nc  x = 3',
      [
        ['a', '= 1'],
        ['b', '= 2'],
        ['c', 'x = 3'],
      ],
    ],
    [
      'a key without a value',
      'a\nb=\n=c',
      [
        ['a', ''],
        ['b', ''],
        ['', 'c'],
      ],
    ],
    ['comments, which nothing continues', '# a=1\\\n  ! b=2\nc=3 # no comment', [['c', '3 # no comment']]],
    [
      'lines of every kind of end',
      'a=1\rb=2\r\nc=3\n\n\r\n   \nd=4',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
        ['d', '4'],
      ],
    ],
    ['continued lines', 'fruits = apple, \\\n    pear, \\\r\n\tplum', [['fruits', 'apple, pear, plum']]],
    [
      'an even number of backslashes, which continues nothing',
      'a=1\\\\\nb=2',
      [
        ['a', '1\\'],
        ['b', '2'],
      ],
    ],
    [
      'a blank line that ends a continuation',
      'a=1\\\n\nb=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a continued # that is no comment', 'a=1\\\n#2', [['a', '1#2']]],
    ['a backslash at the very end', 'a=1\\', [['a', '1']]],
    ['escapes', 'a\\ b\\=c\\:d=\\t\\n\\r\\f\\q\\"', [['a b=c:d', '\t\n\r\fq"']]],
    ['characters by number', '\\u00e9=\\uD83D\\ude00', [['é', '😀']]],
    [
      'a key that comes again',
      'a=1\na=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['what Java does with a continued nothing', '\\\n# a comment\nb=2', [['b', '2']]],
    [
      'what Java does with a lone backslash',
      'a=1\n\\',
      [
        ['a', '1'],
        ['', ''],
      ],
    ],
  ])('reads %s', (_, text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  test('knows the line of an entry', () => {
    expect(parseProperties('# c\r\na=1\\\n2\n\nb=3').map(({ key, line }) => [key, line])).toEqual([
      ['a', 2],
      ['b', 5],
    ]);
  });

  test.each(['a=\\u12', 'a=\\u12g4', '\\u', 'a=\\u 123'])('refuses %s by its line', (text) => {
    expect(() => parseProperties(`\n${text}`)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_CONFIG', message: expect.stringMatching(/^line 2: /) }),
    );
  });

  test('reads back what formatProperties wrote', () => {
    const entry = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(pairs(formatProperties(entries))).toEqual(entries);
      }),
      { numRuns: 2000 },
    );
  });

  test('reads 100,000 arbitrary texts as a reader does that follows Java character by character', () => {
    const pieces = [
      '\\',
      '\\',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '\t',
      '\f',
      '=',
      ':',
      '#',
      '!',
      'a',
      'bc',
      'u',
      '\\u00e9',
      'é',
      'n',
      '\0',
    ];
    const random = lcg(20_261_124);
    let entries = 0;
    let refused = 0;
    for (let run = 0; run < 100_000; run += 1) {
      const length = Math.floor(random() * 16);
      const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
      const expected = slowly(text);
      if (expected === null) {
        refused += 1;
        expect(() => parseProperties(text), JSON.stringify(text)).toThrow('expected four hexadecimal digits');
        continue;
      }
      const read = pairs(text);
      entries += read.length;
      if (JSON.stringify(read) !== JSON.stringify(expected))
        expect(read, JSON.stringify(text)).toEqual(expected);
    }
    expect(entries).toBeGreaterThan(50_000);
    expect(refused).toBeGreaterThan(100);
  }, 60_000);

  test('takes a very long line of backslashes, blanks or line ends in one pass', () => {
    for (const piece of ['\\', ' ', '\n', '\\\n', '\\u0041', '=', '#', 'a ']) {
      const text = piece.repeat(300_000);
      expect(() => parseProperties(text)).not.toThrow();
    }
  });
});

describe('decodeProperties', () => {
  test.each<[string, number[]]>([
    ['UTF-8', [0x61, 0x3d, 0xc3, 0xa9]],
    ['UTF-8 with a byte order mark', [0xef, 0xbb, 0xbf, 0x61, 0x3d, 0xc3, 0xa9]],
    ['ISO-8859-1', [0x61, 0x3d, 0xe9]],
  ])('reads %s', (_, bytes) => {
    expect(decodeProperties(Uint8Array.from(bytes))).toBe('a=é');
  });
});

function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Another way to read the same: one character after another, with a state for each fact. Null when it is refused. */
function slowly(text: string): [string, string][] | null {
  const result: [string, string][] = [];
  let logical = '';
  let state: 'start' | 'comment' | 'line' | 'continued' = 'start';
  let odd = false;
  const finish = (isEntry: boolean): boolean => {
    if (isEntry) {
      const match = /^((?:\\[\s\S]|[^\\=: \t\f])*\\?)[ \t\f]*[=:]?[ \t\f]*([\s\S]*)$/.exec(logical);
      const [key, value] = [decoded(match?.[1] ?? ''), decoded(match?.[2] ?? '')];
      if (key === null || value === null) return false;
      result.push([key, value]);
    }
    logical = '';
    state = 'start';
    odd = false;
    return true;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const isBlank = ' \t\f'.includes(character);
    const isEnd = '\r\n'.includes(character);
    if (character === '\r' && text[at + 1] === '\n') continue;
    if (state === 'comment') {
      if (isEnd) state = 'start';
    } else if (isBlank && state !== 'line') {
      // Blanks before a line do not count.
    } else if (isEnd && odd) {
      odd = false;
      logical = logical.slice(0, -1);
      state = 'continued';
      const wasCrLf = text[at - 1] === '\r';
      if (at === text.length - 1) return finish(logical !== '' || !wasCrLf) ? result : null;
    } else if (isEnd) {
      if (!finish(logical !== '')) return null;
    } else if ((character === '#' || character === '!') && logical === '' && state !== 'line') {
      state = 'comment';
    } else {
      state = 'line';
      logical += character;
      odd = character === '\\' && !odd;
    }
  }
  if (state === 'comment') return result;
  const alone = logical === '\\' && odd;
  if (odd) logical = logical.slice(0, -1);
  return finish(logical !== '' || alone) ? result : null;
}

function decoded(text: string): string | null {
  if (/(?:^|[^\\])(?:\\\\)*\\u(?![\da-fA-F]{4})/.test(text)) return null;
  return text.replace(/\\(u[\da-fA-F]{4}|[\s\S]|$)/g, (_, sequence: string) => {
    if (sequence.length > 1) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[sequence] ?? sequence;
  });
}
