/**
 * Binds the kit to Node's own test runner: one test per case, grouped by family.
 *
 * @module
 */
import { after, before, describe, it } from 'node:test';
import type { Harness } from '../harness.js';
import { planConformance, type RegisterOptions } from './plan.js';

export type { RegisterOptions } from './plan.js';

/**
 * Registers one test per case. A case that does not apply is skipped, with the reason in its title; an inconclusive
 * one fails, and so does a run in which no case applies.
 */
export function registerConformance(harness: Harness, options: RegisterOptions = {}): void {
  const plan = planConformance(harness, options);
  void describe(plan.title, () => {
    before(() => plan.begin());
    for (const { title, tests } of plan.groups) {
      void describe(title, () => {
        for (const test of tests) {
          void it(test.title, { skip: test.skip ?? false, timeout: plan.timeoutMs }, test.run);
        }
      });
    }
    after(() => plan.end());
  });
}
