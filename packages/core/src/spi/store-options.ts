/**
 * The options that every store has.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import type { JobClassResolver } from './job-class.js';

/** Options of {@link JobStoreSupport}; a store's own options extend them. */
export interface StoreOptions {
  /**
   * A trigger that is late by more than this has misfired, in ms, at least 1. Smaller values apply misfire
   * instructions sooner; larger ones let late triggers fire as if they were on time.
   * @defaultValue 60000
   */
  readonly misfireThresholdMs?: number;
  /**
   * How many misfired triggers one acquisition handles at most. More makes the acquisition after a long outage longer.
   * @defaultValue 20
   */
  readonly maxMisfiresPerPass?: number;
  /**
   * How long a node may be late with its check-in before it is taken for dead, in ms. Smaller recovers sooner; too
   * small kills nodes that are merely busy.
   * @defaultValue 7500
   */
  readonly deadNodeGraceMs?: number;
  /**
   * What happens to a due trigger whose job class this process cannot find: it is put in `error`, or it is `skip`ped
   * for other nodes to fire. `auto` skips it, unless every living node has said that it lacks the class: then nobody
   * will ever fire it, and it is put in error.
   * @defaultValue 'auto'
   */
  readonly onUnresolvableJobClass?: 'auto' | 'error' | 'skip';
  /**
   * How long triggers of a class that was not found are left to other nodes, in ms.
   * @defaultValue 30000
   */
  readonly unresolvableRetryMs?: number;
  /** Finds job classes. @defaultValue the scheduler's resolver */
  readonly jobClassResolver?: JobClassResolver;
}

/** The names of {@link StoreOptions}, for stores that check their own options for unknown ones. */
export const STORE_OPTION_KEYS: readonly (keyof StoreOptions)[] = [
  'misfireThresholdMs',
  'maxMisfiresPerPass',
  'deadNodeGraceMs',
  'onUnresolvableJobClass',
  'unresolvableRetryMs',
  'jobClassResolver',
];

/** {@link StoreOptions} with every default filled in. */
export type ResolvedStoreOptions = Required<Omit<StoreOptions, 'jobClassResolver'>> & {
  readonly jobClassResolver: JobClassResolver | null;
};

/** Checks the options and fills in the defaults; `ERR_INVALID_ARGUMENT` names the option. */
export function resolveStoreOptions(options: StoreOptions): ResolvedStoreOptions {
  const policy = options.onUnresolvableJobClass ?? 'auto';
  if (policy !== 'auto' && policy !== 'error' && policy !== 'skip') {
    throw invalidArgument('options.onUnresolvableJobClass', policy, "'auto', 'error' or 'skip'");
  }
  const resolver = options.jobClassResolver ?? null;
  if (resolver !== null && typeof resolver.resolve !== 'function') {
    throw invalidArgument('options.jobClassResolver', resolver, 'an object with a resolve(name) method');
  }
  return {
    misfireThresholdMs: wholeNumber('misfireThresholdMs', options.misfireThresholdMs ?? 60_000, 1),
    maxMisfiresPerPass: wholeNumber('maxMisfiresPerPass', options.maxMisfiresPerPass ?? 20, 1),
    deadNodeGraceMs: wholeNumber('deadNodeGraceMs', options.deadNodeGraceMs ?? 7_500, 0),
    unresolvableRetryMs: wholeNumber('unresolvableRetryMs', options.unresolvableRetryMs ?? 30_000, 1),
    onUnresolvableJobClass: policy,
    jobClassResolver: resolver,
  };
}

function wholeNumber(option: keyof StoreOptions, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalidArgument(`options.${option}`, value, `a whole number of at least ${least}`);
}
