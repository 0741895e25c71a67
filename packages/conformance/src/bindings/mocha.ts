/**
 * Binds the kit to Mocha, by the functions that Mocha makes global: one test per case, grouped by family.
 *
 * @module
 */
import type { Harness } from '../harness.js';
import { planConformance, type RegisterOptions } from './plan.js';

export type { RegisterOptions } from './plan.js';

interface MochaGlobals {
  describe(title: string, body: (this: { timeout(ms: number): void }) => void): void;
  readonly it: {
    (title: string, body: () => Promise<void>): void;
    skip(title: string, body: () => void): void;
  };
  before(body: () => void): void;
  after(body: () => void): void;
}

/**
 * Registers one test per case. A case that does not apply is skipped, with the reason in its title; an inconclusive
 * one fails, and so does a run in which no case applies.
 */
export function registerConformance(harness: Harness, options: RegisterOptions = {}): void {
  const { describe, it, before, after } = globalThis as unknown as MochaGlobals;
  const plan = planConformance(harness, options);
  describe(plan.title, function () {
    this.timeout(plan.timeoutMs);
    before(() => plan.begin());
    for (const { title, tests } of plan.groups) {
      describe(title, () => {
        for (const test of tests) {
          if (test.skip === null) it(test.title, test.run);
          else it.skip(test.title, () => {});
        }
      });
    }
    after(() => plan.end());
  });
}
