/**
 * Keys, names and group matchers from callers: checked before they reach a store.
 *
 * @module
 */
import { invalidArgument } from './errors.js';
import { checkText } from './field-checks.js';
import type { GroupMatcher } from './group-matcher.js';
import { DEFAULT_GROUP, type Key, type KeyInput } from './key.js';
import { DEFAULT_LIMITS } from './limits.js';
import { checkKnownKeys } from './unknown-key.js';

const KEY_KEYS = ['name', 'group'];
const MATCHER_KEYS = ['equals', 'startsWith', 'endsWith', 'contains', 'anything'] as const;
/** How long names may be is the store's affair; this much nobody holds. */
export const UNLIMITED_LENGTH = 1_000_000;

/**
 * Makes a key of what a user wrote: a name, or a name with its group. Its length is checked by the store that is to
 * hold it.
 *
 * @param field - for the error: `'job.key'`
 * @param defaultGroup - the group of a key that names none
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function defineKey(field: string, input: KeyInput, defaultGroup: string = DEFAULT_GROUP): Key {
  if (typeof input === 'string') {
    return Object.freeze({ group: defaultGroup, name: checkText(field, input, UNLIMITED_LENGTH) });
  }
  if (typeof input !== 'object' || input === null) {
    throw invalidArgument(field, input, "a name, or an object such as { name: 'nightly', group: 'reports' }");
  }
  checkKnownKeys(field, input, KEY_KEYS);
  const group = input.group === undefined ? defaultGroup : input.group;
  return Object.freeze({
    group: checkText(`${field}.group`, group, UNLIMITED_LENGTH),
    name: checkText(`${field}.name`, input.name, UNLIMITED_LENGTH),
  });
}

/**
 * Checks a key and gives a frozen copy of it.
 *
 * @param maxLength - of the name, and of the group, in UTF-16 code units
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkKey(field: string, key: Key, maxLength: number = DEFAULT_LIMITS.maxNameLength): Key {
  if (typeof key !== 'object' || key === null)
    throw invalidArgument(field, key, 'a key with a group and a name');
  const { group, name } = key;
  return Object.freeze({
    group: checkText(`${field}.group`, group, maxLength),
    name: checkText(`${field}.name`, name, maxLength),
  });
}

/**
 * Checks a name that stands alone: a group, a calendar, an instance.
 *
 * @param maxLength - in UTF-16 code units
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkName(
  field: string,
  name: unknown,
  maxLength: number = DEFAULT_LIMITS.maxNameLength,
): string {
  return checkText(field, name, maxLength);
}

/**
 * Checks a group matcher and gives a frozen copy of it.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkMatcher(field: string, matcher: GroupMatcher): GroupMatcher {
  checkKnownKeys(field, matcher, MATCHER_KEYS);
  const operators = MATCHER_KEYS.filter((key) => (matcher as Record<string, unknown>)[key] !== undefined);
  const [operator] = operators;
  if (operators.length !== 1 || operator === undefined) {
    throw invalidArgument(field, matcher, `exactly one of ${MATCHER_KEYS.join(', ')}`);
  }
  const value = (matcher as Record<string, unknown>)[operator];
  if (operator === 'anything') {
    if (value !== true) throw invalidArgument(`${field}.anything`, value, 'true');
  } else if (typeof value !== 'string') {
    throw invalidArgument(`${field}.${operator}`, value, 'a string');
  } else if (value !== '' || operator === 'equals') {
    checkText(`${field}.${operator}`, value, UNLIMITED_LENGTH);
  }
  return Object.freeze({ [operator]: value }) as GroupMatcher;
}
