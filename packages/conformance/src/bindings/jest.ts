/**
 * Binds the kit to Jest, by the functions that Jest makes global: one test per case, grouped by family. Jest needs
 * `NODE_OPTIONS=--experimental-vm-modules` to run ES modules.
 *
 * @module
 */
import type { Harness } from '../harness.js';
import { planConformance, type RegisterOptions } from './plan.js';

export type { RegisterOptions } from './plan.js';

interface JestGlobals {
  describe(title: string, body: () => void): void;
  readonly it: {
    (title: string, body: () => Promise<void>, timeoutMs: number): void;
    skip(title: string, body: () => void): void;
  };
  beforeAll(body: () => void): void;
  afterAll(body: () => void): void;
}

/**
 * Registers one test per case. A case that does not apply is skipped, with the reason in its title; an inconclusive
 * one fails, and so does a run in which no case applies.
 */
export function registerConformance(harness: Harness, options: RegisterOptions = {}): void {
  const { describe, it, beforeAll, afterAll } = globalThis as unknown as JestGlobals;
  const plan = planConformance(harness, options);
  describe(plan.title, () => {
    beforeAll(() => plan.begin());
    for (const { title, tests } of plan.groups) {
      describe(title, () => {
        for (const test of tests) {
          if (test.skip === null) it(test.title, test.run, plan.timeoutMs);
          else it.skip(test.title, () => {});
        }
      });
    }
    afterAll(() => plan.end());
  });
}
