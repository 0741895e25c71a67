// What the harnesses of the Redis store share: only the place differs.
import { readFileSync } from 'node:fs';
import { defineHarness, startNodeProcess, TcpProxy } from '@ametrine/conformance';
import { RedisJobStore } from '@ametrine/store-redis';

/** A store as a user opens it, that can lose its connections as a killed process does. */
class MortalRedisJobStore extends RedisJobStore {
  #hook;
  #clients = [];
  #nodes = [];
  #dead = false;

  constructor(place, { instanceId: _, resolverHook, endpoint: __, extraOptions, ...options }) {
    super({ ...place, ...options, ...extraOptions });
    this.#hook = resolverHook;
  }

  getJobClassResolver() {
    return this.#hook ?? super.getJobClassResolver();
  }

  async connect() {
    const client = await super.connect();
    this.#clients.push(client);
    this.#follow(client);
    client.on('+node', (node) => {
      // It ends with its cluster.
      this.#nodes.push(node);
      this.#follow(node);
    });
    return client;
  }

  /** Remembers the clients that will be made of one. */
  #follow(client) {
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...args) => {
      if (this.#dead) throw new Error('Connection is closed');
      const another = duplicate(...args);
      // By these a cluster's client asks for its slots; it ends each with the answer, and waits for none.
      if (!args[0]?.connectionName?.includes('(refresher)')) this.#clients.push(another);
      return another;
    };
  }

  /** The connections that are open. */
  get connections() {
    return [...this.#clients, ...this.#nodes].filter(({ stream }) => stream && !stream.destroyed);
  }

  die() {
    this.#dead = true;
    for (const client of this.#clients) {
      client.connect = () => Promise.reject(new Error('Connection is closed'));
      // A cluster's client makes some for itself, which are closed by now.
      if (client.status !== 'end') client.disconnect();
    }
  }
}

/** Replaces the schedule of a stored trigger, the fifth of its parts, by something that is none. */
const DAMAGE = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return 0 end
local before, behind = string.match(value, '^(%Z*%z%Z*%z%Z*%z%Z*%z)%Z*(%z.*)$')
redis.call('HSET', KEYS[1], ARGV[1], before .. '{"type":' .. behind)
return 1`;

/** Makes check-ins older. */
const AGE = `
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local checked_in, rest = string.match(all[at + 1], '^(%d+)(|.*)$')
  redis.call('HSET', KEYS[1], all[at], string.format('%.0f', checked_in - ARGV[1]) .. rest)
end`;

function idOf({ group, name }) {
  return `${group === 'DEFAULT' ? '' : group}\0${name}`;
}

/** Longer than any outage of a case. */
const OUTAGE_MS = 3_600_000;

const manifest = new URL('../../../store-redis/package.json', import.meta.url);
const nodeModule = new URL('../nodes/redis.mjs', import.meta.url);
let namespaces = 0;

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.backend
 * @param {object} options.place how a store is told where the data are
 * @param {import('ioredis').Redis | import('ioredis').Cluster} options.admin a client beside the stores
 * @param {() => readonly import('ioredis').Redis[]} options.servers every server that holds keys
 * @param {{ host: string, port: number } | null} options.endpoint where a proxy can come between; null where the client
 *   learns other addresses from the servers
 */
export function redisHarness({ title, backend, place, admin, servers, endpoint }) {
  async function keysOf(prefix) {
    const found = [];
    for (const server of servers()) {
      let cursor = '0';
      do {
        const [next, keys] = await server.scan(cursor, 'MATCH', `{${prefix}:*`, 'COUNT', 1000);
        found.push(...keys);
        cursor = next;
      } while (cursor !== '0');
    }
    return found;
  }

  return defineHarness({
    name: `@ametrine/store-redis (${title})`,
    version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    backend,
    claim: {
      durability: 'process',
      clustering: true,
      wakeup: 'push',
      transactions: 'own',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 5,
    },
    offers: [
      'resolverHook',
      'damage',
      'processes',
      'outages',
      'ageing',
      ...(endpoint === null ? [] : ['endpoint']),
    ],
    ...(endpoint === null ? {} : { tcp: endpoint }),
    async openNamespace() {
      namespaces += 1;
      const keyPrefix = `conformance-${process.pid}-${namespaces}`;
      const stores = [];
      let proxy = null;
      return {
        async openNode(options) {
          let through = options.endpoint ?? null;
          if (through === null && options.patienceMs !== undefined && endpoint !== null) {
            // Only nodes of outages need somebody between: a proxy is slower.
            proxy ??= await TcpProxy.start(endpoint);
            through = proxy.endpoint;
          }
          const at = through === null ? place : { url: `redis://${through.host}:${through.port}` };
          const store = new MortalRedisJobStore({ ...at, keyPrefix }, options);
          stores.push(store);
          return { store, abandon: async () => store.die() };
        },
        openProcessNode: (options) =>
          startNodeProcess({ nodeModule, options: { ...place, keyPrefix, ...options } }),
        async inspect() {
          const found = {};
          for (const key of await keysOf(keyPrefix)) found[key] = await show(admin, key);
          return found;
        },
        async damageTrigger(schedulerName, key) {
          const triggers = `{${keyPrefix}:${schedulerName}}:triggers`;
          if ((await admin.eval(DAMAGE, 1, triggers, idOf(key))) !== 1) {
            throw new Error(`there is no trigger ${key.name} to damage`);
          }
        },
        ageCheckIns: (schedulerName, byMs) =>
          admin.eval(AGE, 1, `{${keyPrefix}:${schedulerName}}:instances`, byMs),
        async beginOutage() {
          if (proxy !== null) {
            proxy.takeDown();
            return async () => proxy.heal();
          }
          // Somebody holds the lock and does not give it back.
          const meta = `{${keyPrefix}:conformance}:meta`;
          await admin.hset(meta, 'lock', `outage|${Date.now() + OUTAGE_MS}`);
          return async () => void (await admin.hdel(meta, 'lock'));
        },
        openResources: async () =>
          stores.flatMap(({ connections }) =>
            connections.map(({ status }) => `a connection that is ${status}`),
          ),
        async dispose() {
          await proxy?.close();
          for (const key of await keysOf(keyPrefix)) await admin.unlink(key);
        },
      };
    },
  });
}

async function show(admin, key) {
  switch (await admin.type(key)) {
    case 'hash':
      return admin.hgetall(key);
    case 'zset':
      return admin.zrange(key, 0, -1, 'WITHSCORES');
    case 'set':
      return admin.smembers(key);
    default:
      return admin.get(key);
  }
}
