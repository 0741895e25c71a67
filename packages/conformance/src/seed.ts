/**
 * The chance in a case: the same seed gives the same run.
 *
 * @module
 */
import { createHash, randomInt } from 'node:crypto';

/** The largest seed. */
const MAX_SEED = 0xffff_ffff;

/** A seed for a run that was given none. */
export function newSeed(): number {
  return randomInt(1, MAX_SEED);
}

/** Whether a number can be a seed: an integer from 0 to 2³² − 1. */
export function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED;
}

/**
 * The seed of one of several repetitions. The first has the seed of the run, so that a failure of a later one is
 * replayed alone by the seed it names.
 */
export function seedOfRepetition(seed: number, repetition: number): number {
  return (seed + repetition) % (MAX_SEED + 1);
}

/**
 * Pseudo-random numbers that depend on a seed and a name and on nothing else, so that a case draws the same ones
 * alone as in the whole run. Not for secrets.
 */
export class SeededRandom {
  /** The seed of the run. */
  readonly seed: number;
  #state: number;

  /** @param name - usually the case's id */
  constructor(seed: number, name: string) {
    this.seed = seed;
    this.#state = createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE();
  }

  /** The next number, from 0 up to and without 1. */
  next(): number {
    // Mulberry32: one word of state and equally distributed, which is all that cases need.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One of the values; there must be one. */
  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError('there is nothing to pick from');
    return values[this.integer(0, values.length - 1)] as T;
  }

  /** The same values in another order. */
  shuffle<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}
