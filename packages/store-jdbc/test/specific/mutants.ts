/**
 * Statements with one thing wrong, and the cases of the kit that must notice.
 *
 * @module
 */
import { allCases, type Harness, runCase } from '@ametrine/conformance';
import type { JobStore } from '@ametrine/core/spi';
import { afterAll, expect, it } from 'vitest';

/** A statement with one thing wrong. */
export interface Mutant {
  readonly what: string;
  readonly find: string | RegExp;
  readonly put: string;
  /** Cases of which one must notice. */
  readonly cases: readonly string[];
}

/** Makes a store, before it is opened, send what `mutate` makes of its statements. */
export type Breaking<M> = (store: JobStore, mutant: M, told: () => void) => void;

/** The harness with a broken store. */
export function broken<M>(harness: Harness, breaking: Breaking<M>, mutant: M, told: () => void): Harness {
  return {
    ...harness,
    async openNamespace() {
      const namespace = await harness.openNamespace();
      return {
        ...namespace,
        async openNode(options) {
          const node = await namespace.openNode(options);
          breaking(node.store, mutant, told);
          return node;
        },
      };
    },
  };
}

/** Makes one test of each mutant; every one of them must have changed a statement. */
export function testMutants<M extends Mutant>(
  harness: Harness,
  mutants: readonly M[],
  breaking: Breaking<M>,
): void {
  const found = new Set<string>();
  afterAll(() => {
    expect([...found].sort()).toEqual(mutants.map(({ what }) => what).sort());
  });

  it.each(mutants)('are noticed: $what', { timeout: 120_000 }, async (mutant) => {
    const mutated = broken(harness, breaking, mutant, () => found.add(mutant.what));
    const seen: string[] = [];
    for (const id of mutant.cases) {
      for (const kase of allCases.filter((each) => each.id === id || each.id === `${id}+due`)) {
        const result = await runCase(mutated, kase, { deadlineMs: 10_000 });
        seen.push(`${kase.id} ${result.outcome}`);
        if (result.outcome === 'fail') return;
      }
    }
    expect.fail(`nobody noticed: ${seen.join(', ')}`);
  });
}
