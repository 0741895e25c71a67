// The store in MongoDB on a server that stands alone, for `npm run conformance -- --store mongodb`.
import { defineHarness } from '@ametrine/conformance';
import { startMongo } from '../../../test/servers/mongodb.mjs';
import { harnessFor } from './mongodb-stores.mjs';

const { url, host, port, version } = await startMongo();

export default defineHarness(
  await harnessFor({
    name: 'standalone',
    uri: url,
    version,
    backend: 'MongoDB',
    wakeup: 'poll',
    transactions: 'own',
    tcp: { host, port },
    at: (endpoint) => `mongodb://${endpoint.host}:${endpoint.port}/?directConnection=true`,
  }),
);
