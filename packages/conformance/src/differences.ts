/**
 * Where two values differ: for values too large to compare by eye.
 *
 * @module
 */
import { equalValues } from './equal.js';

/** A place where two values differ. */
export interface Difference {
  /** From the top, such as `[0].trigger.nextFireAt`. */
  readonly path: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

/** The innermost places where `seen` differs from `expected`, at most `limit` of them. */
export function differencesOf(
  seen: unknown,
  expected: unknown,
  limit: number,
  path = '',
): readonly Difference[] {
  if (equalValues(seen, expected)) return [];
  if (!isContainer(seen) || !isContainer(expected) || Array.isArray(seen) !== Array.isArray(expected)) {
    return [{ path, expected, seen }];
  }
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(seen)])) {
    if (found.length >= limit) break;
    const inner = Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`;
    found.push(...differencesOf(seen[key], expected[key], limit - found.length, inner));
  }
  return found;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Error)
  );
}
