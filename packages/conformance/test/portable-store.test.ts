/**
 * A store that overrides nothing passes like any other.
 *
 * @module
 */

import type { JobClassResolver, StoreOptions } from '@ametrine/core/spi';
import { registerConformance } from '../src/bindings/vitest.js';
import { defineHarness } from '../src/harness.js';
import { PortableBackend, PortableStore } from './portable-store.js';

class HookedStore extends PortableStore {
  readonly #hook: JobClassResolver;
  constructor(backend: PortableBackend, options: StoreOptions, hook: JobClassResolver) {
    super(backend, options);
    this.#hook = hook;
  }
  protected override getJobClassResolver(): JobClassResolver {
    return this.#hook;
  }
}

registerConformance(
  defineHarness({
    name: 'portable store',
    claim: new PortableStore(new PortableBackend()).capabilities,
    offers: ['resolverHook'],
    openNamespace: () => {
      const backend = new PortableBackend();
      return Promise.resolve({
        openNode: ({ instanceId: _, resolverHook, extraOptions, ...options }) => {
          const all = { ...options, ...extraOptions };
          const store = resolverHook
            ? new HookedStore(backend, all, resolverHook)
            : new PortableStore(backend, all);
          return Promise.resolve({ store, abandon: () => Promise.resolve() });
        },
        dispose: () => Promise.resolve(),
      });
    },
  }),
);
