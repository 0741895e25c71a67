import { defineHarness, type NodeOptions } from '@ametrine/conformance';
import { registerConformance } from '@ametrine/conformance/vitest';
import type { JobClassResolver, StoreOptions } from '@ametrine/core/spi';
import { MemoryJobStore } from '../src/index.js';

class HookedMemoryJobStore extends MemoryJobStore {
  readonly #hook: JobClassResolver;
  constructor(options: StoreOptions, hook: JobClassResolver) {
    super(options);
    this.#hook = hook;
  }
  protected override getJobClassResolver(): JobClassResolver {
    return this.#hook;
  }
}

function construct({ instanceId: _, resolverHook, extraOptions, ...options }: NodeOptions): MemoryJobStore {
  const all = { ...options, ...extraOptions };
  return resolverHook === undefined ? new MemoryJobStore(all) : new HookedMemoryJobStore(all, resolverHook);
}

registerConformance(
  defineHarness({
    name: '@ametrine/store-memory',
    claim: {
      durability: 'none',
      clustering: false,
      wakeup: 'local',
      transactions: 'own',
      livenessClock: 'caller',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 1,
    },
    offers: ['resolverHook'],
    openNamespace: () => {
      let opened = false;
      return Promise.resolve({
        openNode(options) {
          // A second store would hold data of its own: whatever a case concluded from it would be wrong.
          if (opened) return Promise.reject(new Error('a memory namespace has one node'));
          const store = construct(options);
          opened = true;
          return Promise.resolve({ store, abandon: () => store.shutdown() });
        },
        dispose: () => Promise.resolve(),
      });
    },
  }),
);
