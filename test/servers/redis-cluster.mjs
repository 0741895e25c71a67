/**
 * A Redis Cluster of three masters. Given by `AMETRINE_TEST_REDIS_CLUSTER_URL`, the URLs of some of its nodes with
 * commas between them, or made of `redis-server` of this machine.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { PrivateServer } from './private-server.mjs';
import { askRedis, redisBinary, redisRecipe } from './redis.mjs';
import { fromEnvironment } from './server.mjs';
import { startAll, stopAll } from './start-all.mjs';
import { until } from './until.mjs';

const VARIABLE = 'AMETRINE_TEST_REDIS_CLUSTER_URL';
const SLOTS = 16_384;

/**
 * @typedef {object} ClusterFacts
 * @property {string} url the URLs of its nodes, with commas between them
 * @property {{ host: string, port: number }[]} endpoints
 * @property {string} version
 * @property {import('./server.mjs').Server[]} nodes its masters; none when the cluster is the environment's
 * @property {(key: string) => Promise<import('./server.mjs').Server>} nodeOf the master that holds this key's slot
 * @property {() => Promise<void>} ready resolves when every slot is served again
 * @property {() => Promise<void>} stop
 */

/** @typedef {ClusterFacts & AsyncDisposable} RedisCluster */

/** @param {string} urls */
async function askCluster(urls) {
  return askRedis(urls.split(',')[0] ?? urls);
}

/** @param {import('./redis.mjs').RedisOptions} options */
function given(options) {
  return fromEnvironment(VARIABLE, options, askCluster);
}

/**
 * @param {import('./redis.mjs').RedisOptions} [options]
 * @returns {Promise<string | null>}
 */
export async function whyUnavailable(options = {}) {
  const reason = await given(options).missing();
  if (reason === null || redisBinary() !== null) return null;
  return `there is no Redis Cluster: ${reason}; redis-server is not on this machine (Debian: apt-get install redis-server)`;
}

/**
 * @param {import('./redis.mjs').RedisOptions} [options] of every node
 * @returns {Promise<RedisCluster>}
 */
export async function startRedisCluster(options = {}) {
  const source = given(options);
  if ((await source.missing()) === null) return givenCluster(await source.start());
  const config = [
    ...(options.config ?? []),
    'cluster-enabled yes',
    'cluster-node-timeout 2000',
    'cluster-config-file nodes.conf',
  ];
  const nodes = await startAll(3, () => PrivateServer.start(redisRecipe({ ...options, config })));
  try {
    await join(nodes);
    await ready(nodes);
  } catch (error) {
    await stopAll(nodes);
    throw error;
  }
  const stop = () => stopAll(nodes);
  return {
    url: nodes.map(({ url }) => url).join(','),
    endpoints: nodes.map(({ host, port }) => ({ host, port })),
    version: nodes[0]?.version ?? '',
    nodes,
    nodeOf: async (key) => masterOf(nodes, key),
    ready: () => ready(nodes),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * @param {import('./server.mjs').Server} server
 * @returns {RedisCluster}
 */
function givenCluster(server) {
  return {
    url: server.url,
    endpoints: server.url.split(',').map((url) => {
      const { hostname, port } = new URL(url);
      return { host: hostname, port: Number(port) };
    }),
    version: server.version,
    nodes: [],
    nodeOf: async () => server,
    ready: async () => {},
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * @template T
 * @param {string} url
 * @param {(client: Redis) => Promise<T>} work
 */
async function withClient(url, work) {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 5000 });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** @param {readonly PrivateServer[]} nodes */
async function join(nodes) {
  for (const [index, { url }] of nodes.entries()) {
    const first = Math.floor((SLOTS * index) / nodes.length);
    const last = Math.floor((SLOTS * (index + 1)) / nodes.length) - 1;
    await withClient(url, async (client) => {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      const slots = Array.from({ length: last - first + 1 }, (_, offset) => String(first + offset));
      await client.call('CLUSTER', 'ADDSLOTS', ...slots);
    });
  }
  // An epoch is given only to a node that knows no other.
  const [first, ...others] = nodes;
  await withClient(first?.url ?? '', async (client) => {
    for (const { host, port } of others) await client.call('CLUSTER', 'MEET', host, String(port));
  });
}

/** @param {readonly PrivateServer[]} nodes */
async function ready(nodes) {
  const knowsAll = async (/** @type {PrivateServer} */ { url }) => {
    try {
      const info = String(await withClient(url, (client) => client.call('CLUSTER', 'INFO')));
      return info.includes('cluster_state:ok') && info.includes(`cluster_size:${nodes.length}`);
    } catch {
      return false;
    }
  };
  await until('the nodes of the cluster serve every slot', async () =>
    (await Promise.all(nodes.map(knowsAll))).includes(false) ? null : true,
  );
}

/**
 * @param {readonly PrivateServer[]} nodes
 * @param {string} key
 */
async function masterOf(nodes, key) {
  const first = nodes[0];
  if (first === undefined) throw new Error('the cluster has no node');
  const slot = Number(await withClient(first.url, (client) => client.call('CLUSTER', 'KEYSLOT', key)));
  const ports = /** @type {[number, number, [string, number]][]} */ (
    await withClient(first.url, (client) => client.call('CLUSTER', 'SLOTS'))
  );
  const port = ports.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
  const node = nodes.find((candidate) => candidate.port === port);
  if (node === undefined) throw new Error(`no node of the cluster serves the slot ${slot}`);
  return node;
}
