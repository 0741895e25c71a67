/**
 * A run in one line, for programs.
 *
 * @module
 */
import type { Level } from '../case.js';
import type { ConformanceReport } from './envelope.js';

/** The last line of the program's output. */
export interface RunSummary {
  readonly store: string;
  /** Null when not even L1 is reached. */
  readonly level: Level | null;
  readonly passed: number;
  readonly failed: number;
  readonly deviates: number;
  readonly notApplicable: number;
  readonly inconclusive: number;
  readonly notRun: number;
  readonly seconds: number;
  readonly seed: number;
  /** What went wrong beside the cases; absent when nothing did. */
  readonly problems?: readonly string[];
}

/** @param store - the name by which the store was asked for */
export function summaryOf(
  { level, summary: counts, seconds, seed, problems }: ConformanceReport,
  store: string,
): RunSummary {
  const { pass: passed, fail: failed, deviates, notApplicable, inconclusive, notRun } = counts;
  const line = {
    store,
    level,
    passed,
    failed,
    deviates,
    notApplicable,
    inconclusive,
    notRun,
    seconds,
    seed,
  };
  return problems.length === 0 ? line : { ...line, problems };
}
