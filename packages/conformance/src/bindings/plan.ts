/**
 * What every binding registers: the catalogue as tests that a runner only has to name and to run.
 *
 * @module
 */
import type { ConformanceCase } from '../case.js';
import { allCases } from '../catalogue/all-cases.js';
import { chooseCases, familyOf } from '../catalogue/choose-cases.js';
import { contractProblem, isPreview } from '../contract.js';
import { deviationProblems } from '../deviations.js';
import type { Harness } from '../harness.js';
import { wasExecuted } from '../outcome.js';
import { reportOf } from '../report/envelope.js';
import { forecastText } from '../report/forecast.js';
import { type CaseRecord, notRunRecord, recordOf, spoiled } from '../report/record.js';
import { type ReportFiles, writeReport } from '../report/write.js';
import { runCase } from '../run-case.js';
import { newSeed } from '../seed.js';
import { listenForStrays } from '../strays.js';

/** Which cases are registered, and what is kept of them. */
export interface RegisterOptions {
  /** Ids (`'ACQ-15'`), behaviours, families (`'ACQ'`) or rules of the cases to run, to look into a failure. @defaultValue all */
  readonly only?: readonly string[];
  /** The highest level to run. @defaultValue `'L4'` */
  readonly level?: ConformanceCase['level'];
  /** @defaultValue a random one, shown in failures */
  readonly seed?: number;
  /** @defaultValue the whole catalogue */
  readonly cases?: readonly ConformanceCase[];
  /** After so many ms of real time a case is given up as inconclusive. @defaultValue 20 000 */
  readonly deadlineMs?: number;
  /** Files to write when all tests have run. @defaultValue none */
  readonly files?: ReportFiles;
}

/** One test. */
export interface PlannedTest {
  readonly title: string;
  /** Why the runner skips it, which is in the title too; null when it runs. */
  readonly skip: string | null;
  /** Rejects, with the whole message, unless the case passed, deviates as declared, or is a preview. */
  readonly run: () => Promise<void>;
}

/** Tests in groups, to be run in this order. */
export interface Plan {
  readonly title: string;
  readonly groups: readonly { readonly title: string; readonly tests: readonly PlannedTest[] }[];
  /** What a runner's own time limit for a test must exceed, in ms. */
  readonly timeoutMs: number;
  /** To be called before the first test. */
  readonly begin: () => void;
  /** To be called after the last test; throws when one of them left an error behind, or the files cannot be written. */
  readonly end: () => void;
}

/**
 * Plans the tests of a store. A case that does not apply is skipped, with the reason in its title; an inconclusive
 * one fails, and so does a plan in which no case applies.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` for a name in `only` that fits no case
 */
export function planConformance(harness: Harness, options: RegisterOptions = {}): Plan {
  const { cases = allCases, seed = newSeed(), deadlineMs = 20_000 } = options;
  const chosen = chooseCases(cases, options);
  const records = new Map<string, CaseRecord>(
    cases.map((kase) => [kase.id, notRunRecord(kase, 'not run by the test runner', harness)]),
  );
  const problems: string[] = [
    ...[contractProblem(harness)].filter((problem) => problem !== null),
    ...deviationProblems(harness.deviations ?? [], cases),
  ];
  const startedAt = Date.now();
  let stopListening = (): void => {};

  const test = (kase: ConformanceCase): PlannedTest => {
    const needs = kase.needs(harness);
    const preview = isPreview(harness, kase);
    // A declaration about a case that does not apply is wrong, and only a run says so.
    const skip =
      needs === true || harness.deviations?.some((declared) => declared.case === kase.id) ? null : needs;
    if (skip !== null)
      records.set(kase.id, recordOf(kase, { outcome: 'notApplicable', reason: skip, ms: 0 }, harness));
    const run = async (): Promise<void> => {
      const onLateError = (error: Error): void => {
        problems.push(`${kase.id} left an error behind: ${error.message}`);
        records.set(kase.id, spoiled(records.get(kase.id) ?? notRunRecord(kase, '', harness), error, seed));
      };
      const result = await runCase(harness, kase, { deadlineMs, seed, onLateError });
      records.set(kase.id, recordOf(kase, result, harness));
      if (preview) return;
      if (result.outcome === 'fail' || result.outcome === 'inconclusive') throw result.error;
    };
    return {
      title: `${kase.id} ${kase.title}${preview ? ` [preview of contract ${kase.since}]` : ''}${skip === null ? '' : ` [not applicable: ${skip}]`}`,
      skip,
      run,
    };
  };

  const families = [...new Set(chosen.map(familyOf))];
  const first: PlannedTest = {
    title: 'has cases to run',
    skip: null,
    run: async () => {
      if (!chosen.some((kase) => kase.needs(harness) === true))
        throw new Error('no case applies: nothing would be shown');
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
  };
  return {
    title: `conformance of ${harness.name}`,
    timeoutMs: deadlineMs + 10_000,
    groups: [
      { title: 'the run', tests: [first] },
      ...families.map((family) => ({
        title: family,
        tests: chosen.filter((kase) => familyOf(kase) === family).map(test),
      })),
    ],
    begin: () => {
      stopListening = listenForStrays((error) =>
        problems.push(`an error that belongs to no case: ${error.message}`),
      );
    },
    end: () => {
      stopListening();
      const list = [...records.values()];
      if (!list.some(({ outcome }) => wasExecuted(outcome))) problems.push('no case was run');
      const seconds = Math.round(Date.now() - startedAt) / 1000;
      const { level, only } = options;
      const asked = { ...(level === undefined ? {} : { level }), ...(only === undefined ? {} : { only }) };
      const run = { harness, records: list, problems, chosen: asked, seed, repeat: 1, startedAt, seconds };
      const report = reportOf(run);
      if (options.files !== undefined) writeReport(report, options.files);
      // The tests of previews pass in any case: what they showed is said here.
      if (report.forecast !== null) process.stderr.write(`${forecastText(report.forecast)}\n`);
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
  };
}
