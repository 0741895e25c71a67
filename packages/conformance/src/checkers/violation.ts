/**
 * What a checker found.
 *
 * @module
 */
import type { Operation } from '../history.js';

/** The most operations that a witness holds. */
export const MOST_WITNESSES = 6;

/** A history that the contract does not allow. */
export interface Violation {
  /** The rule it breaks. */
  readonly rule: string;
  /** What is wrong, as a statement that should not be true. */
  readonly what: string;
  /** The operations that show it by themselves, oldest first, at most {@link MOST_WITNESSES}. */
  readonly witness: readonly Operation[];
}

/** Makes a violation: the operations once each, in order, the last ones when there are too many. */
export function violation(
  rule: string,
  what: string,
  ...witness: readonly (Operation | null | undefined)[]
): Violation {
  const found = new Set(witness.filter((op) => op !== null && op !== undefined));
  return {
    rule,
    what,
    witness: [...found].sort((a, b) => a.invoked - b.invoked).slice(-MOST_WITNESSES),
  };
}

/** The first violation that there is, or null. */
export function firstOf(...found: readonly (Violation | null)[]): Violation | null {
  return found.find((one) => one !== null) ?? null;
}
