/**
 * Subtle defects of stores that take what they should refuse, or do half of what was asked for by a matcher.
 *
 * @module
 */
import type { GroupMatcher, JobData } from '@ametrine/core';
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';

/** Takes too much, or does too little. */
export const lenientMutants: readonly Mutant[] = [
  takes(
    'undefined',
    'undefined within data is taken for null',
    (value) => value === undefined,
    () => null,
  ),
  takes(
    'functions',
    'a function within data is taken for null',
    (value) => typeof value === 'function',
    () => null,
  ),
  takes(
    'symbols',
    'a symbol within data is taken for its text',
    (value) => typeof value === 'symbol',
    String,
  ),
  takes(
    'infinity',
    'an infinite number is kept as a large one',
    (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
    () => Number.MAX_VALUE,
  ),
  takes(
    'maps',
    'a Map is kept as an object',
    (value) => value instanceof Map,
    (value) => Object.fromEntries(value as Map<string, unknown>),
  ),
  takes(
    'sets',
    'a Set is kept as a list',
    (value) => value instanceof Set,
    (value) => [...(value as Set<unknown>)],
  ),
  takes(
    'no-dates',
    'a date that is none is kept as null',
    (value) => value instanceof Date && Number.isNaN(value.getTime()),
    () => null,
  ),
  takes('instances', 'an object of a class is kept as a plain one', isInstance, (value) => ({
    ...(value as object),
  })),
  brokenCalls('JS-STO-09/characters', 'data are measured in characters', (store) => ({
    storeJob: (job, options) =>
      store
        .storeJob(job, options)
        .catch((error: unknown) =>
          JSON.stringify(job.data).length <= store.capabilities.maxDataBytes
            ? store.storeJob({ ...job, data: {} }, options)
            : Promise.reject(error),
        ),
  })),
  brokenCalls('JS-PAU-03/by-name-only', 'groups are paused by their names only', (store) => ({
    pauseTriggers: (matcher) => store.pauseTriggers(named(matcher)),
  })),
  brokenCalls('JS-PAU-05/by-name-only', 'job groups are paused by their names only', (store) => ({
    pauseJobs: (matcher) => store.pauseJobs(named(matcher)),
  })),
  brokenPrimitives(
    'JS-CLU-01/claims-only',
    'of a dead node the claims are recovered, and not the runs',
    (tx) => ({
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        return selection.by === 'instance' ? found.filter(({ state }) => state === 'acquired') : found;
      },
    }),
  ),
  brokenPrimitives('JS-CLU-01/remembers-the-dead', 'a dead node stays a member', (tx, { instanceId }) => ({
    removeInstance: async (gone) => {
      if (gone === instanceId) await tx.removeInstance(gone);
    },
  })),
];

/** Data with something that cannot be kept are stored with something else in its place. */
function takes(
  word: string,
  what: string,
  isIt: (value: unknown) => boolean,
  instead: (value: unknown) => unknown,
): Mutant {
  const walk = (value: unknown): unknown => {
    if (isIt(value)) return walk(instead(value));
    if (Array.isArray(value)) return Array.from(value, walk);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
  };
  return brokenCalls(`JS-DAT-02/${word}`, what, (store) => ({
    storeJob: (job, options) => {
      let data: JobData;
      try {
        data = walk(job.data) as JobData;
      } catch {
        // A cycle.
        data = job.data;
      }
      return store.storeJob({ ...job, data }, options);
    },
  }));
}

function isInstance(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null && prototype !== Array.prototype;
}

/** The group whose name is the matcher's text. */
function named(matcher: GroupMatcher): GroupMatcher {
  const [text] = Object.values(matcher) as unknown[];
  return typeof text === 'string' && text !== '' ? { equals: text } : matcher;
}
