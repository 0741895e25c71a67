/**
 * Every key of a `quartz.properties` that is known, and finding one.
 *
 * @module
 */
import { nearestKey } from '@ametrine/core';
import type { QuartzKey, StoreFamily } from './key.js';
import { dataSourceKeys, extensionKeys, schedulerKeys } from './scheduler-keys.js';
import { storeKeys } from './store-keys.js';

/** What all of them begin with. */
export const QUARTZ_PREFIX = 'org.quartz.';

/** The keys, in the order of the documentation. */
export const quartzKeys: readonly QuartzKey[] = [
  ...schedulerKeys,
  ...storeKeys,
  ...dataSourceKeys,
  ...extensionKeys,
];

/** A key that was found, with what stands for `NAME` and `*` in it. */
export interface FoundKey {
  readonly rule: QuartzKey;
  readonly name: string;
  readonly property: string;
}

/**
 * Finds the rule for a key without its prefix.
 *
 * @param family - of the store; null when it is not known, and then the keys of every store are found
 */
export function findKey(key: string, family: StoreFamily | null): FoundKey | null {
  for (const rule of quartzKeys) {
    if (family !== null && rule.families !== undefined && !rule.families.includes(family)) continue;
    const found = match(rule, key);
    if (found !== null) return found;
  }
  return null;
}

function match(rule: QuartzKey, key: string): FoundKey | null {
  if (rule.key === key) return { rule, name: '', property: '' };
  const [head = '', tail] = rule.key.split('NAME');
  if (tail === undefined || !key.startsWith(head)) return null;
  const rest = key.slice(head.length);
  // Names may hold dots of their own where nothing follows them.
  if (tail === '') return rest === '' ? null : { rule, name: rest, property: '' };
  const dot = rest.indexOf('.');
  if (dot <= 0) return null;
  const [name, property] = [rest.slice(0, dot), rest.slice(dot)];
  if (tail === '.*') return property === '.' ? null : { rule, name, property: property.slice(1) };
  return property === tail ? { rule, name, property: '' } : null;
}

/** The known key that was probably meant, with its prefix; null when none is near. */
export function nearestQuartzKey(key: string, family: StoreFamily | null): string | null {
  const name =
    /^(?:org\.quartz\.)?(?:dataSource|plugin|jobListener|triggerListener)\.([^.]+)\./.exec(key)?.[1] ??
    'NAME';
  const candidates = quartzKeys
    .filter(({ families }) => family === null || families === undefined || families.includes(family))
    .filter((rule) => !rule.key.endsWith('*'))
    .map((rule) => QUARTZ_PREFIX + rule.key.replace('NAME', name));
  const whole = key.startsWith(QUARTZ_PREFIX) ? key : QUARTZ_PREFIX + key;
  return nearestKey(whole, candidates);
}
