/**
 * A Redis (or Valkey) server standing alone. Given by `AMETRINE_TEST_REDIS_URL`, or `redis-server` or
 * `valkey-server` on this machine.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { fromContainer } from './container.mjs';
import { findBinary } from './find-binary.mjs';
import { PrivateServer } from './private-server.mjs';
import { fromEnvironment, startFirst, whyNone } from './server.mjs';

/**
 * @typedef {object} RedisOptions
 * @property {boolean} [killable] See ServerNeeds.
 * @property {'always' | 'everysec' | 'off'} [aof] When the append-only file is flushed; `off`, the default, keeps nothing.
 * @property {string} [maxmemory] such as `64mb`
 * @property {string} [maxmemoryPolicy] `noeviction` when absent
 * @property {readonly string[]} [config] More lines of redis.conf.
 */

/** What is missing when there is no binary. */
const REMEDY = 'redis-server is not on this machine (Debian: apt-get install redis-server)';

export const redisBinary = () => findBinary(['redis-server', 'valkey-server']);

/**
 * @param {string} url
 * @returns {Promise<string>} the version of a server that has read its data
 */
export async function askRedis(url) {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2000,
    commandTimeout: 2000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const info = await client.info();
    if (!info.includes('loading:0')) throw new Error('it is loading its data');
    return /^(?:valkey|redis)_version:(.*)$/m.exec(info)?.[1]?.trim() ?? 'unknown';
  } finally {
    client.disconnect();
  }
}

/**
 * The lines of redis.conf that follow from the options.
 *
 * @param {RedisOptions} options
 * @returns {string[]}
 */
function configOf({ aof = 'off', maxmemory, maxmemoryPolicy = 'noeviction', config = [] }) {
  return [
    'save ""',
    `appendonly ${aof === 'off' ? 'no' : 'yes'}`,
    ...(aof === 'off' ? [] : [`appendfsync ${aof}`]),
    ...(maxmemory === undefined ? [] : [`maxmemory ${maxmemory}`]),
    `maxmemory-policy ${maxmemoryPolicy}`,
    ...config,
  ];
}

/**
 * How to run a server of this machine's binary; the configuration is a file, because Sentinel and CONFIG REWRITE
 * change it.
 *
 * @param {RedisOptions} options
 * @param {readonly string[]} [flags] after the configuration file, such as `--sentinel`
 * @returns {import('./private-server.mjs').Recipe}
 */
export function redisRecipe(options, flags = []) {
  const command = redisBinary();
  if (command === null) throw new Error(REMEDY);
  return {
    name: 'Redis',
    origin: 'binary',
    command,
    prepare: ({ folder, port }) => {
      const lines = ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, 'daemonize no'];
      const rest = flags.includes('--sentinel') ? (options.config ?? []) : configOf(options);
      writeFileSync(join(folder, 'redis.conf'), [...lines, ...rest, ''].join('\n'));
    },
    args: ({ folder }) => [join(folder, 'redis.conf'), ...flags],
    url: ({ port }) => `redis://127.0.0.1:${port}`,
    ask: askRedis,
  };
}

/**
 * @param {RedisOptions} options
 * @returns {import('./server.mjs').Source[]}
 */
function sources(options) {
  return [
    fromEnvironment('AMETRINE_TEST_REDIS_URL', options, askRedis),
    {
      missing: async () => (redisBinary() === null ? REMEDY : null),
      start: () => PrivateServer.start(redisRecipe(options)),
    },
    fromContainer(() => ({
      image: 'redis:7.4-alpine',
      port: 6379,
      command: ['redis-server', ...configOf(options).flatMap((line) => toFlags(line))],
      url: (port) => `redis://127.0.0.1:${port}`,
      ask: askRedis,
    })),
  ];
}

/** @param {string} line of redis.conf */
function toFlags(line) {
  const [name = '', ...values] = line.split(' ');
  return [`--${name}`, ...values.map((value) => (value === '""' ? '' : value))];
}

/**
 * @param {RedisOptions} [options]
 * @returns {Promise<import('./server.mjs').Server>}
 */
export function startRedis(options = {}) {
  return startFirst('Redis', sources(options));
}

/**
 * @param {RedisOptions} [options]
 * @returns {Promise<string | null>}
 */
export function whyUnavailable(options = {}) {
  return whyNone('Redis', sources(options));
}
