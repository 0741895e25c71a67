/**
 * Texts that every store can keep: no U+0000, which PostgreSQL refuses, and no half of a surrogate pair, which
 * UTF-8 cannot express.
 *
 * @module
 */
import { invalidArgument } from './errors.js';
import { MAX_DESCRIPTION_LENGTH } from './limits.js';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Tells what keeps a text from being stored, as a phrase after "a text with"; null when nothing does. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'the character U+0000';
  return LONE_SURROGATE.test(text) ? 'a lone surrogate' : null;
}

/**
 * Checks a text that must not be empty.
 *
 * @param maxLength - in UTF-16 code units
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkText(field: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value === '') throw invalidArgument(field, value, 'a non-empty string');
  if (value.length > maxLength) {
    throw invalidArgument(field, value, `at most ${maxLength} characters, not ${value.length}`);
  }
  const fault = textFault(value);
  if (fault !== null) throw invalidArgument(field, value, `a text without ${fault}`);
  return value;
}

/**
 * Checks a description: null, or a text.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkDescription(field: string, value: unknown): string | null {
  return value === null || value === '' ? value : checkText(field, value, MAX_DESCRIPTION_LENGTH);
}

/**
 * Checks a flag.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkFlag(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidArgument(field, value, 'true or false');
  return value;
}
