/**
 * The conformance kit: the contract of job stores as cases that run against any store, under any test runner.
 *
 * @module
 */
export type { Applicability, CaseDefinition, ConformanceCase, FireRoute, Level } from './case.js';
export { behaviourOf, defineCases } from './case.js';
export { allCases } from './catalogue/all-cases.js';
export { allBehaviours, BEHAVIOUR_COUNTS } from './catalogue/behaviours.js';
export type { BehaviourElsewhere, Elsewhere } from './catalogue/elsewhere.js';
export { elsewhere } from './catalogue/elsewhere.js';
export { CheckFailure, Checks, Inconclusive } from './check.js';
export { CaseContext, type OpenOptions } from './context.js';
export type { Harness, HarnessNode, HarnessOffer, Namespace, NodeOptions } from './harness.js';
export { defineHarness } from './harness.js';
export { History, type Operation } from './history.js';
export { CaseNode } from './node.js';
export { RecordedSignals } from './recorded-signals.js';
export type { CaseResult, RunOptions } from './run-case.js';
export { runCase } from './run-case.js';
