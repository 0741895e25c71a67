// The store in Redis, for a node in a process of its own: over the built packages, as a user has them.
import { RedisJobStore } from '@ametrine/store-redis';

export function openStore({ instanceId: _, endpoint: __, extraOptions, ...options }) {
  return new RedisJobStore({ ...options, ...extraOptions });
}
