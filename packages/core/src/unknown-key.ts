/**
 * Misspelt options: found, named, and answered with the nearest known one.
 *
 * @module
 */
import { invalidArgument } from './errors.js';

/**
 * Checks that a value is an object with no other keys than the known ones. A key whose value is undefined counts as
 * absent.
 *
 * @param field - where the object stands, for the error: `'trigger'`
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` whose `details.field` is the path of the unknown key
 */
export function checkKnownKeys(field: string, object: unknown, known: readonly string[]): void {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw invalidArgument(field, object, `an object with the keys ${known.join(', ')}`);
  }
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const value = (object as Record<string, unknown>)[key];
    if (value === undefined) continue;
    const nearest = nearestKey(key, known);
    const remedy =
      nearest === null ? `one of the keys ${known.join(', ')}` : `a known key; did you mean '${nearest}'?`;
    throw invalidArgument(`${field}.${key}`, value, remedy);
  }
}

/** Gives the known key that was probably meant; null when none is near. */
export function nearestKey(key: string, known: readonly string[]): string | null {
  const wanted = key.toLowerCase();
  let nearest: string | null = null;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  if (nearest !== null) return nearest;
  return known.find((candidate) => isPartOf(wanted, candidate.toLowerCase())) ?? null;
}

/** `cronExpression` means `cron`, `daysOfWeek` means `days`. */
function isPartOf(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a));
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, at(beforeLast, j - 2) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
