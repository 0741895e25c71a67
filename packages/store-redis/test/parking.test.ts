import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../../test/servers/redis.mjs';
import { keysOf } from '../src/keys.js';
import type { RedisJobStore } from '../src/redis-store.js';
import { job, NOW, once, open } from './makers.js';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const MANY = 10_000;
const keys = keysOf('ametrine', 'test');
const alone = { ...job('alone'), nonConcurrent: true };
const other = job('other');

/** A store with one run of a non-concurrent job, of which many more triggers are due. */
async function busy() {
  const server = await startRedis({ killable: true, aof: 'off' });
  closing.push(() => server.stop());
  const admin = new Redis(server.url);
  closing.push(() => admin.disconnect());
  const { store } = await open({ url: server.url });
  closing.push(() => store.shutdown());
  const triggers = Array.from({ length: MANY }, (_, n) => once(`t${String(n).padStart(5, '0')}`, alone));
  await store.storeJobsAndTriggers([
    { job: alone, triggers },
    { job: other, triggers: [] },
  ]);
  return { store, admin };
}

const claimed = (store: RedisJobStore, maxCount: number, fireDue = false) =>
  store.acquireNextTriggers({ now: NOW, noLaterThan: NOW, maxCount, timeWindowMs: 0, fireDue });

/** Claims and fires the next one; its name and how to end it. */
async function run(store: RedisJobStore) {
  const { acquired } = await claimed(store, 1);
  const [result] = await store.triggersFired(acquired, { now: NOW });
  if (result?.kind !== 'fired') return null;
  const { fireInstanceId, trigger, job: of } = result.bundle;
  const end = () =>
    store.triggeredJobsComplete(
      [{ fireInstanceId, trigger, jobKey: of.key, instruction: 'deleteTrigger', changedData: null }],
      { now: NOW },
    );
  return { name: trigger.key.name, end };
}

/** How many waiting triggers a script can meet, and how many wait apart. */
const counted = async (admin: Redis) => ({
  due: await admin.zcard(keys.due),
  parked: await admin.zcard(keys.parked),
});

describe('triggers of a busy non-concurrent job', { timeout: 120_000 }, () => {
  it('are stepped over once, and are in the way of no later claim', async () => {
    const { store, admin } = await busy();
    const first = await run(store);
    expect(first?.name).toBe('t00000');
    await claimed(store, 256);
    expect(await counted(admin)).toEqual({ due: 0, parked: MANY - 1 });

    // What a claim of another job's trigger reads does not depend on them.
    const read = async (): Promise<number> => {
      const stats = await admin.info('commandstats');
      return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1]);
    };
    await store.storeTrigger(once('z', other));
    const before = await read();
    const { acquired } = await claimed(store, 256);
    expect(acquired.map(({ trigger }) => trigger.key.name)).toEqual(['z']);
    // The facts, and one page of triggers.
    expect((await read()) - before).toBe(2);
  });

  it('wait, fire one after another in their order, and cost each fire the same', async () => {
    const { store, admin } = await busy();
    for (let n = 0; n < 100; n++) {
      const next = await run(store);
      expect(next?.name).toBe(`t${String(n).padStart(5, '0')}`);
      await claimed(store, 256);
      const { due, parked } = await counted(admin);
      expect(due + parked).toBe(MANY - 1 - n);
      expect(due).toBeLessThanOrEqual(32);
      await next?.end();
      expect((await counted(admin)).due).toBeGreaterThan(0);
    }
    expect((await store.listUpcomingTriggers(3)).map(({ key }) => key.name)).toEqual([
      't00100',
      't00101',
      't00102',
    ]);
    expect(await store.getTriggerState(once('t09999', alone).key)).toBe('normal');
  });

  it('can be removed, paused and stored anew while they wait apart, and leave none behind', async () => {
    const { store, admin } = await busy();
    const first = await run(store);
    await claimed(store, 256);
    await first?.end();
    // Those that came back go again before they are claimed: others have to take their places.
    for (let from = 1; from < MANY - 3; from += 1000) {
      const names = Array.from({ length: Math.min(1000, MANY - 3 - from) }, (_, n) => from + n);
      await store.removeTriggers(names.map((n) => once(`t${String(n).padStart(5, '0')}`, alone).key));
    }
    expect(await counted(admin)).toEqual({ due: 3, parked: 0 });

    const second = await run(store);
    expect(second?.name).toBe('t09997');
    await store.pauseTriggers({ equals: 'DEFAULT' });
    await store.resumeTriggers({ equals: 'DEFAULT' }, { now: NOW });
    await store.storeTrigger(once('t09998', alone), { replace: true });
    await second?.end();
    for (const name of ['t09998', 't09999']) {
      const next = await run(store);
      expect(next?.name).toBe(name);
      await next?.end();
    }
    expect(await counted(admin)).toEqual({ due: 0, parked: 0 });
    expect(await store.getCounts()).toEqual({ jobs: 2, triggers: 0, calendars: 0 });
  });

  it('come back when their job may run twice from now on', async () => {
    const { store } = await busy();
    await run(store);
    await claimed(store, 256);
    await store.storeJob({ ...alone, nonConcurrent: false }, { replace: true });
    expect((await claimed(store, 256)).acquired).toHaveLength(256);
  });
});
