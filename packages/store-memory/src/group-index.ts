/**
 * Values by key, and by group.
 *
 * @module
 */
import type { GroupMatcher, JobKey } from '@ametrine/core';
import { matchesGroup } from '@ametrine/core/spi';

/** A map from keys to values. Group and name are looked up one after the other, so that no key needs to be spelt out. */
export class GroupIndex<V> {
  /** No group in it is empty. */
  readonly #groups = new Map<string, Map<string, V>>();
  #size = 0;

  /** Number of values. */
  get size(): number {
    return this.#size;
  }

  /** Gives the value of a key; undefined when there is none. */
  get(key: JobKey): V | undefined {
    return this.#groups.get(key.group)?.get(key.name);
  }

  /** Puts a value under a key that has none yet. */
  add(key: JobKey, value: V): void {
    let group = this.#groups.get(key.group);
    if (group === undefined) {
      group = new Map();
      this.#groups.set(key.group, group);
    }
    group.set(key.name, value);
    this.#size += 1;
  }

  /** Takes the value of a key out; an absent key is ignored. */
  delete(key: JobKey): void {
    const group = this.#groups.get(key.group);
    if (group === undefined || !group.delete(key.name)) return;
    this.#size -= 1;
    if (group.size === 0) this.#groups.delete(key.group);
  }

  /** The groups that have values. */
  groups(): Iterable<string> {
    return this.#groups.keys();
  }

  /** The values of a group. */
  inGroup(group: string): Iterable<V> {
    return this.#groups.get(group)?.values() ?? [];
  }

  /** The values whose group matches. */
  *matching(matcher: GroupMatcher): Generator<V, undefined> {
    if ('equals' in matcher) {
      yield* this.inGroup(matcher.equals);
      return;
    }
    for (const [group, values] of this.#groups) if (matchesGroup(matcher, group)) yield* values.values();
  }
}
