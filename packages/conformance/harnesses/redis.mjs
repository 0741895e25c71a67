// The store on a Redis server, for `npm run conformance -- --store redis`.
import { Redis } from 'ioredis';
import { startRedis } from '../../../test/servers/redis.mjs';
import { redisHarness } from './redis/redis-harness.mjs';

const server = await startRedis({ aof: 'everysec' });
const admin = new Redis(server.url);
// Neither keeps the process alive; the server goes with it.
admin.on('connect', () => admin.stream.unref());

export default redisHarness({
  title: 'Redis',
  backend: `Redis ${server.version}`,
  place: { url: server.url },
  admin,
  servers: () => [admin],
  endpoint: { host: server.host, port: server.port },
});
