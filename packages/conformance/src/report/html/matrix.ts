/**
 * Rules by stores: a verdict in each cell, the cases and their witnesses inside.
 *
 * @module
 */
import { elsewhere } from '../../catalogue/elsewhere.js';
import { rules } from '../../generated/rules.js';
import { OUTCOME_WORDS, wasExecuted } from '../../outcome.js';
import { intentOf } from '../../rules/diagnoses/diagnose.js';
import type { Rule } from '../../rules/rule.js';
import type { ConformanceReport } from '../envelope.js';
import { escapeMarkup as esc } from '../markup.js';
import type { CaseRecord } from '../record.js';
import type { RuleVerdict } from '../verdicts.js';
import { milliseconds, storeName } from './cards.js';

type Verdict = RuleVerdict['verdict'];

const SYMBOLS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  fail: '✕',
  deviates: '≈',
  inconclusive: '?',
  notApplicable: '–',
  notRun: '·',
  noCase: '∅',
};
const WORDS: Readonly<Record<Verdict, string>> = { ...OUTCOME_WORDS, noCase: 'no case' };

/** The matrix of all reports. */
export function matrixOf(reports: readonly ConformanceReport[]): string {
  const sections = [...new Set(rules.map(({ section }) => section))];
  const groups = sections.map((section) => {
    const rows = rules.filter((rule) => rule.section === section).map((rule) => ruleRow(rule, reports));
    return `<div class="group"><div class="section">${esc(section)}</div>${rows.join('\n')}</div>`;
  });
  const heads = reports.map((report) => `<div class="store">${esc(storeName(report))}</div>`);
  return `<div class="matrix" style="--stores:${reports.length}">
<div class="row head"><div class="id">Rule</div><div class="text"></div><div class="strength"></div>${heads.join('')}</div>
<div>${groups.join('\n')}${otherRules(reports)}</div>
<div class="empty" hidden>No rule fits.</div>
</div>`;
}

/** The marks and what they mean. */
export function legend(): string {
  const marks = (Object.keys(SYMBOLS) as Verdict[]).map(
    (verdict) => `<li>${mark(verdict)} ${WORDS[verdict]}</li>`,
  );
  return `<ul class="legend">${marks.join('')}</ul>`;
}

function ruleRow(rule: Rule, reports: readonly ConformanceReport[]): string {
  const verdicts = reports.map((report) => report.rules.find(({ id }) => id === rule.id) ?? null);
  const cells = reports.map((report, n) => ruleCell(verdicts[n] ?? null, report));
  const ids = [...new Set(verdicts.flatMap((verdict) => verdict?.cases ?? []))];
  const kinds = new Set(verdicts.map((verdict) => verdict?.verdict ?? 'noCase'));
  const tags = [
    ...(['fail', 'inconclusive', 'deviates', 'notRun'].some((bad) => kinds.has(bad as Verdict))
      ? ['open']
      : []),
    ...(kinds.has('noCase') ? ['bare'] : []),
    rule.requirement,
    rule.level,
  ];
  const intent = intentOf(rule.id);
  const away = elsewhere.filter(({ id }) => rule.behaviours.includes(id));
  const hints = [
    ...(intent === null ? [] : [`Intent: ${intent.charAt(0).toUpperCase()}${intent.slice(1)}`]),
    ...away.map(({ id, where, reason }) => `${id} is shown elsewhere (${where}): ${reason}`),
    ...(ids.length === 0 && away.length === 0 ? ['No case cites this rule.'] : []),
  ];
  const titles = ids.map((id) => `${id} ${caseIn(reports, id)?.title ?? ''}`);
  const text = [rule.id, rule.text, intent ?? '', ...titles].join(' ').toLowerCase();
  return `<details class="rule" id="${rule.id}" data-is="${tags.join(' ')}" data-text="${esc(text)}">
<summary class="row"><span class="id">${rule.id}</span><span class="text">${esc(rule.text)}</span><span class="strength ${rule.requirement}">${rule.requirement} · ${rule.level}</span>${cells.join('')}</summary>
<div class="inside">${hints.map((hint) => `<div class="why">${esc(hint)}</div>`).join('')}${ids.map((id) => caseRow(id, reports)).join('\n')}</div>
</details>`;
}

