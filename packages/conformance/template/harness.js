/**
 * What the conformance kit needs to know: how to open nodes over an isolated, empty place.
 */
import { randomUUID } from 'node:crypto';
import { defineHarness } from '@ametrine/conformance';
import { AcmeJobStore } from './src/acme-store.js';

const url = process.env['ACME_URL'] ?? 'acme://localhost';

export default defineHarness({
  name: 'store-acme',
  contract: '1.0',
  // Makes the likely causes in failures those of its kind: 'sqlite', 'postgres', 'mysql', 'mongodb', 'redis', 'files'.
  family: 'other',
  claim: new AcmeJobStore({ url }).capabilities,
  async openNamespace() {
    // Empty, and nobody else's: a schema, a database, a key prefix, a folder of this name.
    const place = `${url}/${randomUUID()}`;
    return {
      async openNode({ instanceId: _, resolverHook: __, endpoint: ___, extraOptions, ...options }) {
        const store = new AcmeJobStore({ url: place, ...options, ...extraOptions });
        // abandon: close what the operating system would close if the process died, and release nothing.
        return { store, abandon: () => store.close() };
      },
      async dispose() {
        // Remove the place and everything in it.
      },
    };
  },
});
