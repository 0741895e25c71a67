import { createScheduler } from '@ametrine/core';
import type { ClientSession, Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type MongoReplicaSet,
  startMongoReplicaSet,
  whyReplicaSetUnavailable,
} from '../../../../test/servers/mongodb.mjs';
import { MongoDBJobStore } from '../../src/index.js';
import { aJob, aTrigger, freshDatabase, start, T0 } from './open-store.js';

const reason = await whyReplicaSetUnavailable();
const LATER = { at: T0 + 3_600_000 };

/** A transaction of the application. */
function begin(client: MongoClient): ClientSession {
  const session = client.startSession();
  onTestFinished(() => session.endSession());
  session.startTransaction();
  return session;
}

it('a store whose options name no replica set refuses to join, and says why', async () => {
  const store = new MongoDBJobStore({ addresses: '127.0.0.1' });
  expect(store.capabilities.transactions).toBe('own');
  await expect(store.join({})).rejects.toMatchObject({
    code: 'ERR_UNSUPPORTED',
    message: expect.stringContaining('stands alone'),
  });
});

describe.skipIf(reason !== null)(`transactions of the user${reason === null ? '' : ` (${reason})`}`, () => {
  // Stores and clients are closed after their test: the server outlives it.
  let set: MongoReplicaSet;
  let client: MongoClient;
  let db: Db;
  beforeAll(async () => {
    set = await startMongoReplicaSet({ members: 1 });
  }, 60_000);
  afterAll(() => set.stop());

  async function open(instanceId = 'node') {
    const found = await start({ uri: set.url, dbName: db.databaseName }, instanceId);
    expect(found.store.capabilities.transactions).toBe('join');
    return found;
  }

  async function fresh(): Promise<void> {
    ({ client, db } = await freshDatabase(set.url));
  }

  it('carry documents of the application and triggers together', async () => {
    await fresh();
    const store = new MongoDBJobStore({ client, dbName: db.databaseName });
    const scheduler = createScheduler({ name: 'test', store, jobs: { Job: () => {} } });
    onTestFinished(() => scheduler.shutdown());
    // A transaction does not see collections that were made after it began.
    await scheduler.start();
    const orders = await db.createCollection('orders');
    const order = async (fails: boolean): Promise<void> => {
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await orders.insertOne({ n: 1 }, { session });
          await scheduler
            .using(session)
            .schedule({ key: 'j', job: 'Job', durable: true }, { ...LATER, key: 't' });
          if (fails) throw new Error('out of stock');
        }),
      );
    };
    await expect(order(true)).rejects.toThrow('out of stock');
    expect(await scheduler.getJob('j')).toBeNull();
    expect(await orders.countDocuments()).toBe(0);
    await order(false);
    expect(await scheduler.getTrigger('t')).not.toBeNull();
    expect(await orders.countDocuments()).toBe(1);
  });

  it('tell this node and the others with the commit, once for each call, and leave nothing behind', async () => {
    await fresh();
    const [one, two] = [await open('a'), await open('b')];
    const job = aJob('j');
    await one.store.storeJob(job);
    const session = begin(client);
    const joined = await one.store.join(session);
    await joined.storeTrigger(aTrigger(job, 't', LATER));
    expect([one.signals.changes, two.signals.changes]).toEqual([[], []]);
    await session.commitTransaction();
    await Promise.all([one.signals.changed(), two.signals.changed()]);
    expect([one.signals.changes, two.signals.changes]).toEqual([[LATER.at], [LATER.at]]);
    expect(await db.collection('ametrine_signals').countDocuments({ _id: { $ne: 'test' as never } })).toBe(0);
  });

  it('tell nobody when they are aborted', async () => {
    await fresh();
    const { store, signals } = await open();
    const job = aJob('j');
    await store.storeJob(job);
    const session = begin(client);
    await (await store.join(session)).storeTrigger(aTrigger(job, 't'));
    await session.abortTransaction();
    await store.storeTrigger(aTrigger(job, 'after', LATER));
    await signals.changed();
    expect(signals.changes).toEqual([LATER.at]);
  });

  it('make a trigger that is stored beside them wait, and find its job gone', async () => {
    await fresh();
    const { store } = await open();
    const job = aJob('j');
    await store.storeJob(job);
    const session = begin(client);
    expect(await (await store.join(session)).removeJob(job.key)).toBe('removed');
    let isOver = false;
    const beside = store.storeTrigger(aTrigger(job, 't')).finally(() => {
      isOver = true;
    });
    const refused = expect(beside).rejects.toMatchObject({ code: 'ERR_JOB_NOT_FOUND' });
    // The server answers this after it has begun with the other.
    await store.getJob(job.key);
    expect(isOver).toBe(false);
    await session.commitTransaction();
    await refused;
    expect(await db.collection('ametrine_triggers').countDocuments()).toBe(0);
  });

  it('are taken back when they began before a change that was made since, and say how to repeat them', async () => {
    await fresh();
    const { store } = await open();
    await store.storeJob(aJob('j'));
    let attempts = 0;
    await client.withSession((session) =>
      session.withTransaction(async () => {
        // From here on the transaction sees the database as it is now.
        await db.collection('orders').findOne({}, { session });
        if (++attempts === 1) await store.storeJob(aJob('meanwhile'));
        try {
          await (await store.join(session)).storeJob(aJob('k'));
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_STORE_BUSY', retryable: true });
          throw (error as Error).cause;
        }
      }),
    );
    expect(attempts).toBe(2);
    expect(await store.getJob(aJob('k').key)).not.toBeNull();
  });

  it('refuse what is no session in a transaction', async () => {
    await fresh();
    const { store } = await open();
    const idle = client.startSession();
    const ended = client.startSession();
    await ended.endSession();
    for (const handle of [null, {}, 'session', client, idle, ended]) {
      await expect((await store.join(handle)).storeJob(aJob('j'))).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        details: { field: 'transaction' },
      });
    }
    await idle.endSession();
  });
});
