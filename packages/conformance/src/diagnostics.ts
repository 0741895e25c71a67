/**
 * The message of a failure, made for somebody who reads the contract for the first time.
 *
 * @module
 */
import type { ConformanceCase } from './case.js';
import type { Failure } from './failure.js';
import type { Harness } from './harness.js';
import { causesOf, intentOf } from './rules/diagnoses/diagnose.js';
import { ruleOf } from './rules/lookup.js';

/** Where a run came from: what one types to have it again, without the options. */
export const DEFAULT_REPLAY: string = 'npx ametrine-conformance <your harness module>';

/** How a failure is called in its headline. */
export type FailureKind = 'fails' | 'is inconclusive' | 'deviates as declared';

/** What a message is about. */
export interface FailureFacts {
  readonly harness: Harness;
  readonly kase: ConformanceCase;
  readonly failure: Failure;
  readonly kind: FailureKind;
  /** See {@link DEFAULT_REPLAY}. */
  readonly replay: string;
  /** A sentence that comes first: why a known deviation does not excuse the failure. */
  readonly note: string | null;
}

/** The whole message: rule, intent, expected and seen, the operations that matter, likely causes, and the replay. */
export function describeFailure({ harness, kase, failure, kind, replay, note }: FailureFacts): string {
  const store = [harness.name, harness.version, ...(harness.backend ? [`on ${harness.backend}`] : [])];
  return [
    ...kase.rules.map((id) => headline(id, kase)),
    `  case ${kase.id} ${kind}: ${kase.title}`,
    `  store ${store.filter((part) => part !== undefined).join(' ')} · seed ${failure.seed}`,
    ...(note === null ? [] : [`  ${note}`]),
    ...kase.rules.flatMap((id) => {
      const intent = intentOf(id);
      return intent === null
        ? []
        : [`  Intent${kase.rules.length > 1 ? ` of ${id}` : ''}: ${capitalized(intent)}`];
    }),
    `  ${capitalized(failure.what).replaceAll('\n', '\n    ')}`,
    ...(failure.expected === null ? [] : [`    expected  ${indented(failure.expected)}`]),
    ...(failure.seen === null ? [] : [`    seen      ${indented(failure.seen)}`]),
    ...failure.differences.map((line) => `    ${line.replaceAll('\n', ' ')}`),
    ...witnessLines(failure),
    ...(failure.raw === null ? [] : [`  Raw records`, `    ${failure.raw.replaceAll('\n', '\n    ')}`]),
    ...(kind === 'is inconclusive' ? [] : causeLines(harness, kase)),
    `  Replay:  ${replay} --case ${kase.id} --seed ${failure.seed}`,
    `  Explain: npx ametrine-conformance explain ${kase.rules[0] ?? kase.id}`,
  ].join('\n');
}

function headline(id: string, kase: ConformanceCase): string {
  const rule = ruleOf(id);
  return rule === undefined
    ? `✗ ${id}  ${kase.level}`
    : `✗ ${id}  ${rule.text}  [${rule.requirement} ${rule.level}]`;
}

function witnessLines({ witness, operations }: Failure): readonly string[] {
  if (witness.length === 0) return [];
  const share = witness.length === operations ? '' : ` of ${operations}`;
  return [`  Witness (${witness.length}${share} operations)`, ...witness.map((step) => `    ${step}`)];
}

function causeLines(harness: Harness, kase: ConformanceCase): readonly string[] {
  const causes = [...new Set(kase.rules.flatMap((id) => causesOf(id, harness.family ?? null)))];
  return causes.length === 0 ? [] : ['  Often caused by', ...causes.map((cause) => `    - ${cause}`)];
}

/** The name of a call stays as it is written. */
function capitalized(text: string): string {
  return /^[a-z]+[A-Z]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n              ');
}
