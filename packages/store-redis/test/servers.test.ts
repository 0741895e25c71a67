import { type AddressInfo, createServer } from 'node:net';
import { isSchedulerError } from '@ametrine/core';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../../test/servers/redis.mjs';
import { startRedisSentinel } from '../../../test/servers/redis-sentinel.mjs';
import { RedisJobStore } from '../src/redis-store.js';
import { job, NOW, once, open } from './makers.js';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

function client(url: string): Redis {
  const made = new Redis(url);
  made.on('error', () => {});
  closing.push(() => made.disconnect());
  return made;
}

async function server(options: Parameters<typeof startRedis>[0]) {
  const started = await startRedis({ killable: true, ...options });
  closing.push(() => started.stop());
  return started;
}

async function refusalOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (isSchedulerError(error)) return error;
  throw new Error(`not refused by an error of ours: ${error}`);
}

describe('on a server that is killed', { timeout: 120_000 }, () => {
  it('loses nothing that was acknowledged, where every change is on disk before the answer', async () => {
    const redis = await server({ aof: 'always' });
    const { store, problems } = await open({ url: redis.url, durability: 'disk' });
    expect(store.capabilities.durability).toBe('disk');
    const of = job('j');
    await store.storeJob(of);
    let acknowledged = 0;
    const writing = (async () => {
      for (let n = 0; n < 300; n += 1) {
        await store.storeTrigger(once(`t${n}`, of));
        acknowledged += 1;
        if (acknowledged === 100) void redis.kill().then(() => redis.restart());
      }
    })();
    await writing;
    const { triggers } = await store.getCounts();
    expect([acknowledged, triggers]).toEqual([300, 300]);
    // The cache of scripts is empty after a restart.
    const request = { now: NOW, noLaterThan: NOW, maxCount: 1000, timeWindowMs: 0, fireDue: false };
    expect((await store.acquireNextTriggers(request)).acquired).toHaveLength(300);
    expect(problems).toEqual([]);
    await store.shutdown();
  });
});

describe('durability', { timeout: 60_000 }, () => {
  it('is warned of once where appendonly is off, and refused where it was asked for', async () => {
    const redis = await server({ aof: 'off' });
    const { store, problems } = await open({ url: redis.url });
    await store.checkIn({ now: NOW });
    expect(problems.map(({ code, details }) => [code, details['setting']])).toEqual([
      ['ERR_UNSUPPORTED', 'appendonly'],
    ]);
    expect(store.capabilities.durability).toBe('process');
    await store.shutdown();
    const refused = await refusalOf(open({ url: redis.url, durability: 'disk' }));
    expect([refused.code, refused.details['setting']]).toEqual(['ERR_UNSUPPORTED', 'appendfsync']);
  });

  it('is refused by a server that evicts any key', async () => {
    const redis = await server({ aof: 'everysec', maxmemory: '100mb', maxmemoryPolicy: 'allkeys-lru' });
    const refused = await refusalOf(open({ url: redis.url }));
    expect([refused.code, refused.details['setting']]).toEqual(['ERR_UNSUPPORTED', 'maxmemory-policy']);
  });

  it('tells that the server is full, and stores nothing of that step', async () => {
    const redis = await server({ aof: 'everysec' });
    const { store } = await open({ url: redis.url, patienceMs: 100 });
    const of = job('j');
    await store.storeJob(of);
    const admin = client(redis.url);
    await admin.config('SET', 'maxmemory', '1mb');
    const refused = await refusalOf(store.storeTrigger(once('t', of)));
    expect([refused.code, refused.retryable]).toEqual(['ERR_STORE_FULL', true]);
    await admin.config('SET', 'maxmemory', '0');
    expect(await store.getCounts()).toMatchObject({ jobs: 1, triggers: 0 });
    await store.storeTrigger(once('t', of));
    await store.shutdown();
  });
});