/** Cases that cite only rules which this version of the contract does not know. */
function otherRules(reports: readonly ConformanceReport[]): string {
  const known = new Set(rules.map(({ id }) => id));
  const ids = new Set(
    reports.flatMap(({ cases }) =>
      cases.filter((kase) => !kase.rules.some((id) => known.has(id))).map(({ id }) => id),
    ),
  );
  if (ids.size === 0) return '';
  const rows = [...ids].map((id) => caseRow(id, reports));
  return `<div class="group"><div class="section">Of no rule of this contract</div><div class="inside">${rows.join('\n')}</div></div>`;
}

function ruleCell(verdict: RuleVerdict | null, { cases }: ConformanceReport): string {
  if (verdict === null) return '<span class="cell"></span>';
  const citing = cases.filter(({ id }) => verdict.cases.includes(id));
  const applicable = citing.filter(({ outcome }) => outcome !== 'notApplicable');
  const passed = applicable.filter(({ outcome }) => outcome === 'pass').length;
  const count = applicable.length === 0 ? '' : `${passed}/${applicable.length}`;
  const ms = citing.reduce((sum, kase) => sum + kase.ms, 0);
  const title = `${WORDS[verdict.verdict]}${count === '' ? '' : `: ${count} cases passed, ${milliseconds(ms)}`}`;
  return `<span class="cell" title="${esc(title)}">${mark(verdict.verdict)}<small>${count}</small></span>`;
}

function caseRow(id: string, reports: readonly ConformanceReport[]): string {
  const kase = caseIn(reports, id);
  if (kase === undefined) return '';
  const cells = reports.map((report) => caseCell(report.cases.find((one) => one.id === id)));
  const evidence = reports.flatMap((report) => {
    const own = report.cases.find((one) => one.id === id);
    return own?.message == null ? [] : [evidenceOf(own, report, reports.length > 1)];
  });
  return `<div class="row case"><span class="id">${esc(id)}</span><span>${esc(kase.title)}</span><span class="strength">${kase.level}</span>${cells.join('')}</div>${evidence.join('')}`;
}

function caseCell(kase: CaseRecord | undefined): string {
  if (kase === undefined) return '<span class="cell"></span>';
  const differing =
    new Set(kase.outcomes).size > 1 ? `, not the same in each of ${kase.outcomes.length} repetitions` : '';
  const title = `${WORDS[kase.outcome]}${kase.reason === null ? '' : `: ${kase.reason}`}${differing}`;
  return `<span class="cell" title="${esc(title)}">${mark(kase.outcome)}<small>${wasExecuted(kase.outcome) ? milliseconds(kase.ms) : ''}</small></span>`;
}

function evidenceOf(kase: CaseRecord, report: ConformanceReport, named: boolean): string {
  const message = kase.message ?? '';
  const replay = /^ {2}Replay: +(.*)$/m.exec(message)?.[1];
  const copy =
    replay === undefined ? '' : `<button class="copy" data-copy="${esc(replay)}">copy replay</button>`;
  const headline = `${named ? `${storeName(report)}: ` : ''}${headlineOf(kase)}`;
  const known =
    kase.deviation === null ? '' : ` (known: ${kase.deviation.issue}, until ${kase.deviation.until})`;
  return `<details class="evidence ${kase.outcome}" open><summary>${esc(headline + known)}</summary>${copy}<pre>${esc(message)}</pre></details>`;
}

/** What failed, and the values when they are short. */
function headlineOf({ failure, outcome }: CaseRecord): string {
  if (failure === null) return WORDS[outcome];
  const [what = ''] = failure.what.split('\n', 1);
  const values =
    failure.expected === null ? '' : `: expected ${failure.expected}, seen ${failure.seen ?? ''}`;
  return values.length <= 120 && !values.includes('\n') ? what + values : what;
}

function caseIn(reports: readonly ConformanceReport[], id: string): CaseRecord | undefined {
  for (const { cases } of reports) {
    const found = cases.find((kase) => kase.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function mark(verdict: Verdict): string {
  return `<span class="mark ${verdict}" role="img" aria-label="${WORDS[verdict]}">${SYMBOLS[verdict]}</span>`;
}
