/**
 * Runs the catalogue against one store, one case after the other.
 *
 * @module
 */
import { invalidArgument } from '@ametrine/core/spi';
import type { ConformanceCase } from './case.js';
import { allCases } from './catalogue/all-cases.js';
import { type CaseChoice, chooseCases } from './catalogue/choose-cases.js';
import { contractProblem } from './contract.js';
import { deviationProblems } from './deviations.js';
import type { Harness } from './harness.js';
import { wasExecuted } from './outcome.js';
import { type CaseRecord, mergeRecords, notRunRecord, recordOf, spoiled } from './report/record.js';
import { type RunOptions, runCase } from './run-case.js';
import { isSeed, newSeed, seedOfRepetition } from './seed.js';
import { listenForStrays } from './strays.js';

/** How a suite is run. */
export interface SuiteOptions extends CaseChoice, Pick<RunOptions, 'deadlineMs' | 'replay' | 'today'> {
  /** @defaultValue the whole catalogue */
  readonly cases?: readonly ConformanceCase[];
  /** From 0 to 2³² − 1. @defaultValue a random one */
  readonly seed?: number;
  /** How often everything is run, each time with the next seed; the gravest outcome of a case counts. @defaultValue 1 */
  readonly repeat?: number;
  /** Ends the run after the case under way; what is left is not run. */
  readonly signal?: AbortSignal;
  /** Told of every run of a case. */
  readonly onResult?: (record: CaseRecord, progress: Progress) => void;
}

/** How far a run has come, repetitions included. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** What came of a run. */
export interface SuiteRun {
  readonly harness: Harness;
  /** Every case of the catalogue, in its order, also those that were not run. */
  readonly records: readonly CaseRecord[];
  /** What makes the run fail beside its cases, one sentence each. */
  readonly problems: readonly string[];
  readonly chosen: CaseChoice;
  readonly seed: number;
  readonly repeat: number;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Real time of the whole run. */
  readonly seconds: number;
}

/**
 * Runs the wanted cases. Rejects only for wrong options; what goes wrong in the run is in its result.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` for an unknown case, a seed or a repetition that is none
 */
export async function runSuite(harness: Harness, options: SuiteOptions = {}): Promise<SuiteRun> {
  const { cases = allCases, seed = newSeed(), repeat = 1, level, only } = options;
  if (!isSeed(seed)) throw invalidArgument('seed', seed, 'an integer from 0 to 4294967295');
  if (!Number.isInteger(repeat) || repeat < 1) throw invalidArgument('repeat', repeat, 'an integer from 1');
  const chosen: CaseChoice = {
    ...(level === undefined ? {} : { level }),
    ...(only === undefined ? {} : { only }),
  };
  const wanted = chooseCases(cases, chosen);
  const startedAt = Date.now();
  const began = performance.now();

  const strays: string[] = [];
  const stopListening = listenForStrays((error) =>
    strays.push(`an error that belongs to no case: ${error.message}`),
  );
  const records = new Map(cases.map((kase) => [kase.id, notRunRecord(kase, 'not asked for', harness)]));
  for (const { id } of wanted)
    records.set(id, { ...must(records.get(id)), reason: 'the run ended before it' });
  try {
    await runAll(harness, wanted, records, { ...options, seed, repeat });
    // Rejections are announced at the end of a turn; two turns let those of the last case come up.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    stopListening();
  }

  const list = [...records.values()];
  const missing = wanted.filter(({ id }) => records.get(id)?.outcome === 'notRun');
  const problems = [
    ...(list.some(({ outcome }) => wasExecuted(outcome)) ? [] : ['no case was run']),
    ...(missing.length === 0 ? [] : [`the run ended before ${missing.length} of ${wanted.length} cases`]),
    ...[contractProblem(harness)].filter((problem) => problem !== null),
    ...deviationProblems(harness.deviations ?? [], cases),
    ...strays,
  ];
  const seconds = Math.round(performance.now() - began) / 1000;
  return { harness, records: list, problems, chosen, seed, repeat, startedAt, seconds };
}

/**
 * Whether everything that was wanted was shown: no case failed or stayed open, and nothing else went wrong. Previews do
 * not count.
 */
export function isGreen({ records, problems }: Pick<SuiteRun, 'records' | 'problems'>): boolean {
  return (
    problems.length === 0 &&
    records.every(({ outcome, preview }) => preview || (outcome !== 'fail' && outcome !== 'inconclusive'))
  );
}

async function runAll(
  harness: Harness,
  wanted: readonly ConformanceCase[],
  records: Map<string, CaseRecord>,
  options: SuiteOptions & { readonly seed: number; readonly repeat: number },
): Promise<void> {
  const total = wanted.length * options.repeat;
  let done = 0;
  for (let repetition = 0; repetition < options.repeat; repetition += 1) {
    const seed = seedOfRepetition(options.seed, repetition);
    for (const kase of wanted) {
      if (options.signal?.aborted === true) return;
      const onLateError = (error: Error): void => {
        records.set(kase.id, spoiled(must(records.get(kase.id)), error, seed));
      };
      const record = recordOf(kase, await runCase(harness, kase, { ...options, seed, onLateError }), harness);
      const before = must(records.get(kase.id));
      records.set(kase.id, before.outcome === 'notRun' ? record : mergeRecords(before, record));
      done += 1;
      options.onResult?.(record, { done, total });
    }
  }
}

function must(record: CaseRecord | undefined): CaseRecord {
  if (record === undefined) throw new Error('a case has no record');
  return record;
}
