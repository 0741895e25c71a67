/**
 * Checker: a trigger's runs are those of its schedule.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import { sameKey, showKey } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { type Start, startsOf } from './facts.js';
import { type Violation, violation } from './violation.js';

/** A run that a schedule demands: it begins within `[at, until]`, both epoch ms. */
export interface Target {
  readonly at: number;
  readonly until: number;
}

/** Which targets have a run, and which runs have no target. */
export interface ScheduleMatch<T extends Target = Target> {
  readonly matched: number;
  readonly missed: readonly T[];
  /** When the runs without a target began. */
  readonly extra: readonly number[];
}

/**
 * Gives every run a target, so that as many as possible of both are matched: runs in the order of time, each to the
 * open target that ends first. For intervals on a line no other order matches more.
 *
 * @param runs - when they began (epoch ms), in any order
 */
export function matchSchedule<T extends Target>(
  targets: readonly T[],
  runs: readonly number[],
): ScheduleMatch<T> {
  const open = new Set([...targets].sort((a, b) => a.until - b.until || a.at - b.at));
  const extra: number[] = [];
  for (const run of [...runs].sort((a, b) => a - b)) {
    const target = [...open].find(({ at, until }) => at <= run && run <= until);
    if (target === undefined) extra.push(run);
    else open.delete(target);
  }
  const missed = [...open].sort((a, b) => a.at - b.at);
  return { matched: targets.length - missed.length, missed, extra };
}

/**
 * Every target of a trigger's schedule has a run, every ordinary run a target, and runs are told the times of the
 * schedule in its order (JS-FIR-05, JS-FIR-03).
 */
export function scheduleKept(
  operations: readonly Operation[],
  key: TriggerKey,
  targets: readonly Target[],
): Violation | null {
  const runs = startsOf(operations).filter(
    ({ trigger, recovers }) => recovers === null && sameKey(trigger.key, key),
  );
  const { missed, extra } = matchSchedule(
    targets,
    runs.map(({ firedAt }) => firedAt),
  );
  const ops = runs.map(({ op }) => op);
  if (missed[0] !== undefined) {
    const what = `${missed.length} of ${targets.length} fires of ${showKey(key)} have no run, such as ${iso(missed[0].at)}`;
    return violation('JS-FIR-05', what, ...around(runs, missed[0].at));
  }
  if (extra[0] !== undefined) {
    const what = `${extra.length} runs of ${showKey(key)} fit no fire of its schedule, such as ${iso(extra[0])}`;
    return violation('JS-FIR-05', what, ...around(runs, extra[0]));
  }
  const times = new Set(targets.map(({ at }) => at));
  const stray = runs.find(({ scheduledFireAt }) => !times.has(scheduledFireAt));
  if (stray !== undefined) {
    const what = `a run of ${showKey(key)} was told ${iso(stray.scheduledFireAt)}, which is no time of its schedule`;
    return violation('JS-FIR-03', what, stray.op);
  }
  const backwards = runs.findIndex(
    ({ scheduledFireAt }, n) => scheduledFireAt <= (runs[n - 1]?.scheduledFireAt ?? -Infinity),
  );
  if (backwards < 0) return null;
  return violation(
    'JS-FIR-05',
    `the schedule of ${showKey(key)} went backwards`,
    ops[backwards - 1],
    ops[backwards],
  );
}

/** The runs next to an instant. */
function around(runs: readonly Start[], at: number): readonly Operation[] {
  const before = runs.filter(({ firedAt }) => firedAt <= at).slice(-2);
  const after = runs.filter(({ firedAt }) => firedAt > at).slice(0, 2);
  return [...before, ...after].map(({ op }) => op);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
