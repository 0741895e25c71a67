/**
 * What the conformance kit needs to know: how to open nodes over an isolated, empty place.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineHarness } from '@ametrine/conformance';
import { FilesystemJobStore } from './src/filesystem-store.js';

class HookedStore extends FilesystemJobStore {
  #hook;
  constructor(options, hook) {
    super(options);
    this.#hook = hook;
  }
  getJobClassResolver() {
    return this.#hook;
  }
}

export default defineHarness({
  name: 'store-filesystem',
  claim: new FilesystemJobStore({ folder: '.' }).capabilities,
  offers: ['resolverHook'],
  async openNamespace() {
    const folder = mkdtempSync(join(tmpdir(), 'store-filesystem-'));
    return {
      async openNode({ instanceId: _, resolverHook, extraOptions, ...options }) {
        const all = { folder, ...options, ...extraOptions };
        const store = resolverHook ? new HookedStore(all, resolverHook) : new FilesystemJobStore(all);
        // What the operating system does when a process dies: its files are closed, its lock is worth nothing.
        return { store, abandon: () => store.close() };
      },
      async dispose() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
