// The store on a Redis Cluster of three masters, for `npm run conformance -- --store redis-cluster`.
import { Cluster } from 'ioredis';
import { startRedisCluster } from '../../../test/servers/redis-cluster.mjs';
import { redisHarness } from './redis/redis-harness.mjs';

const cluster = await startRedisCluster({ aof: 'everysec' });
const admin = new Cluster(cluster.endpoints);
admin.on('+node', (node) => node.on('connect', () => node.stream.unref()));

export default redisHarness({
  title: 'Redis Cluster',
  backend: `Redis ${cluster.version}, three masters`,
  place: { nodes: cluster.endpoints },
  admin,
  servers: () => admin.nodes('master'),
  endpoint: null,
});
