/**
 * Reads reports back, and believes none that contradicts itself.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { invalidArgument } from '@ametrine/core/spi';
import { compareContracts } from '../contract.js';
import { equalValues } from '../equal.js';
import { computeLevels } from '../levels.js';
import { countOutcomes, wasExecuted } from '../outcome.js';
import { type ConformanceReport, fingerprint } from './envelope.js';
import { forecastOf } from './forecast.js';
import { type Schema, schemaProblems } from './schema.js';
import { verdictsOf } from './verdicts.js';

/**
 * Reads a report.
 *
 * @param source - where the text came from, for the message
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` when the text is no report, or what it sums up is not what its cases say
 */
export function parseReport(text: string, source: string): ConformanceReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidArgument('report', source, 'JSON', error);
  }
  const shape = schemaProblems(reportSchema(), value);
  if (shape.length > 0)
    throw invalidArgument('report', source, `a conformance report: ${shape.slice(0, 3).join('; ')}`);
  const report = value as ConformanceReport;
  const contradictions = reportContradictions(report);
  if (contradictions.length > 0) {
    throw invalidArgument('report', source, `a report that agrees with itself: ${contradictions.join('; ')}`);
  }
  return report;
}

/** The published schema of reports. */
export function reportSchema(): Schema {
  return JSON.parse(readFileSync(new URL('../../schema/conformance.schema.json', import.meta.url), 'utf8'));
}

/** Where a report says of its cases what they do not say themselves; none when all is well. */
export function reportContradictions(report: ConformanceReport): readonly string[] {
  const { cases } = report;
  const { level, standings } = computeLevels(cases);
  const deciding = cases.filter(({ preview }) => !preview);
  const outcomes = deciding.map(({ outcome }) => outcome);
  const failed = outcomes.includes('fail') || outcomes.includes('inconclusive') || report.problems.length > 0;
  const executed = cases.filter(({ outcome }) => wasExecuted(outcome));
  const claims: readonly (readonly [string, unknown, unknown])[] = [
    ['level', report.level, level],
    ['levels', report.levels.map(({ reached }) => reached), standings.map(({ reached }) => reached)],
    ['summary', report.summary, countOutcomes(outcomes)],
    ['forecast', report.forecast, forecastOf(cases, level)],
    [
      'previews',
      cases.filter(({ preview }) => preview).map(({ id }) => id),
      cases.filter(({ since }) => compareContracts(since, report.contract) > 0).map(({ id }) => id),
    ],
    ['executed', report.executed, fingerprint(executed)],
    ['catalogue', report.catalogue, fingerprint(cases)],
    ['green', report.green, !failed && executed.length > 0],
    [
      'rules',
      shortVerdicts(report.rules),
      shortVerdicts(verdictsOf(deciding).filter(({ id }) => report.rules.some((rule) => rule.id === id))),
    ],
  ];
  return claims.flatMap(([what, said, found]) =>
    equalValues(said, found)
      ? []
      : [`${what} is ${JSON.stringify(said)}, and the cases make it ${JSON.stringify(found)}`],
  );
}

/** As rule and verdict; rules that only another version of the contract knows are left out. */
function shortVerdicts(verdicts: ConformanceReport['rules']): readonly string[] {
  const known = new Set(verdictsOf([]).map(({ id }) => id));
  return verdicts.filter(({ id }) => known.has(id)).map(({ id, verdict }) => `${id} ${verdict}`);
}
