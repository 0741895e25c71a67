/**
 * MongoDB, standing alone or as a replica set of three. Given by `AMETRINE_TEST_MONGODB_URL` and
 * `AMETRINE_TEST_MONGODB_REPLSET_URL`; or `mongod`, named by `MONGOMS_SYSTEM_BINARY` or on the PATH; or the one that
 * mongodb-memory-server-core has downloaded; or, standing alone, a container.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { fromContainer } from './container.mjs';
import { findBinary } from './find-binary.mjs';
import { PrivateServer } from './private-server.mjs';
import { fromEnvironment, startFirst, whyNone } from './server.mjs';
import { startAll, stopAll } from './start-all.mjs';
import { until } from './until.mjs';

/**
 * @typedef {object} MongoOptions
 * @property {boolean} [killable] See ServerNeeds.
 * @property {readonly string[]} [flags] More flags of mongod. Durability is not among them: what a write waits for is
 *   its write concern, which its client chooses.
 * @property {number} [port] Where it shall listen if nobody else does: see `port` of what was started.
 */

/**
 * @typedef {object} ReplicaSetFacts
 * @property {string} url names all members and the set
 * @property {string} version
 * @property {import('./server.mjs').Server[]} members none when the set is the environment's
 * @property {() => Promise<import('./server.mjs').Server>} primary resolves as soon as there is one; `kill` it, or
 *   `suspend` it: a frozen member is as one cut off from the others
 * @property {() => Promise<void>} healthy resolves when there is a primary and every other member follows it
 * @property {() => Promise<void>} stop
 */

/** @typedef {ReplicaSetFacts & AsyncDisposable} MongoReplicaSet */

/**
 * @typedef {{ host: string, port: number }} Endpoint
 */

const SET = 'ametrine';

/**
 * @param {string} url
 * @returns {Promise<string>} the version
 */
export async function askMongo(url) {
  return withClient(url, async (client) => (await client.db('admin').command({ buildInfo: 1 }))['version']);
}

/**
 * @template T
 * @param {string} url
 * @param {(client: MongoClient) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withClient(url, work) {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 2000,
    connectTimeoutMS: 2000,
    socketTimeoutMS: 5000,
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** @typedef {{ path: string } | { reason: string }} Search */

/** @type {Promise<Search> | null} */
let found = null;

/** Looked for once. */
function findMongod() {
  found ??= search();
  return found;
}

/** @returns {Promise<Search>} */
async function search() {
  const named = process.env['MONGOMS_SYSTEM_BINARY'] ?? '';
  if (named !== '') {
    const path = findBinary([named], ['/']);
    return path === null ? { reason: `MONGOMS_SYSTEM_BINARY names no program: ${named}` } : { path };
  }
  const path = findBinary(['mongod']);
  if (path !== null) return { path };
  // A download takes minutes, or seconds to fail: only who asks for it waits for it (scripts/provision.mjs).
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] ??= 'false';
  try {
    const { MongoBinary } = await import('mongodb-memory-server-core');
    return { path: await MongoBinary.getPath() };
  } catch {
    return { reason: 'mongod is not on the PATH, MONGOMS_SYSTEM_BINARY is not set, and none was downloaded' };
  }
}

/** @returns {Promise<string>} what became of it, in words */
export async function downloadMongod() {
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'true';
  try {
    const { MongoBinary } = await import('mongodb-memory-server-core');
    return `downloaded to ${await MongoBinary.getPath()}`;
  } catch (error) {
    return `FAILED: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * @param {MongoOptions} options
 * @param {readonly string[]} [setFlags]
 * @returns {Promise<import('./private-server.mjs').Recipe>}
 */
async function recipe({ flags = [], port }, setFlags = []) {
  const mongod = await findMongod();
  if ('reason' in mongod) throw new Error(mongod.reason);
  return {
    name: 'MongoDB',
    origin: 'binary',
    command: mongod.path,
    prepare: ({ folder }) => {
      mkdirSync(join(folder, 'data'));
    },
    args: ({ folder, port }) => [
      ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', join(folder, 'data')],
      ...['--wiredTigerCacheSizeGB', '0.5', '--nounixsocket', ...setFlags, ...flags],
    ],
    url: ({ port }) => `mongodb://127.0.0.1:${port}/?directConnection=true`,
    ask: askMongo,
    ...(port === undefined ? {} : { port }),
  };
}

/** @returns {Promise<string | null>} */
async function noMongod() {
  const mongod = await findMongod();
  return 'reason' in mongod ? mongod.reason : null;
}

