// What the harnesses of the store in MongoDB share, whatever kind of server it is.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startNodeProcess } from '@ametrine/conformance';
import { MongoDBJobStore } from '@ametrine/store-mongodb';
import { MongoClient } from 'mongodb';

/** A store as a user opens it that can lose its connections as a killed process does. */
class MortalMongoDBJobStore extends MongoDBJobStore {
  #hook;
  #client = null;

  constructor(
    uri,
    dbName,
    { instanceId: _, resolverHook, patienceMs, endpoint: __, extraOptions, ...options },
  ) {
    super({
      uri,
      dbName,
      ...options,
      ...(patienceMs === undefined ? {} : { timeoutMs: patienceMs }),
      ...extraOptions,
    });
    this.#hook = resolverHook;
  }

  getJobClassResolver() {
    return this.#hook ?? super.getJobClassResolver();
  }

  async openConnection(life) {
    const connection = await super.openConnection(life);
    this.#client = connection.client;
    return connection;
  }

  /** Closes the connections behind the store's back. */
  async die() {
    await this.#client?.close(true);
  }

  get isConnected() {
    return this.#client?.topology?.isConnected() === true;
  }
}

const OFFERS = ['resolverHook', 'damage', 'processes', 'ageing'];
const nodeModule = new URL('./nodes/mongodb.mjs', import.meta.url);
const manifest = new URL('../../store-mongodb/package.json', import.meta.url);

/**
 * @param {{ name: string, uri: string, version: string, backend: string, wakeup: 'push' | 'poll', transactions: 'join' | 'own',
 *   at?: (endpoint: import('@ametrine/conformance').TcpEndpoint) => string, tcp?: import('@ametrine/conformance').TcpEndpoint }} server
 *   `at`: the connection string by way of a proxy
 */
export async function harnessFor({ name, uri, version, backend, wakeup, transactions, at = () => uri, tcp }) {
  // One connection, open before the first case: one that a case opened would count as left behind by it.
  const beside = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000, minPoolSize: 1, maxPoolSize: 1 });
  await beside.db('admin').command({ ping: 1 });
  const uriOf = (endpoint) => (endpoint === undefined ? uri : at(endpoint));
  return {
    name: `@ametrine/store-mongodb (${name})`,
    version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    backend: `${backend} ${version}`,
    family: 'mongodb',
    claim: {
      durability: 'disk',
      clustering: true,
      wakeup,
      transactions,
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      maxDataBytes: 4 * 1024 * 1024,
      reacquireCostMs: 5,
    },
    offers: [...OFFERS, ...(transactions === 'join' ? ['transactions'] : [])],
    ...(tcp === undefined ? {} : { tcp }),
    async openNamespace() {
      const dbName = `case_${randomUUID().replaceAll('-', '')}`;
      const db = beside.db(dbName);
      const stores = [];
      return {
        async openNode(options) {
          const store = new MortalMongoDBJobStore(uriOf(options.endpoint), dbName, options);
          stores.push(store);
          return { store, abandon: () => store.die() };
        },
        openProcessNode: ({ endpoint, ...options }) =>
          startNodeProcess({ nodeModule, options: { uri: uriOf(endpoint), dbName, ...options } }),
        inspect: async () => {
          const collections = await db.listCollections().toArray();
          const found = collections.map(async ({ name: of }) => [
            of,
            await db.collection(of).find().toArray(),
          ]);
          return Object.fromEntries(await Promise.all(found));
        },
        damageTrigger: async (scheduler, { group, name: of }) => {
          const filter = { scheduler, group, name: of };
          const { matchedCount } = await db
            .collection('ametrine_triggers')
            .updateOne(filter, { $set: { schedule: '{"type":' } });
          if (matchedCount !== 1) throw new Error(`there is no trigger ${of} to damage`);
        },
        ageCheckIns: async (scheduler, byMs) => {
          await db
            .collection('ametrine_schedulers')
            .updateOne({ _id: scheduler }, { $inc: { 'nodes.$[].checkedInAt': -byMs } });
        },
        ...(transactions === 'join' ? { beginTransaction: async () => begin(beside) } : {}),
        openResources: async () => stores.filter((store) => store.isConnected).map(() => 'a client'),
        dispose: async () => {
          await Promise.all(stores.map((store) => store.die()));
          await db.dropDatabase();
        },
      };
    },
  };
}

/** A transaction of the application, on a client of its own. */
function begin(client) {
  const handle = client.startSession();
  handle.startTransaction();
  const end = async (how) => {
    await how;
    await handle.endSession();
  };
  return {
    handle,
    commit: () => end(handle.commitTransaction()),
    rollback: () => end(handle.abortTransaction()),
  };
}
