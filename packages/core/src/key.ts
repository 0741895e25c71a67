/**
 * Names of jobs and triggers: a name within a group.
 *
 * @module
 */

/** A job's or trigger's identity. Keys are frozen values, compared by {@link keyText} or {@link compareKeys}. */
export interface Key {
  readonly group: string;
  readonly name: string;
}
/** The identity of a job. */
export type JobKey = Key;
/** The identity of a trigger; a trigger and a job may have equal keys without colliding. */
export type TriggerKey = Key;

/** A key as users may write it: a name in the {@link DEFAULT_GROUP}, or a name with its group. */
export type KeyInput = string | { readonly name: string; readonly group?: string };

/** The group of a key that names none. */
export const DEFAULT_GROUP = 'DEFAULT';
/** The group of the triggers that run a dead node's work again (contract §8.2). */
export const RECOVERY_GROUP = 'RECOVERING_JOBS';

/**
 * One string per key, equal for equal keys only: for maps and sets. The group's length stands in front, so
 * that no choice of characters in a name can make two keys alike.
 */
export function keyText(key: Key): string {
  return `${key.group.length}:${key.group}${key.name}`;
}

/** A key as people read it: `group.name`. Not unique when names hold dots; never use it to look anything up. */
export function showKey(key: Key): string {
  return `${key.group}.${key.name}`;
}

/** Whether two keys are the same. */
export function sameKey(a: Key, b: Key): boolean {
  return a.name === b.name && a.group === b.group;
}

/** The contract's order of keys (JS-ACQ-05): DEFAULT group first, then group, then name, by code unit. */
export function compareKeys(a: Key, b: Key): number {
  if (a.group !== b.group) {
    if (a.group === DEFAULT_GROUP) return -1;
    if (b.group === DEFAULT_GROUP) return 1;
    return a.group < b.group ? -1 : 1;
  }
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
