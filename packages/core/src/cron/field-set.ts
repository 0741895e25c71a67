/**
 * The values one cron field allows, as a set of bits.
 *
 * @module
 */

/** The answer of {@link FieldSet.atOrAfter} when nothing is left. */
export const NONE: number = -1;

/** An immutable set of integers from 0 to 63. */
export class FieldSet {
  /** How many values it holds. */
  readonly size: number;
  readonly #low: number;
  readonly #high: number;

  /** @param values - integers from 0 to 63, repeats allowed */
  constructor(values: Iterable<number>) {
    let low = 0;
    let high = 0;
    const distinct = new Set(values);
    for (const value of distinct) {
      if (value < 32) low |= 1 << value;
      else high |= 1 << (value - 32);
    }
    this.#low = low;
    this.#high = high;
    this.size = distinct.size;
  }

  /** Gives the smallest value not below `value`, or {@link NONE}. */
  atOrAfter(value: number): number {
    if (value < 32) {
      const low = this.#low & (-1 << value);
      if (low !== 0) return lowestBit(low);
      return this.#high === 0 ? NONE : 32 + lowestBit(this.#high);
    }
    // A shift by 32 would shift by nothing.
    if (value > 63) return NONE;
    const high = this.#high & (-1 << (value - 32));
    return high === 0 ? NONE : 32 + lowestBit(high);
  }
}

/** Gives the index of the lowest bit set in a 32-bit integer other than 0. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
