/**
 * The assertions of the cases. A failure shows what was expected, what was seen, and the operations that led there.
 *
 * @module
 */
import { inspect } from 'node:util';
import { type ErrorCode, isSchedulerError } from '@ametrine/core';
import type { Violation } from './checkers/violation.js';
import { differencesOf } from './differences.js';
import { equalValues } from './equal.js';
import type { History, Operation } from './history.js';

/** What a failed check compared, in words. */
export interface Comparison {
  readonly expected: string;
  readonly seen: string;
  /** Where large values differ, one line each; empty for small ones. */
  readonly differences: readonly string[];
}

/** The store broke the contract. */
export class CheckFailure extends Error {
  override readonly name: string = 'CheckFailure';
  /** What was checked. */
  readonly what: string;
  /** Null when the failure is no comparison. */
  readonly comparison: Comparison | null;
  /** The operations that show it, where a checker found them; null when they are still to be picked. */
  readonly witness: readonly Operation[] | null;

  constructor(
    what: string,
    comparison: Comparison | null = null,
    options: ErrorOptions & { readonly witness?: readonly Operation[] } = {},
  ) {
    super(
      comparison === null ? what : `${what}; expected ${comparison.expected}, seen ${comparison.seen}`,
      options,
    );
    this.what = what;
    this.comparison = comparison;
    this.witness = options.witness ?? null;
  }
}

/** The case could not show anything: its race never happened, or its time ran out. Never counts as a pass. */
export class Inconclusive extends Error {
  override readonly name: string = 'Inconclusive';
}

/** Values whose text is longer than this are told apart by where they differ. */
const LARGE = 160;
const SHOWN_DIFFERENCES = 4;
/** How much of a value one of those lines shows. */
const SHORT = 100;
/** How many items of a list are shown. */
const LONGEST_LIST = 40;

/** The assertions of one case; counts them, so that a case which checks nothing cannot pass. */
export class Checks {
  readonly history: History;
  #count = 0;

  constructor(history: History) {
    this.history = history;
  }

  /** How many checks were made. */
  get count(): number {
    return this.#count;
  }

  /** `seen` equals `expected` in content. */
  same(seen: unknown, expected: unknown, what: string): void {
    this.#count += 1;
    if (!equalValues(seen, expected)) this.#fail(what, expected, seen);
  }

  /** Every property of `expected` is in `seen`, and equal; more may be there. */
  includes(seen: unknown, expected: object, what: string): void {
    this.#count += 1;
    const found =
      typeof seen === 'object' && seen !== null
        ? Object.fromEntries(
            Object.keys(expected).map((key) => [key, (seen as Record<string, unknown>)[key]]),
          )
        : seen;
    if (!equalValues(found, expected)) this.#fail(what, expected, found);
  }

  /** The condition is true. */
  holds(condition: boolean, what: string, seen: unknown = condition): void {
    this.#count += 1;
    if (!condition) this.#fail(what, 'yes', `no: ${show(seen)}`);
  }

  /** `value` is there; gives it back. */
  present<T>(value: T | null | undefined, what: string): T {
    this.#count += 1;
    if (value === null || value === undefined) this.#fail(what, 'a value', value);
    return value as T;
  }

  /** The call rejects with that code and, when `field` is given, names that field as the last part of its path. */
  async rejects(call: Promise<unknown>, code: ErrorCode, what: string, field?: string): Promise<void> {
    this.#count += 1;
    let seen: unknown;
    try {
      seen = await call;
    } catch (error) {
      if (!isSchedulerError(error, code)) this.#fail(what, code, error);
      if (field === undefined) return;
      const named = String((error as { details: Record<string, unknown> }).details['field']);
      if (named !== field && !named.endsWith(`.${field}`))
        this.#fail(`${what}: the field it names`, field, named);
      return;
    }
    this.#fail(what, `a rejection with ${code}`, seen);
  }

  /** A checker of the whole history found nothing. */
  upheld(violation: Violation | null): void {
    this.#count += 1;
    if (violation !== null) throw new CheckFailure(violation.what, null, { witness: violation.witness });
  }

  /** Ends the case as inconclusive. */
  inconclusive(why: string): never {
    throw new Inconclusive(why);
  }

  /** Fails the case. */
  fail(what: string): never {
    this.#count += 1;
    throw new CheckFailure(what);
  }

  #fail(what: string, expected: unknown, seen: unknown): never {
    const [shownExpected, shownSeen] = [show(expected), show(seen)];
    const differences =
      Math.max(shownExpected.length, shownSeen.length) <= LARGE
        ? []
        : differencesOf(seen, expected, SHOWN_DIFFERENCES).map((found) => {
            const [wanted, came] = [shortly(found.expected), shortly(found.seen)];
            return `at ${found.path || 'the top'}: expected ${wanted}, seen ${came}`;
          });
    throw new CheckFailure(what, { expected: shownExpected, seen: shownSeen, differences });
  }
}

function show(value: unknown): string {
  if (value instanceof Error)
    return `${String((value as { code?: unknown }).code ?? value.name)}: ${value.message}`;
  return typeof value === 'string'
    ? value
    : inspect(value, { depth: 6, breakLength: 110, maxStringLength: 400, maxArrayLength: LONGEST_LIST });
}

/** For one line among others. */
function shortly(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = show(value).replace(/\s+/g, ' ');
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
