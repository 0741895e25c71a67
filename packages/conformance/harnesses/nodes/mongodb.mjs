// The store in MongoDB, for a node in a process of its own: over the built packages, as a user has them.
import { MongoDBJobStore } from '@ametrine/store-mongodb';

export function openStore({ uri, dbName, instanceId: _, extraOptions, ...options }) {
  return new MongoDBJobStore({ uri, dbName, ...options, ...extraOptions });
}
