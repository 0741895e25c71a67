/**
 * The conformance kit: the contract of job stores as cases that run against any store, under any test runner.
 *
 * @module
 */
export type { Applicability, CaseDefinition, ConformanceCase, FireRoute, Level } from './case.js';
export { behaviourOf, defineCases } from './case.js';
export { allCases } from './catalogue/all-cases.js';
export { allBehaviours, BEHAVIOUR_COUNTS } from './catalogue/behaviours.js';
export { type CaseChoice, chooseCases, familyOf } from './catalogue/choose-cases.js';
export type { BehaviourElsewhere, Elsewhere } from './catalogue/elsewhere.js';
export { elsewhere } from './catalogue/elsewhere.js';
export { CheckFailure, Checks, type Comparison, Inconclusive } from './check.js';
export { exclusiveRuns } from './checkers/exclusive-runs.js';
export { fencing } from './checkers/fencing.js';
export { type ExpectedMisfires, type MisfireNotice, misfirePolicy } from './checkers/misfire-policy.js';
export { pauseAtomicity } from './checkers/pause-atomicity.js';
export { matchSchedule, type ScheduleMatch, scheduleKept, type Target } from './checkers/schedule.js';
export { singleClaim } from './checkers/single-claim.js';
export {
  type ExpectedFirings,
  type FiringTally,
  type Occurrence,
  tallyFirings,
  totalFirings,
} from './checkers/total-firings.js';
export type { Violation } from './checkers/violation.js';
export { CaseContext, type OpenOptions } from './context.js';
export { CONTRACT_VERSION } from './contract.js';
export type { KnownDeviation } from './deviations.js';
export { explain } from './explain.js';
export type { Failure } from './failure.js';
export { type Loss, TcpProxy, type Traffic } from './faults/tcp-proxy.js';
export { rules } from './generated/rules.js';
export type {
  AppTransaction,
  Harness,
  HarnessNode,
  HarnessOffer,
  Namespace,
  NodeOptions,
  ProcessEnd,
  ProcessNode,
  ProcessNodeOptions,
  TcpEndpoint,
} from './harness.js';
export { defineHarness } from './harness.js';
export { History, type Operation } from './history.js';
export type { Judged, LevelLadder, LevelStanding } from './levels.js';
export { computeLevels, LEVEL_NAMES, LEVELS } from './levels.js';
export type { Command } from './model/commands.js';
export { type CorpusEntry, corpus, corpusText } from './model/corpus.js';
export { compareStores, differenceTable, type StoreDifference } from './model/differential.js';
export {
  type Counterexample,
  counterexampleText,
  type ModelOptions,
  type ModelRun,
  playOn,
  runModel,
} from './model/run-model.js';
export { CaseNode } from './node.js';
export type { Outcome, OutcomeCounts } from './outcome.js';
export { OUTCOMES } from './outcome.js';
export { NodeGone } from './processes/child-store.js';
export { ProcessCaseNode } from './processes/process-case-node.js';
export { type NodeProgram, startNodeProcess } from './processes/start-node-process.js';
export { RecordedSignals } from './recorded-signals.js';
export { type Badge, badgeOf } from './report/badge.js';
export { type ConformanceReport, reportOf } from './report/envelope.js';
export type { Forecast } from './report/forecast.js';
export { htmlOf } from './report/html/page.js';
export { junitOf } from './report/junit.js';
export { parseReport } from './report/read.js';
export type { CaseRecord } from './report/record.js';
export { type RunSummary, summaryOf } from './report/summary.js';
export { textOf } from './report/text.js';
export type { RuleVerdict } from './report/verdicts.js';
export { type ReportFiles, writeReport } from './report/write.js';
export type { BackendFamily } from './rules/diagnoses/diagnosis.js';
export type { Requirement, Rule } from './rules/rule.js';
export type { CaseResult, RunOptions } from './run-case.js';
export { runCase } from './run-case.js';
export { isGreen, type Progress, runSuite, type SuiteOptions, type SuiteRun } from './run-suite.js';
export { SeededRandom } from './seed.js';
