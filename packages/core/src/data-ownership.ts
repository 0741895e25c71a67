/**
 * Which data maps are known to be immutable all the way down, so that nobody needs to check or copy them again.
 *
 * @module
 */
import type { DataValue, JobData } from './data.js';

const immutable = new WeakSet<object>();

/** Records that a map is deeply frozen and holds neither dates nor bytes. */
export function rememberImmutable(data: JobData): void {
  immutable.add(data);
}

/** Whether {@link rememberImmutable} was told of a value. */
export function isKnownImmutable(value: unknown): value is JobData {
  return typeof value === 'object' && value !== null && immutable.has(value);
}

/** Sets an own property, also when its name is `__proto__`, where assignment would set the prototype. */
export function setOwn(target: { [key: string]: DataValue }, key: string, value: DataValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** The data of a job or trigger that has none. */
export const EMPTY_DATA: JobData = Object.freeze({});
rememberImmutable(EMPTY_DATA);
