/**
 * How far a store has come. Nobody claims a level: it is computed from the outcomes of all cases.
 *
 * @module
 */
import type { Level } from './case.js';
import { countOutcomes, OUTCOME_WORDS, type Outcome, type OutcomeCounts } from './outcome.js';
import { isOptional } from './rules/lookup.js';

/** All levels; each includes those before it. */
export const LEVELS: readonly Level[] = ['L1', 'L2', 'L3', 'L4'];

/** What a level is called. */
export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  L1: 'Contract',
  L2: 'Durable',
  L3: 'Clustered',
  L4: 'Hardened',
};

/** As much of a case's record as its level depends on. */
export interface Judged {
  readonly id: string;
  readonly level: Level;
  readonly rules: readonly string[];
  readonly outcome: Outcome;
  /** Newer than the contract that the store is held to. */
  readonly preview: boolean;
}

/** Whether a level is reached, and if not, why. */
export interface LevelStanding {
  readonly level: Level;
  readonly name: string;
  readonly reached: boolean;
  /** Of the cases of this level alone. */
  readonly counts: OutcomeCounts;
  /** What stands in the way, required rules first; empty when the level is reached. */
  readonly because: readonly string[];
}

/** The levels of one store. */
export interface LevelLadder {
  /** The highest level reached; null when not even L1 is. */
  readonly level: Level | null;
  readonly standings: readonly LevelStanding[];
}

/**
 * Computes the levels from the outcomes of every case of the catalogue, those that were not run included. Previews have
 * no say in it.
 *
 * A level is reached when the one below is, when at least one of its cases passed, and when each of its cases passed
 * or does not apply. A known deviation caps the level, except from rules that a store may leave for a stated reason.
 */
export function computeLevels(cases: readonly Judged[]): LevelLadder {
  const standings: LevelStanding[] = [];
  for (const level of LEVELS) {
    const below = standings.at(-1);
    const own = cases.filter((kase) => kase.level === level && !kase.preview);
    const because = [
      ...(below === undefined || below.reached ? [] : [`${below.level} is not reached`]),
      ...obstacles(own),
    ];
    const counts = countOutcomes(own.map(({ outcome }) => outcome));
    standings.push({ level, name: LEVEL_NAMES[level], reached: because.length === 0, counts, because });
  }
  return { level: standings.findLast(({ reached }) => reached)?.level ?? null, standings };
}

/** What keeps these cases from making up a level, required rules first. */
function obstacles(cases: readonly Judged[]): readonly string[] {
  if (cases.length === 0) return ['the catalogue has no case of this level'];
  const standing = cases.filter(standsInTheWay);
  const required = standing.filter((kase) => !isAdvisory(kase));
  const advisory = standing.filter(isAdvisory);
  const told = [...required, ...advisory].map(
    (kase) => `${kase.id} ${OUTCOME_WORDS[kase.outcome]} (${kase.rules.join(', ')})`,
  );
  if (told.length > 0 || cases.some(({ outcome }) => outcome === 'pass')) return told;
  return ['no case of this level applies to this store'];
}

function standsInTheWay(kase: Judged): boolean {
  switch (kase.outcome) {
    case 'pass':
    case 'notApplicable':
      return false;
    case 'deviates':
      return !isAdvisory(kase);
    case 'fail':
    case 'inconclusive':
    case 'notRun':
      return true;
  }
}

/** Whether the case shows only rules that may be left for a stated reason. */
function isAdvisory({ rules }: Judged): boolean {
  return rules.length > 0 && rules.every(isOptional);
}
