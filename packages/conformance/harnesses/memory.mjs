// The store in memory, for `npm run conformance -- --store memory`.
import { readFileSync } from 'node:fs';
import { defineHarness } from '@ametrine/conformance';
import { MemoryJobStore } from '@ametrine/store-memory';

class HookedMemoryJobStore extends MemoryJobStore {
  #hook;

  constructor(options, hook) {
    super(options);
    this.#hook = hook;
  }

  getJobClassResolver() {
    return this.#hook;
  }
}

function construct({ instanceId: _, resolverHook, extraOptions, ...options }) {
  const all = { ...options, ...extraOptions };
  return resolverHook === undefined ? new MemoryJobStore(all) : new HookedMemoryJobStore(all, resolverHook);
}

const manifest = new URL('../../store-memory/package.json', import.meta.url);

export default defineHarness({
  name: '@ametrine/store-memory',
  version: JSON.parse(readFileSync(manifest, 'utf8')).version,
  family: 'memory',
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
  async openNamespace() {
    let opened = false;
    return {
      async openNode(options) {
        // A second store would hold data of its own: whatever a case concluded from it would be wrong.
        if (opened) throw new Error('a memory namespace has one node');
        const store = construct(options);
        opened = true;
        return { store, abandon: () => store.shutdown() };
      },
      async dispose() {},
    };
  },
});
