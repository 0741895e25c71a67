/**
 * What a report keeps of one case.
 *
 * @module
 */
import type { ConformanceCase, FireRoute, Level } from '../case.js';
import { familyOf } from '../catalogue/choose-cases.js';
import { isPreview } from '../contract.js';
import type { KnownDeviation } from '../deviations.js';
import type { Failure } from '../failure.js';
import type { Harness } from '../harness.js';
import { graver, type Outcome } from '../outcome.js';
import type { CaseResult } from '../run-case.js';

/** One case in a report. */
export interface CaseRecord {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly rules: readonly string[];
  readonly behaviours: readonly string[];
  readonly level: Level;
  readonly since: string;
  /** It is newer than the contract that the store is held to, and decides nothing. */
  readonly preview: boolean;
  readonly route: FireRoute;
  readonly outcome: Outcome;
  /** One outcome for each repetition; empty when it was not run. */
  readonly outcomes: readonly Outcome[];
  /** Real time of one run, in ms, the mean of all repetitions. */
  readonly ms: number;
  /** How many checks were made; 0 unless it passed. */
  readonly checks: number;
  /** Why it does not apply, or was not run; null otherwise. */
  readonly reason: string | null;
  /** The evidence, of the first of the gravest repetitions; null when it passed, does not apply or was not run. */
  readonly failure: Failure | null;
  /** The whole message of that failure. */
  readonly message: string | null;
  /** The declaration that excuses the failure; null otherwise. */
  readonly deviation: KnownDeviation | null;
}

/** The record of a case that has not run. */
export function notRunRecord(
  kase: ConformanceCase,
  reason: string,
  harness: Pick<Harness, 'contract'>,
): CaseRecord {
  const { id, title, rules, behaviours, level, since, route } = kase;
  return {
    id,
    title,
    family: familyOf(kase),
    rules,
    behaviours,
    level,
    since,
    preview: isPreview(harness, kase),
    route,
    outcome: 'notRun',
    outcomes: [],
    ms: 0,
    checks: 0,
    reason,
    failure: null,
    message: null,
    deviation: null,
  };
}

/** The record of a case that ran once. */
export function recordOf(
  kase: ConformanceCase,
  result: CaseResult,
  harness: Pick<Harness, 'contract'>,
): CaseRecord {
  return {
    ...notRunRecord(kase, '', harness),
    outcome: result.outcome,
    outcomes: [result.outcome],
    ms: result.ms,
    checks: result.outcome === 'pass' ? result.checks : 0,
    reason: result.outcome === 'notApplicable' ? result.reason : null,
    failure: 'failure' in result ? result.failure : null,
    message: 'error' in result ? result.error.message : null,
    deviation: result.outcome === 'deviates' ? result.deviation : null,
  };
}

/** Two records of the same case as one; the graver outcome counts. */
export function mergeRecords(first: CaseRecord, second: CaseRecord): CaseRecord {
  const outcomes = [...first.outcomes, ...second.outcomes];
  const kept = graver(first.outcome, second.outcome) === first.outcome ? first : second;
  const ms =
    (first.ms * first.outcomes.length + second.ms * second.outcomes.length) / Math.max(1, outcomes.length);
  return { ...kept, outcomes, ms: Math.round(ms * 1000) / 1000 };
}

/** The same case, failed after its result was out. */
export function spoiled(record: CaseRecord, error: Error, seed: number): CaseRecord {
  if (record.outcome === 'fail') return record;
  const what = `an error came up after the case had ended, which nobody waited for: ${error.message}`;
  const failure: Failure = {
    what,
    expected: null,
    seen: null,
    differences: [],
    witness: [],
    operations: 0,
    raw: null,
    seed,
  };
  return {
    ...record,
    outcome: 'fail',
    failure,
    message: `${record.id} (${record.rules.join(', ')}): ${what}`,
    deviation: null,
  };
}
