/**
 * Binds the kit to Vitest: one test per case, grouped by family.
 *
 * @module
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Harness } from '../harness.js';
import { planConformance, type RegisterOptions } from './plan.js';

export type { RegisterOptions } from './plan.js';

/**
 * Registers one test per case. A case that does not apply is skipped, with the reason in its title; an inconclusive
 * one fails, and so does a run in which no case applies.
 */
export function registerConformance(harness: Harness, options: RegisterOptions = {}): void {
  const plan = planConformance(harness, options);
  describe(plan.title, () => {
    beforeAll(plan.begin);
    for (const { title, tests } of plan.groups) {
      describe(title, () => {
        for (const test of tests) {
          if (test.skip === null) it(test.title, { timeout: plan.timeoutMs }, test.run);
          else it.skip(test.title, () => {});
        }
      });
    }
    afterAll(plan.end);
  });
}