describe('data that go away', { timeout: 60_000 }, () => {
  it('are missed at once when everything is flushed, and can be begun anew', async () => {
    const redis = await server({ aof: 'everysec' });
    const { store } = await open({ url: redis.url });
    await store.storeJobAndTrigger(job('j'), once('t', job('j')));
    await client(redis.url).flushall();
    const request = { now: NOW, noLaterThan: NOW, maxCount: 10, timeWindowMs: 0, fireDue: true };
    for (const call of [
      () => store.acquireNextTriggers(request),
      () => store.storeJob(job('k')),
      () => store.checkIn({ now: NOW }),
    ]) {
      const refused = await refusalOf(call());
      expect([refused.code, refused.retryable]).toEqual(['ERR_STORE_CORRUPT', false]);
    }
    await store.clearAllSchedulingData();
    await store.storeJobAndTrigger(job('j'), once('t', job('j')));
    expect((await store.acquireNextTriggers({ ...request, fireDue: false })).acquired).toHaveLength(1);
    await store.shutdown();
  });

  it.each(['due', 'triggers', 'jobs', 'ids', 'by_job', 'meta'])(
    'are missed at the next check-in, and at the next start, when the key %s is evicted',
    async (key) => {
      const redis = await server({ aof: 'everysec' });
      const { store } = await open({ url: redis.url });
      await store.storeJobAndTrigger(job('j'), once('t', job('j')));
      await client(redis.url).del(`{ametrine:test}:${key}`);
      expect((await refusalOf(store.checkIn({ now: NOW }))).code).toBe('ERR_STORE_CORRUPT');
      expect((await refusalOf(open({ url: redis.url }, 'n2'))).code).toBe('ERR_STORE_CORRUPT');
      await store.shutdown();
    },
  );

  it('of a newer layout are refused and not touched', async () => {
    const redis = await server({ aof: 'everysec' });
    const admin = client(redis.url);
    await admin.hset('{ametrine:test}:meta', { id: 'x', version: 2, triggers: 0, jobs: 0, due: 0 });
    expect((await refusalOf(open({ url: redis.url }))).code).toBe('ERR_STORE_SCHEMA');
    expect(await admin.hget('{ametrine:test}:meta', 'version')).toBe('2');
  });
});

describe('a client of the user', { timeout: 60_000 }, () => {
  it('is used and not closed', async () => {
    const redis = await server({ aof: 'everysec' });
    const theirs = client(redis.url);
    const { store } = await open({ client: theirs });
    await store.storeJob(job('j'));
    await store.shutdown();
    expect(theirs.status).toBe('ready');
    expect(await theirs.ping()).toBe('PONG');
  });

  it('shows no password in errors', async () => {
    const redis = await server({ aof: 'everysec' });
    await client(redis.url).config('SET', 'requirepass', 'right');
    const refused = await refusalOf(open({ url: redis.url, password: 'hunter2' }));
    expect([refused.code, refused.retryable]).toEqual(['ERR_STORE_UNAVAILABLE', false]);
    const told = [refused.message, refused.details, refused.cause, (refused.cause as Error)?.stack];
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });
});

describe('behind Sentinels', { timeout: 120_000 }, () => {
  it('goes on with the replica when the primary is killed, with all that the replica had', async () => {
    const group = await startRedisSentinel({ aof: 'everysec' });
    closing.push(() => group.stop());
    const { store } = await open({
      sentinels: group.sentinelEndpoints,
      name: group.name,
      waitReplicas: 1,
      patienceMs: 60_000,
    });
    const of = job('j');
    await store.storeJob(of);
    for (let n = 0; n < 20; n += 1) await store.storeTrigger(once(`t${n}`, of));
    const primary = await group.primary();
    await primary.kill();
    await group.failedOver(primary);
    await store.storeTrigger(once('after', of));
    // Every change had reached the replica before the call returned.
    expect((await store.getCounts()).triggers).toBe(21);
    await store.shutdown();
  });

  it('asks them again when none of them knew a primary', async () => {
    let asked = 0;
    let askedAgain = (): void => {};
    const again = new Promise<void>((resolve) => (askedAgain = resolve));
    const sentinel = createServer((socket) => {
      socket.destroy();
      asked += 1;
      if (asked === 3) askedAgain();
    });
    await new Promise<void>((resolve) => sentinel.listen(0, '127.0.0.1', resolve));
    closing.push(() => sentinel.close());
    const { port } = sentinel.address() as AddressInfo;
    const sentinels = [{ host: '127.0.0.1', port }];
    const opening = refusalOf(open({ sentinels, name: 'primary', patienceMs: 3000 }));
    const outcome = await Promise.race([again, opening]);
    expect(outcome, 'it did not ask again before it gave up').toBeUndefined();
    expect((await opening).code).toBe('ERR_STORE_UNAVAILABLE');
  });
});

describe('news', { timeout: 60_000 }, () => {
  it('of an earlier fire come from other nodes, and from this one’s own calls without a message', async () => {
    const redis = await server({ aof: 'everysec' });
    const [one, two] = [await open({ url: redis.url }), await open({ url: redis.url }, 'n2')];
    const of = job('j');
    await one.store.storeJob(of);
    const heard = two.news();
    await one.store.storeTrigger(once('t', of, NOW + 5000));
    expect(await heard).toBe(NOW + 5000);
    await one.store.shutdown();
    await two.store.shutdown();
  });
});

it('makes no connection before it is initialized', () => {
  expect(() => new RedisJobStore({ url: 'redis://localhost:1' })).not.toThrow();
});
