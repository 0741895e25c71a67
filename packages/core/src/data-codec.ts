/**
 * Data maps as text: JSON, with tags for what JSON lacks.
 *
 * `{"$bigint":"12"}`, `{"$date":0}` and `{"$bytes":"AA=="}` stand for a bigint, a date (epoch ms) and bytes
 * (base64). A key of the user's that begins with `$` gets another `$` in front, so that it is never taken for a tag.
 *
 * @module
 */
import { types } from 'node:util';
import type { DataValue, JobData } from './data.js';
import { EMPTY_DATA, rememberImmutable, setOwn } from './data-ownership.js';
import { SchedulerError } from './errors.js';
import { isInstant } from './instant.js';

/** Far beyond what is ever written (64), and far below what overflows the stack. */
const MAX_DEPTH = 1000;
const BIGINT_TEXT = /^-?\d+$/;
const BASE64_TEXT = /^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/;

/** Writes a checked data map as text that {@link decodeData} reads back equal. */
export function encodeData(data: JobData): string {
  if (data === EMPTY_DATA) return '{}';
  return JSON.stringify(needsTags(data) ? tagged(data) : data);
}

/**
 * Reads what {@link encodeData} wrote. The map is deeply frozen.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE`
 */
export function decodeData(text: string): JobData {
  if (text === '{}') return EMPTY_DATA;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw unreadable('it is not an object');
  // Nearly all data is plain JSON: without this pair of characters there is neither tag nor escaped key.
  if (!text.includes('"$')) {
    freezeTree(parsed as JobData, 0);
    rememberImmutable(parsed as JobData);
    return parsed as JobData;
  }
  const reader = { hasMutableLeaf: false };
  const data = untagObject(parsed as Record<string, unknown>, reader, 0);
  if (!reader.hasMutableLeaf) rememberImmutable(data);
  return data;
}

function needsTags(value: DataValue): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return (value as readonly DataValue[]).some(needsTags);
  if (types.isDate(value) || types.isUint8Array(value)) return true;
  for (const key of Object.keys(value)) {
    if (key.startsWith('$') || needsTags((value as JobData)[key] as DataValue)) return true;
  }
  return false;
}

function tagged(value: DataValue): DataValue {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly DataValue[]).map(tagged);
  if (types.isDate(value)) return { $date: value.getTime() };
  if (types.isUint8Array(value)) return { $bytes: Buffer.from(value).toString('base64') };
  const copy: { [key: string]: DataValue } = {};
  for (const [key, item] of Object.entries(value as JobData)) {
    setOwn(copy, key.startsWith('$') ? `$${key}` : key, tagged(item));
  }
  return copy;
}

function freezeTree(value: DataValue, depth: number): void {
  if (typeof value === 'number') checkNumber(value);
  if (typeof value !== 'object' || value === null) return;
  checkDepth(depth);
  for (const item of Object.values(value) as DataValue[]) freezeTree(item, depth + 1);
  Object.freeze(value);
}

type Reader = { hasMutableLeaf: boolean };

function untag(value: unknown, reader: Reader, depth: number): DataValue {
  if (typeof value === 'number') return checkNumber(value);
  if (typeof value !== 'object' || value === null) return value as string | boolean | null;
  checkDepth(depth);
  if (Array.isArray(value)) return Object.freeze(value.map((item) => untag(item, reader, depth + 1)));
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && key.startsWith('$') && !key.startsWith('$$')) {
    return untagLeaf(key, (value as Record<string, unknown>)[key], reader);
  }
  return untagObject(value as Record<string, unknown>, reader, depth);
}

function untagObject(object: Record<string, unknown>, reader: Reader, depth: number): JobData {
  const data: { [key: string]: DataValue } = {};
  for (const [key, item] of Object.entries(object)) {
    if (key.startsWith('$') && !key.startsWith('$$'))
      throw unreadable(`the tag ${JSON.stringify(key)} is out of place`);
    setOwn(data, key.startsWith('$') ? key.slice(1) : key, untag(item, reader, depth + 1));
  }
  return Object.freeze(data);
}

function untagLeaf(tag: string, content: unknown, reader: Reader): DataValue {
  if (tag === '$bigint' && typeof content === 'string' && BIGINT_TEXT.test(content)) return BigInt(content);
  if (tag === '$date' && isInstant(content)) {
    reader.hasMutableLeaf = true;
    return new Date(content);
  }
  if (tag === '$bytes' && typeof content === 'string' && BASE64_TEXT.test(content)) {
    reader.hasMutableLeaf = true;
    return new Uint8Array(Buffer.from(content, 'base64'));
  }
  throw unreadable(`the tag ${JSON.stringify(tag)} is unknown, or its content is wrong`);
}

function checkNumber(value: number): number {
  if (!Number.isFinite(value)) throw unreadable('a number in it is too large');
  return value;
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw unreadable('it is nested too deep');
}

function unreadable(reason: string, cause?: unknown): SchedulerError {
  return new SchedulerError('ERR_RECORD_UNREADABLE', `Stored data cannot be read: ${reason}`, {
    details: { field: 'data', reason },
    ...(cause === undefined ? {} : { cause }),
  });
}
