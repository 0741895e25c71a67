/**
 * What a store would find if it answered for a newer contract.
 *
 * @module
 */
import type { Level } from '../case.js';
import { compareContracts } from '../contract.js';
import { computeLevels } from '../levels.js';
import { countOutcomes, countsText, OUTCOME_WORDS, type OutcomeCounts } from '../outcome.js';
import type { CaseRecord } from './record.js';

/** The outlook on the newest contract that the kit knows. */
export interface Forecast {
  readonly contract: string;
  /** The level that the store would reach under it. */
  readonly level: Level | null;
  /** The level that it reaches now. */
  readonly levelNow: Level | null;
  /** What came of the cases that the newer contract adds. */
  readonly counts: OutcomeCounts;
  /** Those of them that failed or stayed open, one phrase each. */
  readonly inTheWay: readonly string[];
}

/** @param levelNow - the level reached under the contract that the store is held to */
export function forecastOf(records: readonly CaseRecord[], levelNow: Level | null): Forecast | null {
  const previews = records.filter(({ preview }) => preview);
  const [newest] = previews.map(({ since }) => since).sort((a, b) => compareContracts(b, a));
  if (newest === undefined) return null;
  return {
    contract: newest,
    level: computeLevels(records.map((record) => ({ ...record, preview: false }))).level,
    levelNow,
    counts: countOutcomes(previews.map(({ outcome }) => outcome)),
    inTheWay: previews
      .filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive')
      .map(
        ({ id, outcome, rules, title }) => `${id} ${OUTCOME_WORDS[outcome]} (${rules.join(', ')}): ${title}`,
      ),
  };
}

/** The forecast as text for a terminal. */
export function forecastText({ contract, level, levelNow, counts, inTheWay }: Forecast): string {
  const outlook =
    level === levelNow
      ? `the level would stay ${level ?? 'none'}`
      : `the level would be ${level ?? 'none'}, and is ${levelNow ?? 'none'}`;
  return [
    `  forecast for contract ${contract}: ${outlook}; its new cases: ${countsText(counts)}`,
    ...inTheWay.map((one) => `      ${one}`),
  ].join('\n');
}
