/**
 * Choosing groups by their name: literal and case-sensitive, no wildcard characters (JS-GET-04).
 *
 * @module
 */

/** Chooses groups by name. `%`, `_`, `*` and every other character stand for themselves. */
export type GroupMatcher =
  | { readonly equals: string }
  | { readonly startsWith: string }
  | { readonly endsWith: string }
  | { readonly contains: string }
  | { readonly anything: true };

/** The matcher that takes every group. */
export const ANY_GROUP: GroupMatcher = Object.freeze({ anything: true });

/**
 * Job groups that begin so hold records of the scheduler and its plugins, not jobs of the application: lists of all
 * groups, and counts, leave them out. Who names such a group, or a part of its name, gets it.
 */
export const OWN_GROUP_PREFIX = 'AMETRINE_';

/** Whether `group` is one that `matcher` chooses. */
export function matchesGroup(matcher: GroupMatcher, group: string): boolean {
  if ('equals' in matcher) return group === matcher.equals;
  if ('startsWith' in matcher) return group.startsWith(matcher.startsWith);
  if ('endsWith' in matcher) return group.endsWith(matcher.endsWith);
  if ('contains' in matcher) return group.includes(matcher.contains);
  return true;
}
