/**
 * A Redis primary with a replica and the sentinels that watch them, made of `redis-server` of this machine. There is
 * no URL of the environment for it: its tests kill the primary.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { PrivateServer } from './private-server.mjs';
import { redisBinary, redisRecipe } from './redis.mjs';
import { startAll, stopAll } from './start-all.mjs';
import { until } from './until.mjs';

/**
 * @typedef {object} SentinelFacts
 * @property {string} url of the primary, as it was at the start
 * @property {string} name what the sentinels call the primary
 * @property {{ host: string, port: number }[]} sentinelEndpoints
 * @property {string} version
 * @property {PrivateServer[]} members the primary and the replica, as they were at the start
 * @property {PrivateServer[]} sentinels
 * @property {() => Promise<PrivateServer>} primary the member that the sentinels name now
 * @property {(before: PrivateServer) => Promise<PrivateServer>} failedOver resolves to the new primary, when the sentinels name another one than before
 * @property {() => Promise<void>} stop
 */

/** @typedef {SentinelFacts & AsyncDisposable} RedisSentinel */

const NAME = 'ametrine';

/** @returns {Promise<string | null>} */
export async function whyUnavailable() {
  return redisBinary() === null
    ? 'there is no Redis Sentinel: redis-server is not on this machine (Debian: apt-get install redis-server)'
    : null;
}

/**
 * @param {import('./redis.mjs').RedisOptions & { sentinels?: number, downAfterMs?: number }} [options] `sentinels`: how
 *   many (3); `downAfterMs`: how long a primary is silent before it is replaced (1000)
 * @returns {Promise<RedisSentinel>}
 */
export async function startRedisSentinel({ sentinels: count = 3, downAfterMs = 1000, ...options } = {}) {
  /** @type {PrivateServer[]} */
  const all = [];
  const stop = () => stopAll(all);
  try {
    const primary = await PrivateServer.start(redisRecipe(options));
    all.push(primary);
    const config = [...(options.config ?? []), `replicaof 127.0.0.1 ${primary.port}`];
    const replica = await PrivateServer.start(redisRecipe({ ...options, config }));
    all.push(replica);
    const members = [primary, replica];
    const watch = [
      `sentinel monitor ${NAME} 127.0.0.1 ${primary.port} ${Math.floor(count / 2) + 1}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${NAME} 5000`,
    ];
    const sentinels = await startAll(count, () =>
      PrivateServer.start({ ...redisRecipe({ config: watch }, ['--sentinel']), ask: askSentinel }),
    );
    all.push(...sentinels);
    await until('the sentinels know the replica and each other', () => knowAll(sentinels));
    const named = () => primaryOf(sentinels, members);
    return {
      url: primary.url,
      name: NAME,
      sentinelEndpoints: sentinels.map(({ host, port }) => ({ host, port })),
      version: primary.version,
      members,
      sentinels,
      primary: async () => {
        const member = await named();
        if (member === null) throw new Error('the sentinels name no primary');
        return member;
      },
      failedOver: (before) =>
        until('the sentinels choose another primary', async () => {
          const member = await named();
          return member !== null && member !== before && (await isPrimary(member)) ? member : null;
        }),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @template T
 * @param {string} url
 * @param {(client: Redis) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withClient(url, work) {
  const client = new Redis(url, {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: 2000,
    enableReadyCheck: false,
  });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** @param {string} url */
async function askSentinel(url) {
  const info = String(await withClient(url, (client) => client.call('INFO', 'server')));
  return /^(?:valkey|redis)_version:(.*)$/m.exec(info)?.[1]?.trim() ?? 'unknown';
}

/**
 * @param {readonly PrivateServer[]} sentinels
 * @returns {Promise<true | null>}
 */
async function knowAll(sentinels) {
  for (const { url } of sentinels) {
    const info = String(await withClient(url, (client) => client.call('INFO', 'sentinel')));
    if (!info.includes(`status=ok`) || !info.includes(`slaves=1,sentinels=${sentinels.length}`)) return null;
  }
  return true;
}

/**
 * @param {readonly PrivateServer[]} sentinels
 * @param {readonly PrivateServer[]} members
 */
async function primaryOf(sentinels, members) {
  for (const { url, pid } of sentinels) {
    if (pid === null) continue;
    const answer = await withClient(url, (client) =>
      client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME),
    );
    const port = Number(/** @type {string[] | null} */ (answer)?.[1]);
    const member = members.find((candidate) => candidate.port === port);
    if (member !== undefined) return member;
  }
  return null;
}

/** @param {PrivateServer} member */
async function isPrimary({ url }) {
  try {
    const [role] = /** @type {string[]} */ (await withClient(url, (client) => client.call('ROLE')));
    return role === 'master';
  } catch {
    return false;
  }
}
