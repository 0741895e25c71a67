/**
 * What is known about a rule beyond its text: what it is for, and what usually breaks it.
 *
 * @module
 */
import { ruleOf } from '../lookup.js';
import { backendCauses } from './backends.js';
import type { BackendFamily, Diagnoses } from './diagnosis.js';
import { recoveringDiagnoses } from './recovering.js';
import { runningDiagnoses } from './running.js';
import { steeringDiagnoses } from './steering.js';
import { storingDiagnoses } from './storing.js';

/** Every diagnosis, by rule id. */
export const diagnoses: Diagnoses = {
  ...storingDiagnoses,
  ...steeringDiagnoses,
  ...runningDiagnoses,
  ...recoveringDiagnoses,
};

/** What the rule is for: the spec's own reason, or the diagnosis's; null for an id that neither knows. */
export function intentOf(ruleId: string): string | null {
  return ruleOf(ruleId)?.why ?? diagnoses[ruleId]?.intent ?? null;
}

/**
 * What usually breaks the rule: first what only that kind of backend knows. When the kind is not known, what may break it on
 * any.
 */
export function causesOf(ruleId: string, family: BackendFamily | null): readonly string[] {
  const own = family === null ? [] : (backendCauses[ruleId]?.[family] ?? []);
  const common = (diagnoses[ruleId]?.causes ?? []).flatMap((cause) => {
    if (typeof cause === 'string') return [cause];
    if (family === null) return [`${cause.text} (${cause.on.join(', ')})`];
    return cause.on.includes(family) ? [cause.text] : [];
  });
  return [...own, ...common];
}
