/**
 * What helps the author of a store whose case failed.
 *
 * @module
 */

/** Kinds of backends that share their traps. */
export type BackendFamily =
  | 'memory'
  | 'files'
  | 'sqlite'
  | 'postgres'
  | 'mysql'
  | 'mongodb'
  | 'redis'
  | 'other';

/** A likely cause; with `on`, one that only these backends know. */
export type Cause = string | { readonly on: readonly BackendFamily[]; readonly text: string };

/** About one rule. */
export interface Diagnosis {
  /** What the rule is for, where the spec itself gives no reason. */
  readonly intent?: string;
  /** What authors usually got wrong, the most frequent first. */
  readonly causes: readonly Cause[];
}

/** Diagnoses by rule id. */
export type Diagnoses = Readonly<Record<string, Diagnosis>>;
