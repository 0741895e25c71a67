/**
 * Checker: what was to fire fired, once in total, whatever happened to the nodes.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import { showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import {
  answeredAt,
  type End,
  endsOf,
  groupedBy,
  isUncertain,
  recoveryAfter,
  type Start,
  startsOf,
  textOf,
} from './facts.js';
import { type Violation, violation } from './violation.js';

/** One fire that is due. */
export interface Occurrence {
  readonly key: TriggerKey;
  /** Epoch ms. */
  readonly at: number;
}

/** What is to have happened when the work was drained. */
export interface ExpectedFirings {
  readonly occurrences: readonly Occurrence[];
  /** The jobs ask for recovery: a run that was cut short is not lost but repeated. */
  readonly recovered: boolean;
}

/** What became of the fires that were due. */
export interface FiringTally {
  /** Runs, repeated ones included. */
  readonly runs: number;
  /** Runs that repeat one that was lost. */
  readonly recovered: number;
  /** Never run to an end, though they had to be. */
  readonly lost: readonly Occurrence[];
  /** Run again without a need. */
  readonly doubled: readonly { readonly occurrence: Occurrence; readonly witness: readonly Operation[] }[];
  /** Runs that nobody had asked for. */
  readonly unexpected: readonly Start[];
}

/** Counts the runs of a history against what was due. */
export function tallyFirings(operations: readonly Operation[], expected: ExpectedFirings): FiringTally {
  const ends = groupedBy(endsOf(operations), ({ token }) => token);
  const starts = startsOf(operations);
  const runs = groupedBy(starts, (start) => textOfOccurrence(occurrenceOf(start)));
  const due = new Set(expected.occurrences.map(textOfOccurrence));
  // A fire whose answer was lost with its node may have happened unseen.
  const unseen = operations.some(
    (op) => isUncertain(op) && (op.call === 'triggersFired' || op.call === 'acquireNextTriggers'),
  );
  const isOver = (start: Start): boolean =>
    expected.recovered ? (ends.get(start.token) ?? []).some(({ outcome }) => outcome !== 'stale') : true;
  return {
    runs: starts.length,
    recovered: starts.filter(({ recovers }) => recovers !== null).length,
    lost: expected.occurrences.filter((occurrence) => {
      const own = runs.get(textOfOccurrence(occurrence)) ?? [];
      return own.length === 0 ? expected.recovered || !unseen : !own.some(isOver);
    }),
    doubled: expected.occurrences.flatMap((occurrence) => {
      const witness = doublingOf(operations, runs.get(textOfOccurrence(occurrence)) ?? [], ends);
      return witness === null ? [] : [{ occurrence, witness }];
    }),
    unexpected: starts.filter((start) => !due.has(textOfOccurrence(occurrenceOf(start)))),
  };
}

/** Every occurrence fires once in total: none is lost, doubled or made up (JS-FIR-02, JS-REC-02 to JS-REC-04). */
export function totalFirings(operations: readonly Operation[], expected: ExpectedFirings): Violation | null {
  const { lost, doubled, unexpected } = tallyFirings(operations, expected);
  const [twice] = doubled;
  if (twice !== undefined) {
    const rule = twice.witness.length > 2 ? 'JS-REC-04' : 'JS-FIR-02';
    return violation(
      rule,
      `${doubled.length} fires ran twice, such as ${show(twice.occurrence)}`,
      ...twice.witness,
    );
  }
  const [stray] = unexpected;
  if (stray !== undefined) {
    const what = `${unexpected.length} runs belong to no fire that was due, such as ${show(occurrenceOf(stray))}`;
    return violation('JS-FIR-02', what, stray.op);
  }
  const [missing] = lost;
  if (missing === undefined) return null;
  const own = startsOf(operations).filter(
    (start) => textOfOccurrence(occurrenceOf(start)) === textOfOccurrence(missing),
  );
  const what = `${lost.length} of ${expected.occurrences.length} fires were lost, such as ${show(missing)}`;
  return violation(
    own.length === 0 ? 'JS-REC-02' : 'JS-REC-03',
    what,
    ...own.map(({ op }) => op),
    ...own.map(({ node, op }) => recoveryAfter(operations, node, op.invoked)),
  );
}

/** The operations that show that one occurrence ran once too often; null when it did not. */
function doublingOf(
  operations: readonly Operation[],
  runs: readonly Start[],
  ends: ReadonlyMap<string, readonly End[]>,
): readonly Operation[] | null {
  for (const [n, run] of runs.entries()) {
    for (const earlier of runs.slice(0, n)) {
      if (earlier.token === run.token) continue;
      if (run.recovers === null) return [earlier.op, run.op];
      const ended = ends
        .get(earlier.token)
        ?.find(({ op, outcome }) => outcome === 'completed' && answeredAt(op) < run.op.invoked);
      if (ended !== undefined) return [earlier.op, ended.op, run.op];
      const recovery = recoveryAfter(operations, earlier.node, earlier.op.invoked);
      if (recovery === undefined || recovery.invoked > answeredAt(run.op)) return [earlier.op, run.op];
    }
  }
  return null;
}

function occurrenceOf({ recovers, trigger, scheduledFireAt }: Start): Occurrence {
  return recovers === null
    ? { key: trigger.key, at: scheduledFireAt }
    : { key: recovers.triggerKey, at: recovers.scheduledFireAt };
}

function textOfOccurrence({ key, at }: Occurrence): string {
  return `${at} ${textOf(key)}`;
}

function show({ key, at }: Occurrence): string {
  return `${showKey(key)} at ${new Date(at).toISOString()}`;
}
