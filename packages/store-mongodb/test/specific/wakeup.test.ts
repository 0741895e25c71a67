import { isSchedulerError } from '@ametrine/core';
import type { Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type MongoReplicaSet,
  startMongo,
  startMongoReplicaSet,
  whyReplicaSetUnavailable,
  whyUnavailable,
} from '../../../../test/servers/mongodb.mjs';
import type { Server } from '../../../../test/servers/server.mjs';
import { aJob, aTrigger, freshDatabase, start, T0 } from './open-store.js';

const at = (hours: number): { readonly at: number } => ({ at: T0 + hours * 3_600_000 });

const noSet = await whyReplicaSetUnavailable({ killable: true });
describe.skipIf(noSet !== null)(`change streams${noSet === null ? '' : ` (${noSet})`}`, () => {
  // Stores and clients are closed after their test: the servers outlive it.
  let set: MongoReplicaSet;
  beforeAll(async () => {
    set = await startMongoReplicaSet({ killable: true });
  }, 120_000);
  afterAll(() => set.stop());

  /** Kills the cursors on the server behind the change streams of a database. */
  async function killStreams(client: MongoClient, db: Db): Promise<number> {
    const ns = `${db.databaseName}.ametrine_signals`;
    const found = await client
      .db('admin')
      .aggregate([
        { $currentOp: { idleCursors: true, allUsers: true } },
        { $match: { ns, 'cursor.cursorId': { $exists: true } } },
      ])
      .toArray();
    const cursors = found.map(({ cursor }) => cursor.cursorId);
    await db.command({ killCursors: 'ametrine_signals', cursors });
    return cursors.length;
  }

  it('tell another node of a trigger, and go on by their token when their cursor is lost', async () => {
    const { client, db } = await freshDatabase(set.url);
    const options = { uri: set.url, dbName: db.databaseName };
    const { store } = await start(options, 'a');
    const { signals } = await start(options, 'b');
    const job = aJob('j');
    await store.storeJob(job);
    await store.storeTrigger(aTrigger(job, 't1', at(1)));
    await signals.changed();
    expect(await killStreams(client, db)).toBe(2);
    // Whether it is told before or after the driver has opened the stream again: it is heard, and no error is.
    await store.storeTrigger(aTrigger(job, 't2', at(2)));
    await signals.changed((changes) => changes.includes(at(2).at));
    expect(signals.changes).toEqual([at(1).at, at(2).at]);
    expect(signals.errors).toEqual([]);
  });

  /** As an application does: what may be repeated is repeated. */
  async function untilStored(store: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await store();
        return;
      } catch (error) {
        if (!isSchedulerError(error) || !error.retryable) throw error;
      }
    }
  }

  it('are opened by a node that starts again, which then hears as before', async () => {
    const { db } = await freshDatabase(set.url);
    const options = { uri: set.url, dbName: db.databaseName };
    const { store } = await start(options, 'a');
    const { store: first } = await start(options, 'b');
    await first.shutdown();
    const { signals } = await start(options, 'b');
    const job = aJob('j');
    await store.storeJob(job);
    await store.storeTrigger(aTrigger(job, 't', at(1)));
    await signals.changed();
    expect(signals.changes).toEqual([at(1).at]);
  });

  it('outlive the primary: what is stored after it was killed is heard', { timeout: 120_000 }, async () => {
    const { db } = await freshDatabase(set.url);
    const options = { uri: set.url, dbName: db.databaseName, timeoutMs: 60_000 };
    const { store } = await start(options, 'a');
    const { store: other, signals } = await start(options, 'b');
    const job = aJob('j');
    await store.storeJob(job);
    const primary = await set.primary();
    await primary.kill();
    await untilStored(() => store.storeTrigger(aTrigger(job, 't', at(1)), { replace: true }));
    await signals.changed();
    await primary.restart();
    await set.healthy();
    await store.storeTrigger(aTrigger(job, 'u', at(2)));
    await signals.changed((changes) => changes.includes(at(2).at) || changes.includes(null));
    expect(await other.listUpcomingTriggers(5)).toHaveLength(2);
  });
});

const noServer = await whyUnavailable();
describe.skipIf(noServer !== null)(`polling${noServer === null ? '' : ` (${noServer})`}`, () => {
  let server: Server;
  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server.stop());

  it('is more frequent after a change of another node, and calms down', async () => {
    const { client, db } = await freshDatabase(server.url, { monitorCommands: true });
    const looks: (() => void)[] = [];
    let count = 0;
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName !== 'find' || command['find'] !== 'ametrine_signals') return;
      count += 1;
      for (const look of looks.splice(0)) look();
    });
    const { store } = await start({ uri: server.url, dbName: db.databaseName }, 'a');
    // Nothing else waits for such times.
    const { signals } = await start({ client, dbName: db.databaseName, pollIntervalMs: 407 }, 'b');
    const waits = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => waits.mockRestore());
    const job = aJob('j');
    await store.storeJob(job);
    await store.storeTrigger(aTrigger(job, 't', at(1)));
    await signals.changed();
    const first = count;
    while (count < first + 3) await new Promise<void>((resolve) => looks.push(resolve));
    const times = waits.mock.calls.map(([, ms]) => ms);
    expect(times).toEqual(expect.arrayContaining([41, 61.5, 92.25]));
  });
});
