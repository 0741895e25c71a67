/**
 * Data maps: checked and frozen on the way in, thawed for a run, compared after it.
 *
 * Everything in a {@link JobData} is immutable except its dates and bytes, which JavaScript cannot freeze. A map
 * without such leaves may therefore be shared by everybody; one with them is copied at every boundary, which
 * {@link ownData} does.
 *
 * @module
 */
import { types } from 'node:util';
import type { DataValue, JobData } from './data.js';
import { encodeData } from './data-codec.js';
import { isKnownImmutable, rememberImmutable, setOwn } from './data-ownership.js';
import { SchedulerError } from './errors.js';
import { textFault } from './field-checks.js';
import type { ValueLimits } from './limits.js';
import type { DraftData } from './scheduler/execution-context.js';

export { decodeData, encodeData } from './data-codec.js';
export { EMPTY_DATA } from './data-ownership.js';

/** Nesting deeper than this is refused; MongoDB stops at 100. */
const MAX_DEPTH = 64;
/** A map with more values is refused: shared branches can make a small object an endless tree. */
const MAX_VALUES = 1_000_000;

/**
 * Checks a data map and gives a deeply frozen copy of it; a map that is known to be immutable comes back as it is.
 *
 * Accepted are plain objects and arrays of strings, finite numbers, booleans, null, bigints, dates and bytes.
 * `-0` becomes `0`, a `Buffer` becomes a `Uint8Array`, and a key such as `__proto__` is a key like any other.
 *
 * @param field - where the map stands, for the error: `'job.data'`
 * @param limits - when given, its encoded size is held to `maxDataBytes`
 * @throws SchedulerError `ERR_INVALID_DATA`, with the path of the offending value in `details.field`
 */
export function checkData(
  field: string,
  value: unknown,
  limits?: Pick<ValueLimits, 'maxDataBytes'>,
): JobData {
  const data = isKnownImmutable(value) ? value : new Walk(field).copyMap(value);
  if (limits !== undefined) checkSize(field, data, limits.maxDataBytes);
  return data;
}

/**
 * Gives a map that shares nothing mutable with the one given: the same object when it is immutable, else a frozen
 * copy.
 *
 * @throws SchedulerError `ERR_INVALID_DATA` when the map was never checked, or a date in it was since made invalid
 */
export function ownData(data: JobData): JobData {
  return isKnownImmutable(data) ? data : checkData('data', data);
}

/** Gives a deep copy that may be changed freely. */
export function draftOf(data: JobData): DraftData {
  return thaw(data) as DraftData;
}

/** Whether two values are deeply equal, types included. The order of keys does not matter. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  if (types.isDate(a)) return types.isDate(b) && a.getTime() === b.getTime();
  if (types.isUint8Array(a)) return types.isUint8Array(b) && sameBytes(a, b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameData(item, b[index]));
  }
  return isPlainObject(a) && isPlainObject(b) && sameEntries(a, b);
}

function sameEntries(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameData(a[key], b[key]));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function isPlainObject(value: object): value is Record<string, unknown> {
  if (types.isDate(value) || types.isUint8Array(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second test admits plain objects of another realm, such as a test runner's.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function thaw(value: DataValue): DataValue {
  if (typeof value !== 'object' || value === null) return value;
  if (types.isDate(value)) return new Date(value);
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return (value as readonly DataValue[]).map(thaw);
  const draft: DraftData = {};
  for (const [key, item] of Object.entries(value as JobData)) setOwn(draft, key, thaw(item));
  return draft;
}

function checkSize(field: string, data: JobData, maxBytes: number): void {
  if (maxBytes === Number.POSITIVE_INFINITY) return;
  const text = encodeData(data);
  // No code unit takes more than three bytes.
  if (text.length * 3 <= maxBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    throw fault(field, `${bytes} bytes encoded`, `at most ${maxBytes} bytes: keep large things elsewhere`);
}

function fault(path: string, shown: string, remedy: string): SchedulerError {
  return new SchedulerError('ERR_INVALID_DATA', `${path} is ${shown}; expected ${remedy}`, {
    details: { field: path, value: shown, remedy },
  });
}

const REMEDY =
  'a string, number, boolean, null, bigint, Date, Uint8Array, or a plain object or array of these';

/** One copying walk over a value that nobody has checked. */
class Walk {
  readonly #field: string;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];
  #values = 0;
  #hasMutableLeaf = false;

