/**
 * `@ametrine/store-redis`: a JobStore in Redis, Redis Cluster or Valkey.
 *
 * @module
 */
export type { RedisClient } from './client.js';
export type {
  RedisByClient,
  RedisByNodes,
  RedisBySentinels,
  RedisByUrl,
  RedisCredentials,
  RedisEndpoint,
  RedisStoreOptions,
  RedisStoreTuning,
} from './redis-options.js';
export { DynamicRedisJobStore, RedisJobStore } from './redis-store.js';
