/**
 * Small statistics.
 *
 * @module
 */

/** The value below which `share` (0 to 1) of the values lie; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(Math.floor(share * sorted.length), sorted.length - 1);
  return sorted[index] ?? Number.NaN;
}

/** The middle value; of an even number of values the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How late runs were, in ms. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Sums up how late runs were; a negative lateness is a run before its time. */
export function lateness(valuesMs: readonly number[]): Lateness {
  return { p50Ms: quantile(valuesMs, 0.5), p99Ms: quantile(valuesMs, 0.99), maxMs: quantile(valuesMs, 1) };
}

/** Epoch ms with fractions: `Date.now()` is too coarse where runs are on time to the millisecond. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
