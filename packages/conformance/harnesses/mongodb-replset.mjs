// The store in MongoDB on a replica set of three, for `npm run conformance -- --store mongodb-replset`.
import { defineHarness } from '@ametrine/conformance';
import { startMongoReplicaSet } from '../../../test/servers/mongodb.mjs';
import { harnessFor } from './mongodb-stores.mjs';

const { url, version } = await startMongoReplicaSet();

export default defineHarness(
  await harnessFor({
    name: 'replica set',
    uri: url,
    version,
    backend: 'MongoDB replica set of three,',
    wakeup: 'push',
    transactions: 'join',
  }),
);
