/**
 * The cases of the second fire route do fire by it, when a store fires at once only what it knows that it can.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { allCases } from '../src/catalogue/all-cases.js';
import { runCase } from '../src/run-case.js';
import { portableHarness, withCalls } from './open-portable-store.js';

/** Where nothing is due that could fire at once, or the class is not known on purpose. */
const NOT_AT_ONCE = [
  'FIR-06+due',
  'HOK-01+due',
  'CLU-19/nobody+due',
  'CLU-19/newcomer+due',
  'CLU-19/new-life+due',
  'MIS-09/calendar+due',
];

it('fires in the step that claims', async () => {
  const base = portableHarness('the portable store');
  const never: string[] = [];
  for (const kase of allCases.filter(({ route }) => route === 'oneStep')) {
    let fired = 0;
    const counting = {
      ...base,
      openNamespace: async () => {
        const namespace = await base.openNamespace();
        return withCalls(namespace, {
          openNode: async (options) => {
            const { store, abandon } = await namespace.openNode(options);
            const acquireNextTriggers: typeof store.acquireNextTriggers = async (request) => {
              const result = await store.acquireNextTriggers(request);
              fired += result.fired.length;
              return result;
            };
            return { store: withCalls(store, { acquireNextTriggers }), abandon };
          },
        });
      },
    };
    const { outcome } = await runCase(counting, kase);
    if (outcome !== 'notApplicable' && fired === 0) never.push(kase.id);
  }
  expect(never).toEqual(NOT_AT_ONCE);
});
