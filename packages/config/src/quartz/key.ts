/**
 * What becomes of a key of a `quartz.properties`.
 *
 * @module
 */
import type { Setter } from './draft.js';

/** The families of stores, whose keys differ. */
export type StoreFamily = 'memory' | 'jdbc' | 'mongodb' | 'redis';

/**
 * One key, and its fate: `honoured`, `accepted` without meaning here, or `refused`. The documentation is made of these
 * too.
 */
export interface QuartzKey {
  /** Without `org.quartz.`; `NAME` is a name of the user's, `*` whatever follows it. */
  readonly key: string;
  readonly fate: 'honoured' | 'accepted' | 'refused';
  /** What it means here, or why it means nothing, or why it is refused. */
  readonly says: string;
  /** The default in Quartz, or in the store for Quartz; empty when there is none. */
  readonly quartzDefault: string;
  /** The stores that have it; every one when not given. */
  readonly families?: readonly StoreFamily[];
  /** Values of a refused key that ask for nothing, and are accepted. */
  readonly harmless?: readonly string[];
  readonly set?: Setter;
}

/** Makes a key that is honoured. */
export function honoured(key: string, quartzDefault: string, says: string, set: Setter): QuartzKey {
  return { key, fate: 'honoured', quartzDefault, says, set };
}

/** Makes a key that has no meaning here. */
export function accepted(key: string, quartzDefault: string, says: string): QuartzKey {
  return { key, fate: 'accepted', quartzDefault, says };
}

/** Makes a key that is refused, unless its value asks for nothing. */
export function refused(
  key: string,
  quartzDefault: string,
  says: string,
  harmless: readonly string[] = [],
): QuartzKey {
  return { key, fate: 'refused', quartzDefault, says, harmless };
}

/** Makes keys that only stores of some families have. */
export function ofStores(families: readonly StoreFamily[], keys: readonly QuartzKey[]): QuartzKey[] {
  return keys.map((key) => ({ ...key, families }));
}