  constructor(field: string) {
    this.#field = field;
  }

  copyMap(value: unknown): JobData {
    if (typeof value !== 'object' || value === null || !isPlainObject(value)) {
      throw this.#fault(describe(value), 'a plain object');
    }
    const data = this.#copyObject(value);
    if (!this.#hasMutableLeaf) rememberImmutable(data);
    return data;
  }

  #copy(value: unknown): DataValue {
    if (++this.#values > MAX_VALUES) throw fault(this.#field, 'too large', `at most ${MAX_VALUES} values`);
    switch (typeof value) {
      case 'string':
        return this.#checkText(value);
      case 'number':
        if (!Number.isFinite(value)) throw this.#fault(String(value), 'a finite number, or null');
        // Adding zero turns -0 into 0, which is what every JSON store would make of it.
        return value + 0;
      case 'boolean':
      case 'bigint':
        return value;
      case 'object':
        return value === null ? null : this.#copyReference(value);
      default:
        throw this.#fault(describe(value), REMEDY);
    }
  }

  #copyReference(value: object): DataValue {
    if (types.isDate(value)) {
      const at = value.getTime();
      if (Number.isNaN(at)) throw this.#fault('an invalid Date', 'a valid Date');
      this.#hasMutableLeaf = true;
      return new Date(at);
    }
    if (types.isUint8Array(value)) {
      this.#hasMutableLeaf = true;
      return new Uint8Array(value);
    }
    if (Array.isArray(value)) return this.#copyArray(value);
    if (!isPlainObject(value)) throw this.#fault(describe(value), REMEDY);
    return this.#copyObject(value);
  }

  #copyArray(items: readonly unknown[]): readonly DataValue[] {
    this.#enter(items);
    const copy: DataValue[] = [];
    for (let index = 0; index < items.length; index++) {
      this.#path.push(index);
      copy.push(this.#copy(items[index]));
      this.#path.pop();
    }
    this.#ancestors.pop();
    return Object.freeze(copy);
  }

  #copyObject(object: Record<string, unknown>): JobData {
    this.#enter(object);
    if (Object.getOwnPropertySymbols(object).length > 0)
      throw this.#fault('an object with symbol keys', 'string keys');
    const copy: DraftData = {};
    for (const key of Object.keys(object)) {
      this.#path.push(key);
      this.#checkText(key);
      setOwn(copy, key, this.#copy(object[key]));
      this.#path.pop();
    }
    this.#ancestors.pop();
    return Object.freeze(copy);
  }

  #enter(value: object): void {
    if (this.#ancestors.includes(value))
      throw this.#fault('a reference to what contains it', 'a tree without cycles');
    if (this.#ancestors.length >= MAX_DEPTH)
      throw this.#fault('nested too deep', `at most ${MAX_DEPTH} levels`);
    this.#ancestors.push(value);
  }

  #checkText(text: string): string {
    const found = textFault(text);
    if (found !== null) throw this.#fault(`a text with ${found}`, `a text without ${found}`);
    return text;
  }

  #fault(shown: string, remedy: string): SchedulerError {
    const steps = this.#path.map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w$]+$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    );
    return fault(`${this.#field}${steps.join('')}`, shown, remedy);
  }
}

/** The kind of a value, never its content: data must not leak into logs. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== ''
    ? `an instance of ${name}`
    : 'an object with a prototype of its own';
}
