/**
 * What is known about a rule beyond its text: what it is for, and what usually breaks it.
 *
 * @module
 */
import { ruleOf } from '../lookup.js';
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

/** What usually breaks the rule, on backends of that family; on every one when the family is not known. */
export function causesOf(ruleId: string, family: BackendFamily | null): readonly string[] {
  return (diagnoses[ruleId]?.causes ?? []).flatMap((cause) => {
    if (typeof cause === 'string') return [cause];
    if (family === null) return [`${cause.text} (${cause.on.join(', ')})`];
    return cause.on.includes(family) ? [cause.text] : [];
  });
}
