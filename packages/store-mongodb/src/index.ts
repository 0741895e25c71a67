/**
 * `@ametrine/store-mongodb`: a JobStore in MongoDB.
 *
 * @module
 */
export { DynamicMongoDBJobStore, type DynamicMongoStoreOptions } from './dynamic-mongodb-store.js';
export type { MongoClientHandle, MongoDbHandle } from './handles.js';
export { MongoDBJobStore } from './mongodb-store.js';
export type {
  MongoCommonOptions,
  MongoConnection,
  MongoOwnClient,
  MongoOwnDb,
  MongoStoreOptions,
  MongoWriteConcern,
} from './options.js';
