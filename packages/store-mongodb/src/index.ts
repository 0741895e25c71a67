/**
 * `@ametrine/store-mongodb`: a JobStore in MongoDB.
 *
 * @module
 */
export type { MongoClientHandle, MongoDbHandle } from './handles.js';
export { DynamicMongoDBJobStore, MongoDBJobStore } from './mongodb-store.js';
export type {
  MongoCommonOptions,
  MongoConnection,
  MongoOwnClient,
  MongoOwnDb,
  MongoStoreOptions,
  MongoWriteConcern,
} from './options.js';
