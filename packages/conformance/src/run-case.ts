/**
 * Runs one case against one store and says what came of it; knows no test runner.
 *
 * @module
 */
import { attemptCase } from './attempt-case.js';
import type { ConformanceCase } from './case.js';
import { dayOf, judgeDeviation, type KnownDeviation } from './deviations.js';
import { DEFAULT_REPLAY, describeFailure, type FailureKind } from './diagnostics.js';
import { evidenceOf, type Failure, plainFailure } from './failure.js';
import type { Harness } from './harness.js';

/** What came of a case that was run. Only `pass` is good news. `ms` is real time. */
export type CaseResult = { readonly ms: number } & (
  | { readonly outcome: 'pass'; readonly checks: number }
  /** The message of `error` is whole: rule, intent, expected and seen, witness, likely causes, replay. */
  | { readonly outcome: 'fail' | 'inconclusive'; readonly error: Error; readonly failure: Failure }
  | {
      readonly outcome: 'deviates';
      readonly error: Error;
      readonly failure: Failure;
      readonly deviation: KnownDeviation;
    }
  | { readonly outcome: 'notApplicable'; readonly reason: string }
);

/** How a case is run. */
export interface RunOptions {
  /** After so many ms of real time the case is given up as inconclusive. @defaultValue 20 000 */
  readonly deadlineMs?: number;
  /** What the case's chance depends on. @defaultValue 0 */
  readonly seed?: number;
  /** The command that runs this harness, for the message. @defaultValue {@link DEFAULT_REPLAY} */
  readonly replay?: string;
  /** The day by which known deviations are judged, `YYYY-MM-DD`. @defaultValue today in UTC */
  readonly today?: string;
  /** Told of errors that the case left behind, and that came up when its result was out. @defaultValue not told */
  readonly onLateError?: (error: Error) => void;
}

/** Runs one case in a namespace of its own. Never rejects. */
export async function runCase(
  harness: Harness,
  kase: ConformanceCase,
  options: RunOptions = {},
): Promise<CaseResult> {
  const { deadlineMs = 20_000, seed = 0, replay = DEFAULT_REPLAY, today = dayOf(Date.now()) } = options;
  const started = performance.now();
  const end = await attemptCase(harness, kase, { deadlineMs, seed, onLateError: options.onLateError });
  const ms = Math.round((performance.now() - started) * 1000) / 1000;
  const explained = (
    failure: Failure,
    kind: FailureKind,
    note: string | null = null,
  ): { error: Error; failure: Failure } => {
    return { error: new Error(describeFailure({ harness, kase, failure, kind, replay, note })), failure };
  };

  if (end.outcome === 'inconclusive')
    return { ms, outcome: 'inconclusive', ...explained(end.failure, 'is inconclusive') };
  const deviation = harness.deviations?.find((declared) => declared.case === kase.id);
  if (deviation === undefined) {
    return end.outcome === 'fail'
      ? { ms, outcome: 'fail', ...explained(end.failure, 'fails') }
      : { ms, ...end };
  }
  const failure = end.outcome === 'fail' ? end.failure : null;
  const objection = judgeDeviation(deviation, failure && evidenceOf(failure), end.outcome, today);
  if (failure !== null && objection === null) {
    return { ms, outcome: 'deviates', deviation, ...explained(failure, 'deviates as declared') };
  }
  return {
    ms,
    outcome: 'fail',
    ...explained(failure ?? plainFailure('the declared failure did not come', seed), 'fails', objection),
  };
}
