// Redis Cluster under the kill tests: three masters.
import { RedisJobStore } from '@ametrine/store-redis';
import { startRedisCluster, whyUnavailable as whyNoCluster } from '../../servers/redis-cluster.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

const SERVERS = /** @type {const} */ ({ killable: true, aof: 'always' });

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyNoCluster(SERVERS);

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const cluster = await startRedisCluster(SERVERS);
  return { connection: { nodes: cluster.endpoints }, stop: () => cluster.stop() };
}

/** @param {{ nodes: { host: string, port: number }[] }} connection */
export function openStore({ nodes }) {
  return new RedisJobStore({ nodes, durability: 'disk', ...STORE_OPTIONS });
}