/**
 * @param {MongoOptions} options
 * @returns {import('./server.mjs').Source[]}
 */
function sources(options) {
  return [
    fromEnvironment('AMETRINE_TEST_MONGODB_URL', options, askMongo),
    { missing: noMongod, start: async () => PrivateServer.start(await recipe(options)) },
    fromContainer(() => ({
      image: 'mongo:7',
      port: 27_017,
      command: ['mongod', '--bind_ip_all', ...(options.flags ?? [])],
      url: (port) => `mongodb://127.0.0.1:${port}/?directConnection=true`,
      ask: askMongo,
    })),
  ];
}

/**
 * @param {MongoOptions} [options]
 * @returns {Promise<import('./server.mjs').Server>} standing alone
 */
export function startMongo(options = {}) {
  return startFirst('MongoDB', sources(options));
}

/**
 * @param {MongoOptions} [options]
 * @returns {Promise<string | null>}
 */
export function whyUnavailable(options = {}) {
  return whyNone('MongoDB', sources(options));
}

/** @param {MongoOptions} options */
function givenSet(options) {
  return fromEnvironment('AMETRINE_TEST_MONGODB_REPLSET_URL', options, askMongo);
}

/**
 * @param {MongoOptions} [options]
 * @returns {Promise<string | null>}
 */
export async function whyReplicaSetUnavailable(options = {}) {
  const [given, ours] = [await givenSet(options).missing(), await noMongod()];
  return given === null || ours === null ? null : `there is no MongoDB replica set: ${given}; ${ours}`;
}

/**
 * @param {MongoOptions & { members?: number, front?: (member: Endpoint) => Promise<Endpoint> }} [options] `members`: how
 *   many (3); `front`: what stands before a member, such as a proxy: everybody, the other members too, then knows the
 *   member by the endpoint it resolves to
 * @returns {Promise<MongoReplicaSet>}
 */
export async function startMongoReplicaSet({
  members: count = 3,
  front = async (member) => member,
  ...options
} = {}) {
  const source = givenSet(options);
  if ((await source.missing()) === null) return givenReplicaSet(await source.start());
  const how = await recipe(options, ['--replSet', SET, '--oplogSize', '128']);
  const members = await startAll(count, () => PrivateServer.start(how));
  const stop = () => stopAll(members);
  try {
    const known = await Promise.all(members.map(({ host, port }) => front({ host, port })));
    const addresses = known.map(({ host, port }) => `${host}:${port}`);
    await initiate(members[0]?.url ?? '', addresses);
    const set = {
      url: `mongodb://${addresses.join(',')}/?replicaSet=${SET}`,
      version: members[0]?.version ?? '',
      members,
      primary: () => until('the members elect a primary', () => primaryAmong(members)),
      healthy: async () => {
        await until('every member is healthy', () => allHealthy(members));
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
    await set.healthy();
    return set;
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {import('./server.mjs').Server} server
 * @returns {MongoReplicaSet}
 */
function givenReplicaSet(server) {
  return {
    url: server.url,
    version: server.version,
    members: [],
    primary: async () => server,
    healthy: async () => {},
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * @param {string} url
 * @param {readonly string[]} addresses
 */
async function initiate(url, addresses) {
  const members = addresses.map((host, index) => ({ _id: index, host }));
  const settings = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 };
  await withClient(url, (client) =>
    client.db('admin').command({ replSetInitiate: { _id: SET, members, settings } }),
  );
}

/**
 * @param {readonly PrivateServer[]} members
 * @returns {Promise<PrivateServer | null>}
 */
async function primaryAmong(members) {
  for (const member of members) {
    if (member.pid === null) continue;
    try {
      const hello = await withClient(member.url, (client) => client.db('admin').command({ hello: 1 }));
      if (hello['isWritablePrimary'] === true) return member;
    } catch {
      // It is away, or frozen.
    }
  }
  return null;
}

/**
 * @param {readonly PrivateServer[]} members
 * @returns {Promise<true | null>}
 */
async function allHealthy(members) {
  const primary = await primaryAmong(members);
  if (primary === null) return null;
  try {
    const status = await withClient(primary.url, (client) =>
      client.db('admin').command({ replSetGetStatus: 1 }),
    );
    const states = status['members'].map((/** @type {{ stateStr: string }} */ { stateStr }) => stateStr);
    return states.every((/** @type {string} */ state) => /^(PRIMARY|SECONDARY)$/.test(state)) ? true : null;
  } catch {
    return null;
  }
}
