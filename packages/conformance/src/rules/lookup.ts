/**
 * Finds rules by id.
 *
 * @module
 */
import { rules } from '../generated/rules.js';
import type { Rule } from './rule.js';

const byId: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));

/** The rule of that id, or undefined when the contract has none. */
export function ruleOf(id: string): Rule | undefined {
  return byId.get(id);
}

/** Whether a store may leave the rule for a stated reason. An id that the contract does not know binds like a MUST. */
export function isOptional(id: string): boolean {
  const requirement = byId.get(id)?.requirement;
  return requirement === 'SHOULD' || requirement === 'MAY';
}
