import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMongo, whyUnavailable } from '../../../../test/servers/mongodb.mjs';
import type { Server } from '../../../../test/servers/server.mjs';
import { MongoDBJobStore } from '../../src/index.js';
import {
  aJob,
  aTrigger,
  end,
  everyClass,
  freshDatabase,
  HeardSignals,
  run,
  start,
  T0,
} from './open-store.js';

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`clients and databases${reason === null ? '' : ` (${reason})`}`, () => {
  // Stores and clients are closed after their test: the server outlives it.
  let server: Server;
  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server.stop());

  it('uses a client or a database of the user, and closes neither', async () => {
    const { client, db } = await freshDatabase(server.url);
    for (const options of [{ client, dbName: db.databaseName }, { db }]) {
      const { store } = await start(options);
      await store.storeJob(aJob('j'), { replace: true });
      await store.shutdown();
      expect(await db.collection('ametrine_jobs').countDocuments()).toBe(1);
    }
  });

  it('reads numbers as it wrote them, whatever the client of the user does with them', async () => {
    const { client, db } = await freshDatabase(server.url, { promoteLongs: false, promoteValues: false });
    const { store } = await start({ client, dbName: db.databaseName });
    const job = aJob('j');
    await store.storeJob(job);
    await store.storeTrigger(aTrigger(job, 't', { every: '1d', startAt: T0 }));
    await end(store, await run(store));
    expect(await store.getTrigger(aTrigger(job, 't').key)).toMatchObject({
      nextFireAt: T0 + 86_400_000,
      timesTriggered: 1,
    });
  });

  it('leaves what a newer release would add to a document (DAT-09)', async () => {
    const { db } = await freshDatabase(server.url);
    const { store } = await start({ db });
    const job = aJob('j');
    await store.storeJob(job);
    await store.storeTrigger(aTrigger(job, 't', { every: '1d', startAt: T0 }));
    await db.collection('ametrine_triggers').updateMany({}, { $set: { later: 'kept' } });
    await end(store, await run(store));
    await store.pauseAll();
    await store.resumeAll({ now: T0 });
    expect(await db.collection('ametrine_triggers').findOne({})).toMatchObject({
      later: 'kept',
      timesTriggered: 1,
    });
  });

  it('keeps stores of different prefixes and scheduler names apart', async () => {
    const { db } = await freshDatabase(server.url);
    const { store: one } = await start({ db, collectionPrefix: 'one' });
    const { store: two } = await start({ db, collectionPrefix: 'two' });
    await one.storeJob(aJob('j'));
    expect(await two.getJob(aJob('j').key)).toBeNull();
  });

  it('refuses a schema that it does not know', async () => {
    const { db } = await freshDatabase(server.url);
    await db
      .collection<{ _id: string; version: number }>('ametrine_meta')
      .insertOne({ _id: 'schema', version: 99 });
    const store = new MongoDBJobStore({ db });
    const context = {
      schedulerName: 'test',
      instanceId: 'node',
      signals: new HeardSignals(),
      jobClassResolver: everyClass,
    };
    await expect(store.initialize(context)).rejects.toMatchObject({ code: 'ERR_STORE_SCHEMA' });
  });

  it.each([
    ['with a document', { keyName: 'j', keyGroup: 'g', jobClass: 'com.acme.Job' }],
    ['that is empty', null],
  ])(
    'refuses a collection of another program under its prefix, %s, and writes nothing',
    async (_, document) => {
      const { db } = await freshDatabase(server.url);
      const foreign = db.collection('quartz_jobs');
      await foreign.createIndex({ keyName: 1, keyGroup: 1 }, { unique: true });
      if (document !== null) await foreign.insertOne({ ...document });
      const context = {
        schedulerName: 'test',
        instanceId: 'node',
        signals: new HeardSignals(),
        jobClassResolver: everyClass,
      };
      await expect(
        new MongoDBJobStore({ db, collectionPrefix: 'quartz' }).initialize(context),
      ).rejects.toMatchObject({
        code: 'ERR_STORE_SCHEMA',
        message: expect.stringContaining('such as quartz_ametrine') as string,
      });
      expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['quartz_jobs']);
    },
  );

  it('refuses a second living node of one name, and takes the name of one that is gone', async () => {
    const { db } = await freshDatabase(server.url);
    const options = { uri: server.url, dbName: db.databaseName };
    const { store } = await start(options);
    await expect(start(options)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      details: { instanceId: 'node' },
    });
    await store.shutdown();
    await start(options);
  });

  it('tells another node of a trigger, and none of fires and completions', async () => {
    const { db } = await freshDatabase(server.url);
    const { store } = await start({ db }, 'a');
    const { store: other, signals } = await start({ db, pollIntervalMs: 10 }, 'b');
    const job = aJob('j');
    await store.storeJob(job);
    signals.changes.length = 0;
    await store.storeTrigger(aTrigger(job, 't'));
    await signals.changed();
    signals.changes.length = 0;
    await end(store, await run(store));
    await other.checkIn({ now: 0 });
    expect(signals.changes).toEqual([]);
  });
});
