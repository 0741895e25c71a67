/**
 * A report as JUnit XML, for the build servers that read nothing else.
 *
 * @module
 */
import { OUTCOME_WORDS } from '../outcome.js';
import type { ConformanceReport } from './envelope.js';
import { escapeMarkup } from './markup.js';
import type { CaseRecord } from './record.js';

/** One test suite per family; what was not shown is never a passed test. */
export function junitOf(report: ConformanceReport): string {
  const families = [...new Set(report.cases.map(({ family }) => family))];
  const suites = families.map((family) =>
    suiteOf(
      family,
      report.cases.filter((kase) => kase.family === family),
      report,
    ),
  );
  const beside = report.problems.length === 0 ? [] : [problemsOf(report)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeMarkup(`conformance of ${report.store.name}`)}" time="${report.seconds}">`,
    ...suites,
    ...beside,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(family: string, cases: readonly CaseRecord[], report: ConformanceReport): string {
  const count = (...outcomes: readonly CaseRecord['outcome'][]): number =>
    cases.filter(({ outcome, preview }) => !preview && outcomes.includes(outcome)).length;
  const previewed = cases.filter(({ preview, outcome }) => preview && outcome !== 'pass').length;
  const seconds = cases.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return [
    `  <testsuite name="${escapeMarkup(family)}" tests="${cases.length}" failures="${count('fail')}" errors="${count('inconclusive')}" ` +
      `skipped="${count('deviates', 'notApplicable', 'notRun') + previewed}" time="${seconds.toFixed(3)}" timestamp="${report.startedAt}">`,
    ...cases.map((kase) => `    ${testOf(kase)}`),
    '  </testsuite>',
  ].join('\n');
}

function testOf(kase: CaseRecord): string {
  const name = escapeMarkup(`${kase.id} ${kase.title}`);
  const open = `<testcase classname="${escapeMarkup(kase.rules.join(' '))}" name="${name}" time="${(kase.ms / 1000).toFixed(3)}"`;
  const inner = verdictOf(kase);
  return inner === '' ? `${open}/>` : `${open}>${inner}</testcase>`;
}

function verdictOf({ outcome, message, reason, failure, deviation, preview, since }: CaseRecord): string {
  const short = escapeMarkup(failure?.what.split('\n', 1)[0] ?? reason ?? '');
  if (preview && outcome !== 'pass')
    return `<skipped message="preview of contract ${escapeMarkup(since)}, ${OUTCOME_WORDS[outcome]}: ${short}"/>`;
  switch (outcome) {
    case 'pass':
      return '';
    case 'fail':
      return `<failure message="${short}">${escapeMarkup(message ?? '')}</failure>`;
    case 'inconclusive':
      return `<error message="inconclusive: ${short}">${escapeMarkup(message ?? '')}</error>`;
    case 'deviates':
      return `<skipped message="known deviation until ${escapeMarkup(deviation?.until ?? '')}: ${escapeMarkup(deviation?.issue ?? '')}"/>`;
    case 'notApplicable':
      return `<skipped message="not applicable: ${short}"/>`;
    case 'notRun':
      return `<skipped message="not run: ${short}"/>`;
  }
}

function problemsOf({ problems }: ConformanceReport): string {
  const tests = problems.map((problem) => {
    const text = escapeMarkup(problem);
    return `    <testcase classname="run" name="${text}" time="0"><failure message="${text}"/></testcase>`;
  });
  return [
    `  <testsuite name="the run itself" tests="${tests.length}" failures="${tests.length}" errors="0" skipped="0" time="0">`,
    ...tests,
    '  </testsuite>',
  ].join('\n');
}
