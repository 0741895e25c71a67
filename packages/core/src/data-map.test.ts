import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataValue, JobData } from './data.js';
import { checkData, decodeData, draftOf, EMPTY_DATA, encodeData, ownData, sameData } from './data-map.js';
import { isSchedulerError, type SchedulerError } from './errors.js';
import { textFault } from './field-checks.js';

function errorOf(work: () => unknown): SchedulerError {
  try {
    work();
  } catch (error) {
    if (isSchedulerError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
    return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

class Customer {
  name = 'Ada';
}
const circle: Record<string, unknown> = { a: 1 };
circle['again'] = { circle };
const deep = (levels: number): object => (levels === 1 ? {} : { a: deep(levels - 1) });
const doubling = (levels: number): object => {
  let value: object = {};
  for (let i = 0; i < levels; i++) value = { a: value, b: value };
  return value;
};

describe('checkData', () => {
  it('gives a deeply frozen copy that shares nothing with the original', () => {
    const bytes = new Uint8Array([1, 2]);
    const date = new Date(5);
    const original = { text: 'a', list: [1, { date }], bytes, none: null, big: 10n ** 30n, yes: true };
    const data = checkData('data', original);
    expect(data).toEqual(original);
    expect(isDeeplyFrozen(data)).toBe(true);
    bytes[0] = 9;
    date.setTime(9);
    original.list.push(2);
    expect(data).toEqual({ ...original, list: [1, { date: new Date(5) }], bytes: new Uint8Array([1, 2]) });
  });

  it('gives a map that it made before back as it is, unless dates or bytes in it could change', () => {
    const plain = checkData('data', { a: { b: [1] } });
    expect(checkData('data', plain)).toBe(plain);
    const dated = checkData('data', { at: new Date(1) });
    expect(checkData('data', dated)).not.toBe(dated);
    const frozenByOthers = Object.freeze({ a: Object.freeze({}) });
    expect(checkData('data', frozenByOthers)).not.toBe(frozenByOthers);
  });

  it('reads accessors once and ignores what is not enumerable', () => {
    let reads = 0;
    const source = Object.defineProperty({}, 'hidden', { value: 1, enumerable: false });
    Object.defineProperty(source, 'shown', { get: () => ++reads, enumerable: true });
    expect(checkData('data', source)).toEqual({ shown: 1 });
    expect(reads).toBe(1);
  });

  it('turns minus zero into zero, a Buffer into bytes, and an object without prototype into a plain one', () => {
    const bare: Record<string, unknown> = Object.assign(Object.create(null), { n: -0 });
    const data = checkData('data', { bare, buffer: Buffer.from('ab') });
    expect(Object.is((data['bare'] as JobData)['n'], 0)).toBe(true);
    expect(Object.getPrototypeOf(data['buffer'])).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(data['bare'])).toBe(Object.prototype);
  });

  it('keeps __proto__ and its like as plain data (DAT-08)', () => {
    const data = checkData('data', JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}'));
    expect(Object.keys(data)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect((data as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(Object.keys(draftOf(data))).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(decodeData(encodeData(data)))).toEqual(['__proto__', 'constructor']);
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'job.data', 'undefined'],
    ['null', null, 'job.data', 'null'],
    ['an array', [], 'job.data', 'an array'],
    ['a text', 'x', 'job.data', 'a string'],
    ['a map', new Map(), 'job.data', 'an instance of Map'],
    ['undefined inside', { a: undefined }, 'job.data.a', 'undefined'],
    ['a function', { on: { done: () => 1 } }, 'job.data.on.done', 'a function'],
    ['a symbol', { s: Symbol('x') }, 'job.data.s', 'a symbol'],
    ['a symbol key', { a: { [Symbol('x')]: 1 } }, 'job.data.a', 'symbol keys'],
    ['NaN', { a: [1, Number.NaN] }, 'job.data.a[1]', 'NaN'],
    ['infinity', { a: Number.NEGATIVE_INFINITY }, 'job.data.a', '-Infinity'],
    [
      'an instance',
      { customer: { tags: [1, 2, new Customer()] } },
      'job.data.customer.tags[2]',
      'instance of Customer',
    ],
    ['a set', { a: new Set() }, 'job.data.a', 'instance of Set'],
    ['a typed array that is not bytes', { a: new Float64Array(1) }, 'job.data.a', 'instance of Float64Array'],
    ['an inheriting object', { a: Object.create({ b: 1 }) }, 'job.data.a', 'Object'],
    ['an invalid date', { at: new Date(Number.NaN) }, 'job.data.at', 'invalid Date'],
    ['a hole', { a: Array(1) }, 'job.data.a[0]', 'undefined'],
    ['a cycle', circle, 'job.data.again.circle', 'contains it'],
    ['a lone surrogate', { a: 'x\ud800y' }, 'job.data.a', 'lone surrogate'],
    ['a zero character', { a: 'x\0y' }, 'job.data.a', 'U+0000'],
    ['a lone surrogate in a key', { 'x\udc00': 1 }, 'job.data["x\\udc00"]', 'lone surrogate'],
    ['a zero character in a key', { 'a\0': 1 }, 'job.data["a\\u0000"]', 'U+0000'],
    ['an odd key', { 'two words': { 'x.y': undefined } }, 'job.data["two words"]["x.y"]', 'undefined'],
    ['too deep a tree', deep(65), `job.data${'.a'.repeat(64)}`, 'nested too deep'],
    ['too many values', doubling(25), 'job.data', 'too large'],
  ])('refuses %s', (_, value, field, wording) => {
    const error = errorOf(() => checkData('job.data', value));
    expect(error.code).toBe('ERR_INVALID_DATA');
    expect(error.details['field']).toBe(field);
    expect(error.message).toContain(wording);
  });

  it('accepts exactly as deep a tree as it says', () => {
    expect(checkData('data', deep(64))).toEqual(deep(64));
  });

  it('never shows the data itself', () => {
    expect(errorOf(() => checkData('data', { password: 'geheim\0' })).message).not.toContain('geheim');
  });

  it('holds the encoded size to a limit, in bytes (DAT-06)', () => {
    const size = Buffer.byteLength('{"a":"äää"}');
    expect(checkData('data', { a: 'äää' }, { maxDataBytes: size })).toEqual({ a: 'äää' });
    const error = errorOf(() => checkData('data', { a: 'äää' }, { maxDataBytes: size - 1 }));
    expect([error.code, error.details['field']]).toEqual(['ERR_INVALID_DATA', 'data']);
    expect(error.message).toContain(`${size - 1} bytes`);
    expect(errorOf(() => checkData('data', checkData('data', { a: 'äää' }), { maxDataBytes: 5 })).code).toBe(
      'ERR_INVALID_DATA',
    );
  });
});

describe('ownData', () => {
  it('gives the same map when nothing in it can change, else a fresh copy', () => {
    const plain = checkData('data', { a: [1] });
    expect(ownData(plain)).toBe(plain);
    expect(ownData(EMPTY_DATA)).toBe(EMPTY_DATA);
    const dated = checkData('data', { list: [{ at: new Date(1), bytes: new Uint8Array([1]) }] });
    const own = ownData(dated);
    const item = (data: JobData): { at: Date; bytes: Uint8Array } => (data['list'] as never)[0];
    item(dated).at.setTime(99);
    item(dated).bytes[0] = 99;
    expect(own).toEqual({ list: [{ at: new Date(1), bytes: new Uint8Array([1]) }] });
    expect(isDeeplyFrozen(own)).toBe(true);
  });
});

describe('draftOf and sameData', () => {
  it('drafts a copy that may change without the original', () => {
    const data = checkData('data', { list: [1, { at: new Date(1) }], n: 1n });
    const draft = draftOf(data);
    expect(sameData(draft, data)).toBe(true);
    (draft['list'] as DataValue[]).push('more');
    draft['n'] = 2n;
    expect(data).toEqual({ list: [1, { at: new Date(1) }], n: 1n });
    expect(sameData(draft, data)).toBe(false);
  });

  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, {}, false],
    [{ a: undefined }, { b: undefined }, false],
    [{ a: 1 }, { a: '1' }, false],
    [{ a: 1 }, { a: 1n }, false],
    [{ a: Number.NaN }, { a: Number.NaN }, true],
    [{ a: Number.NaN }, { a: 'x' }, false],
    [{ a: null }, { a: {} }, false],
    [[1, 2], [1, 2, 3], false],
    [[], {}, false],
    [new Date(1), new Date(1), true],
    [new Date(1), new Date(2), false],
    [new Date(1), 1, false],
    [new Uint8Array([1]), new Uint8Array([1]), true],
    [new Uint8Array([1]), [1], false],
    [new Uint8Array([1]), new Uint8Array([1, 2]), false],
    [{ a: new Customer() }, { a: { name: 'Ada' } }, false],
  ])('%o and %o: same is %s', (a, b, same) => {
    expect(sameData(a, b)).toBe(same);
    expect(sameData(b, a)).toBe(same);
  });

  it('compares a draft that was made circular', () => {
    expect(sameData(circle, checkData('data', { a: 1, again: { circle: { a: 1 } } }))).toBe(false);
  });
});

