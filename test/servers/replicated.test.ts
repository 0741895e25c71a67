import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { TcpProxy } from '../../packages/conformance/src/faults/tcp-proxy.js';
import { connectMongo, connectRedis } from './clients.js';
import { startMongoReplicaSet, whyReplicaSetUnavailable } from './mongodb.mjs';
import { startRedisCluster, whyUnavailable as whyNoCluster } from './redis-cluster.mjs';
import { startRedisSentinel, whyUnavailable as whyNoSentinel } from './redis-sentinel.mjs';

const TIMEOUT_MS = 120_000;
const killable = { killable: true } as const;

function skipped(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

const noCluster = await whyNoCluster(killable);
describe.skipIf(noCluster !== null)(`the private Redis Cluster${skipped(noCluster)}`, () => {
  it(
    'spreads keys over three masters, and serves them again after one was killed',
    async () => {
      await using servers = await startRedisCluster({ ...killable, aof: 'always' });
      const cluster = new Cluster(servers.endpoints, { clusterRetryStrategy: () => 50 });
      const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
      await Promise.all(keys.map((key) => cluster.set(key, key)));
      const owners = new Set(await Promise.all(keys.map((key) => servers.nodeOf(key))));
      expect(owners.size).toBe(3);
      const node = await servers.nodeOf('key-7');
      await node.kill();
      await node.restart();
      await servers.ready();
      expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys);
      cluster.disconnect();
    },
    TIMEOUT_MS,
  );
});

const noSentinel = await whyNoSentinel();
describe.skipIf(noSentinel !== null)(`the private Redis with sentinels${skipped(noSentinel)}`, () => {
  it(
    'has a new primary after the old one was killed, which comes back as its replica',
    async () => {
      await using servers = await startRedisSentinel({ aof: 'everysec' });
      const client = new Redis({ sentinels: servers.sentinelEndpoints, name: servers.name });
      client.on('error', () => {});
      await client.set('value', 'kept');
      expect(await client.wait(1, 5000)).toBe(1);
      const old = await servers.primary();
      await old.kill();
      const next = await servers.failedOver(old);
      expect(await client.get('value')).toBe('kept');
      client.disconnect();
      await old.restart();
      expect(await servers.primary()).toBe(next);
      const direct = await connectRedis(next.url);
      expect(await direct.read()).toBe('kept');
      await direct.close();
    },
    TIMEOUT_MS,
  );
});

const noSet = await whyReplicaSetUnavailable(killable);
describe.skipIf(noSet !== null)(`the private MongoDB replica set${skipped(noSet)}`, () => {
  it(
    'elects another primary when the old one is killed, and again when that one is cut off',
    async () => {
      const proxies: TcpProxy[] = [];
      await using set = await startMongoReplicaSet({
        ...killable,
        front: async (member) => {
          const proxy = await TcpProxy.start(member);
          proxies.push(proxy);
          return proxy.endpoint;
        },
      });
      const client = await connectMongo(set.url);
      await client.write('kept');
      const first = await set.primary();
      await first.kill();
      expect((await set.primary()).port).not.toBe(first.port);
      expect(await client.read()).toBe('kept');
      await first.restart();
      await set.healthy();
      const second = await set.primary();
      second.suspend();
      expect((await set.primary()).port).not.toBe(second.port);
      expect(await client.read()).toBe('kept');
      second.resume();
      await client.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
    TIMEOUT_MS,
  );
});
