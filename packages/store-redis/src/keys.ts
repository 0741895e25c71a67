/**
 * The keys of one scheduler. There is a fixed number of them, whatever is stored, and one hash tag, so that a cluster
 * keeps them together and a script may use them all. The README describes what each holds.
 *
 * @module
 */
import { invalidArgument } from '@ametrine/core/spi';

/** The version of the layout that this release reads and writes. */
export const LAYOUT_VERSION = 1;

const KEY_NAMES = [
  'meta',
  'stage',
  'rev',
  'triggers',
  'data',
  'ids',
  'due',
  'due_ignore',
  'parked',
  'parked_of',
  'by_job',
  'by_calendar',
  'complete',
  'jobs',
  'job_ids',
  'runs',
  'live',
  'calendars',
  'paused',
  'instances',
] as const;

/** What a key is called in the scripts. */
export type KeyName = (typeof KEY_NAMES)[number];

/** The keys of one scheduler, by what they are called in the scripts. */
export interface Keys extends Readonly<Record<KeyName, string>> {
  /** The channel on which its nodes tell one another of changes. */
  readonly channel: string;
}

/** Without braces, which would make or break the hash tag; and short, since it is sent with every key. */
const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * Checks the prefix of all keys.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkKeyPrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix;
  throw invalidArgument(
    'options.keyPrefix',
    prefix,
    '1 to 64 letters, digits, dots, underscores, colons or hyphens',
  );
}

/**
 * Names the keys of a scheduler: `{prefix:name}:triggers`. Braces and percent signs in the name are escaped as in a
 * URL: the hash tag ends at the first closing brace, and must be different for different names.
 */
export function keysOf(prefix: string, schedulerName: string): Keys {
  const tag = `{${prefix}:${schedulerName.replace(/[{}%]/g, encodeURIComponent)}}`;
  const named = Object.fromEntries(KEY_NAMES.map((name) => [name, `${tag}:${name}`]));
  return Object.freeze({ ...(named as Record<KeyName, string>), channel: `${tag}:wake` });
}
