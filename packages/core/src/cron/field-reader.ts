/**
 * Reads the notation that all fields of the Quartz dialect share: numbers, names, ranges, steps.
 *
 * @module
 */
import { type CronFieldName, CronParseError } from './cron-error.js';

/** What a field allows. */
export interface FieldSpec {
  readonly name: CronFieldName;
  readonly min: number;
  readonly max: number;
  /** The largest step; a larger one could only be a mistake. */
  readonly maxStep: number;
  /** Three-letter names of the values, from `min` on. */
  readonly names: readonly string[];
}

/** A run of values as written; `last < first` wraps around the field's end. */
export interface ValueRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** How it was written: only one value may be followed by `W`, `L` or `#`. */
  readonly form: 'single' | 'range' | 'stepped';
}

/** Reads one item of a field's comma-separated list, from left to right. */
export class FieldReader {
  readonly spec: FieldSpec;
  readonly #expression: string;
  readonly #text: string;
  readonly #start: number;
  #offset = 0;

  /**
   * @param expression - the whole expression, for errors
   * @param text - the item, in upper case
   * @param start - index of the item in the expression
   */
  constructor(expression: string, spec: FieldSpec, text: string, start: number) {
    this.#expression = expression;
    this.spec = spec;
    this.#text = text;
    this.#start = start;
  }

  /** The next character, '' at the end. */
  peek(): string {
    return this.#text.charAt(this.#offset);
  }

  /** Takes the next characters if they are exactly these. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#offset)) return false;
    this.#offset += text.length;
    return true;
  }

  /** Takes a number. @throws CronParseError when there is none, or it is outside `min` to `max` */
  takeNumber(min: number, max: number, what: string): number {
    const digits = this.#match(/\d+/y);
    if (digits === '') this.fail(`expected ${what}, ${this.#found()}`);
    const value = Number(digits);
    if (value < min || value > max) {
      this.fail(`${what} must be between ${min} and ${max}, got ${digits}`, this.#offset - digits.length);
    }
    return value;
  }

  /** Takes a value, a range or a stepped run of either. @throws CronParseError */
  takeRange(): ValueRange {
    if (this.peek() === '*' || this.peek() === '/') return this.#takeAll();
    if (/[A-Z]/.test(this.peek())) return this.#takeNames();

    const { min, max } = this.spec;
    const first = this.takeNumber(min, max, 'a value');
    const isRange = this.take('-');
    const last = isRange ? this.takeNumber(min, max, 'the end of the range') : first;
    if (!this.take('/')) return { first, last, step: 1, form: isRange ? 'range' : 'single' };
    const step = this.#takeStep();
    // Quartz reads a step of zero as no step at all, and keeps the first value.
    if (step === 0) return { first, last: first, step: 1, form: 'stepped' };
    return { first, last: isRange ? last : max, step, form: 'stepped' };
  }

  /** @throws CronParseError when something is left */
  expectEnd(): void {
    if (this.peek() !== '') this.fail(`unexpected '${this.peek()}'`);
  }

  /** @throws CronParseError always; `offset` counts from the item's start, by default from where reading stopped */
  fail(reason: string, offset: number = this.#offset): never {
    throw new CronParseError({
      expression: this.#expression,
      field: this.spec.name,
      position: this.#start + offset,
      reason,
    });
  }

  /** `*`, and `/n` for short of `*` and a step. */
  #takeAll(): ValueRange {
    const { min, max } = this.spec;
    this.take('*');
    const step = this.take('/') ? this.#takeStep() : 1;
    return { first: min, last: max, step: Math.max(step, 1), form: 'stepped' };
  }

  #takeNames(): ValueRange {
    const first = this.#takeName();
    const isRange = this.take('-');
    const last = isRange ? this.#takeName() : first;
    // A quirk of Quartz, kept because stored expressions depend on it: a step after names has no effect.
    const isStepped = this.take('/');
    if (isStepped) this.#takeStep();
    const form = isStepped ? 'stepped' : isRange ? 'range' : 'single';
    return { first, last, step: 1, form };
  }

  #takeName(): number {
    const { names, min } = this.spec;
    const name = this.#match(/[A-Z]{3}/y);
    const index = names.indexOf(name);
    if (index === -1) {
      const expected = names.length === 0 ? 'a number' : `a number or one of ${names.join(' ')}`;
      this.#offset -= name.length;
      this.fail(`expected ${expected}, ${this.#found()}`);
    }
    return min + index;
  }

  #takeStep(): number {
    return this.takeNumber(0, this.spec.maxStep, 'the step');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#offset += text.length;
    return text;
  }

  #found(): string {
    const rest = this.#text.slice(this.#offset);
    return rest === '' ? 'but the field ends here' : `got '${rest}'`;
  }
}

/** Lists the values of a range, wrapping around the field's end where it does. */
export function* valuesOf({ first, last, step }: ValueRange, { min, max }: FieldSpec): Generator<number> {
  const size = max - min + 1;
  const end = last < first ? last + size : last;
  for (let value = first; value <= end; value += step) yield ((value - min) % size) + min;
}