const text = fc.string({ unit: 'grapheme' }).filter((value) => textFault(value) === null);
const key = fc.oneof(
  text,
  fc.constantFrom(
    '',
    '$',
    '$$',
    '$date',
    '$bigint',
    '$bytes',
    '$$date',
    '__proto__',
    'constructor',
    'toJSON',
    'a.b',
    '0',
  ),
);
const tree = fc.letrec<{ value: DataValue; map: JobData }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.array(tie('value')),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
}));

describe('encodeData and decodeData', () => {
  it('round-trip every map exactly, types and hostile keys included (DAT-02, DAT-05)', () => {
    fc.assert(
      fc.property(tree.map, (map) => {
        const data = checkData('data', map);
        const back = decodeData(encodeData(data));
        expect(sameData(back, data)).toBe(true);
        expect(sameData(data, map)).toBe(true);
        expect(isDeeplyFrozen(back)).toBe(true);
        expect(checkData('data', back)).toEqual(back);
      }),
      { numRuns: 500 },
    );
  });

  it('write what their documentation says', () => {
    const data = checkData('data', {
      n: 1n,
      at: new Date(7),
      bytes: new Uint8Array([0]),
      $date: 1,
      list: [{ $x: '$y' }],
    });
    expect(encodeData(data)).toBe(
      '{"n":{"$bigint":"1"},"at":{"$date":7},"bytes":{"$bytes":"AA=="},"$$date":1,"list":[{"$$x":"$y"}]}',
    );
    expect(encodeData(EMPTY_DATA)).toBe('{}');
    expect(decodeData('{}')).toBe(EMPTY_DATA);
  });

  it('know a decoded map without dates and bytes to be immutable', () => {
    const plain = decodeData('{"a":{"b":[1]},"price":"$5"}');
    expect(ownData(plain)).toBe(plain);
    const dated = decodeData('{"at":{"$date":1}}');
    expect(ownData(dated)).not.toBe(dated);
  });

  it.each([
    ['', 'not JSON'],
    ['{"a":', 'not JSON'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['"x"', 'not an object'],
    ['{"a":1e999}', 'too large'],
    ['{"a":{"$date":1e999}}', '$date'],
    ['{"a":{"$date":"2026"}}', '$date'],
    ['{"a":{"$date":1.5}}', '$date'],
    ['{"a":{"$date":8640000000000001}}', '$date'],
    ['{"a":{"$bigint":"1x"}}', '$bigint'],
    ['{"a":{"$bigint":1}}', '$bigint'],
    ['{"a":{"$bytes":"A"}}', '$bytes'],
    ['{"a":{"$bytes":"****"}}', '$bytes'],
    ['{"a":{"$eval":"process.exit()"}}', '$eval'],
    ['{"a":{"$date":1,"b":2}}', 'out of place'],
    ['{"$date":1}', 'out of place'],
    [`{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'too deep'],
    [`{"a":${'["$",'.repeat(2000)}1${']'.repeat(2000)}}`, 'too deep'],
  ])('refuse to read %s', (stored, wording) => {
    const error = errorOf(() => decodeData(stored));
    expect(error.code).toBe('ERR_RECORD_UNREADABLE');
    expect(error.message).toContain(wording);
  });
});
