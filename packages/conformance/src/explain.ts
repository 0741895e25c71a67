/**
 * What there is to know about a rule, or a case, for somebody who met its id.
 *
 * @module
 */
import { nearestKey } from '@ametrine/core';
import { invalidArgument } from '@ametrine/core/spi';
import type { ConformanceCase } from './case.js';
import { allCases } from './catalogue/all-cases.js';
import { elsewhere } from './catalogue/elsewhere.js';
import { rules } from './generated/rules.js';
import { causesOf, intentOf } from './rules/diagnoses/diagnose.js';
import { ruleOf } from './rules/lookup.js';
import type { Rule } from './rules/rule.js';

/**
 * Explains a rule (`JS-ACQ-03`: its text, its intent, its cases, what usually breaks it), a case or a behaviour
 * (`ACQ-15`: its cases, and the rules they show).
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` when nothing has that id
 */
export function explain(id: string, cases: readonly ConformanceCase[] = allCases): string {
  const wanted = id.toUpperCase();
  const rule = ruleOf(wanted);
  if (rule !== undefined) return explainRule(rule, cases);
  const showing = cases.filter(
    (kase) => kase.id.toUpperCase() === wanted || kase.behaviours.includes(wanted),
  );
  const away = elsewhere.find((behaviour) => behaviour.id === wanted);
  if (showing.length > 0) return showing.map(explainCase).join('\n\n');
  if (away !== undefined) return `${away.id} has no case: ${away.reason}. Shown by: ${away.where}.`;
  const known = [...rules.map((one) => one.id), ...cases.map((one) => one.id)];
  const nearest = nearestKey(wanted, known);
  throw invalidArgument(
    'id',
    id,
    `the id of a rule or a case${nearest === null ? '' : `; did you mean ${nearest}?`}`,
  );
}

function explainRule(rule: Rule, cases: readonly ConformanceCase[]): string {
  const showing = cases.filter((kase) => kase.rules.includes(rule.id));
  const away = elsewhere.filter(({ id }) => rule.behaviours.includes(id));
  const intent = intentOf(rule.id);
  const causes = causesOf(rule.id, null);
  return [
    `${rule.id}  ${rule.requirement} · ${rule.level} · ${rule.section}`,
    '',
    rule.text,
    ...(intent === null ? [] : ['', `Intent: ${intent.charAt(0).toUpperCase()}${intent.slice(1)}`]),
    '',
    showing.length === 0 ? 'Cases: none' : 'Cases:',
    ...showing.map((kase) => `  ${kase.id.padEnd(18)} ${kase.level}  ${kase.title}`),
    ...(away.length === 0
      ? []
      : ['', 'Shown elsewhere:', ...away.map(({ id, where, reason }) => `  ${id}  ${where}: ${reason}`)]),
    ...(causes.length === 0 ? [] : ['', 'Often broken by:', ...causes.map((cause) => `  - ${cause}`)]),
  ].join('\n');
}

function explainCase(kase: ConformanceCase): string {
  return [
    `${kase.id}  ${kase.level} · since contract ${kase.since}`,
    '',
    kase.title,
    '',
    'Rules:',
    ...kase.rules.map((id) => {
      const rule = ruleOf(id);
      return rule === undefined ? `  ${id}` : `  ${id}  ${rule.requirement}  ${rule.text}`;
    }),
  ].join('\n');
}
