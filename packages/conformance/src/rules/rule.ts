/**
 * A rule of the contract, as `spec/jobstore.md` states it.
 *
 * @module
 */

/** How strongly a rule binds: MUST every store; SHOULD may be left for a stated reason; MAY is free. */
export type Requirement = 'MUST' | 'SHOULD' | 'MAY';

/** One numbered rule. */
export interface Rule {
  /** Stable (`JS-ACQ-03`): an id never changes its meaning. */
  readonly id: string;
  readonly requirement: Requirement;
  /** The level at which the rule is checked. */
  readonly level: 'L1' | 'L2' | 'L3' | 'L4';
  /** The heading of the spec under which it stands. */
  readonly section: string;
  /** What the rule demands, as plain text. */
  readonly text: string;
  /** Why, as the spec says it; null where the rule speaks for itself. */
  readonly why: string | null;
  /** The behaviours of the catalogue that the spec names for it, ranges written out. */
  readonly behaviours: readonly string[];
}
