/**
 * The two-way index as Markdown: from each rule to its cases, and from each case to its rules.
 *
 * @module
 */
import type { ConformanceCase } from '../case.js';
import { familyOf } from '../catalogue/choose-cases.js';
import { type CoverageInput, coverageOf, type RuleCoverage } from './coverage.js';

/** The page. */
export function indexPage(input: CoverageInput): string {
  const coverage = coverageOf(input);
  const covered = coverage.filter(({ cases }) => cases.length > 0).length;
  const sections = [...new Set(coverage.map(({ rule }) => rule.section))];
  const families = [...new Set(input.cases.map(familyOf))];
  return [
    '# Rules and cases',
    '',
    'Made by `packages/conformance/scripts/generate-index.mjs` from the spec and the catalogue of cases; not to be',
    'edited. The rules are those of [the contract](../packages/core/spec/jobstore.md). A case that runs by two fire',
    'routes is counted twice and listed once.',
    '',
    `${coverage.length} rules, ${covered} of them with cases; ${input.cases.length} cases; ${input.elsewhere.length} behaviours shown elsewhere.`,
    '',
    '## From rules to cases',
    ...sections.flatMap((section) => [
      '',
      `### ${section}`,
      '',
      '| Rule | Level | Cases | Shown elsewhere |',
      '|---|---|---|---|',
      ...coverage.filter(({ rule }) => rule.section === section).map(ruleLine),
    ]),
    '',
    '## From cases to rules',
    ...families.flatMap((family) => [
      '',
      `### ${family}`,
      '',
      '| Case | Level | Since | Rules | What it shows |',
      '|---|---|---|---|---|',
      ...plainCases(input.cases)
        .filter((kase) => familyOf(kase) === family)
        .map(caseLine),
    ]),
    '',
    '## Shown elsewhere',
    '',
    '| Behaviour | Where | Why no case |',
    '|---|---|---|',
    ...input.elsewhere.map(({ id, where, reason }) => `| ${id} | ${where} | ${cell(reason)} |`),
    '',
  ].join('\n');
}

function ruleLine({ rule, cases, elsewhere }: RuleCoverage): string {
  const shown = plainCases(cases)
    .map(({ id }) => id)
    .join(', ');
  const away = elsewhere.map(({ id }) => id).join(', ');
  return `| ${rule.id} | ${rule.requirement} ${rule.level} | ${shown} | ${away} |`;
}

function caseLine({ id, level, since, rules, title }: ConformanceCase): string {
  return `| ${id} | ${level} | ${since} | ${rules.join(', ')} | ${cell(title)} |`;
}

/** Without the second fire routes. */
function plainCases(cases: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return cases.filter(({ id }) => !id.endsWith('+due'));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
