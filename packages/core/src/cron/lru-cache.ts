/**
 * A bounded cache that forgets what was not used for longest.
 *
 * @module
 */

/** A map of at most `capacity` entries. */
export class LruCache<K, V> {
  readonly #capacity: number;
  /** A `Map` iterates in insertion order, so re-inserting on use keeps the stalest entry first. */
  readonly #entries = new Map<K, V>();

  /** @param capacity - the most entries kept, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of entries held. */
  get size(): number {
    return this.#entries.size;
  }

  /** Gives the value of a key and marks it as used; undefined when it is not held. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Holds a value, forgetting the entry unused for longest when there is no room. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#capacity) {
      const [stalest] = this.#entries.keys();
      if (stalest !== undefined) this.#entries.delete(stalest);
    }
    this.#entries.set(key, value);
  }
}
