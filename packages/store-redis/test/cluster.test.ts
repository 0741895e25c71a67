import { isSchedulerError } from '@ametrine/core';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startRedisCluster } from '../../../test/servers/redis-cluster.mjs';
import { job, NOW, once, open } from './makers.js';

it('says that the master of its keys is gone, and goes on with all that was acknowledged when it is back', {
  timeout: 120_000,
}, async () => {
  await using cluster = await startRedisCluster({ killable: true, aof: 'always' });
  const { store } = await open({ nodes: cluster.endpoints, patienceMs: 1000 });
  const of = job('j');
  await store.storeJob(of);
  await store.storeTrigger(once('before', of));
  const master = await cluster.nodeOf('{ametrine:test}:meta');
  await master.kill();
  const refused: unknown = await store
    .getTriggerState(once('before', of).key)
    .catch((error: unknown) => error);
  expect(isSchedulerError(refused, 'ERR_STORE_UNAVAILABLE') && refused.retryable).toBe(true);
  await master.restart();
  await cluster.ready();
  await store.storeTrigger(once('after', of));
  const request = { now: NOW, noLaterThan: NOW, maxCount: 10, timeWindowMs: 0, fireDue: false };
  const { acquired } = await store.acquireNextTriggers(request);
  expect(acquired.map(({ trigger }) => trigger.key.name).sort()).toEqual(['after', 'before']);
  await store.shutdown();
});

it('follows its keys to another master while they are moved there, and loses and doubles nothing', {
  timeout: 120_000,
}, async () => {
  await using cluster = await startRedisCluster({ killable: true, aof: 'everysec' });
  const { store, problems } = await open({ nodes: cluster.endpoints, patienceMs: 20_000 });
  const of = job('j');
  await store.storeJob(of);
  const source = await cluster.nodeOf('{ametrine:test}:meta');
  const target = cluster.nodes.find((node) => node !== source);
  if (target === undefined) throw new Error('there is one master only');
  const [from, to] = [new Redis(source.url), new Redis(target.url)];
  const slot = Number(await from.call('CLUSTER', 'KEYSLOT', '{ametrine:test}:meta'));
  const [fromId, toId] = [
    String(await from.call('CLUSTER', 'MYID')),
    String(await to.call('CLUSTER', 'MYID')),
  ];

  let moved = false;
  let stored = 0;
  const storing = (async () => {
    while (!moved) {
      await store.storeTrigger(once(`t${stored}`, of));
      stored += 1;
    }
  })();
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  // Between two keys the calls meet a slot of which half is here and half is there.
  for (;;) {
    const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as string[];
    if (keys.length === 0) break;
    await from.call('MIGRATE', target.host, target.port, '', 0, 5000, 'KEYS', ...keys);
  }
  for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
  moved = true;
  await storing;

  // Its scripts are known to the new master only from here on.
  expect(await store.getCounts()).toMatchObject({ jobs: 1, triggers: stored });
  const request = { now: NOW, noLaterThan: NOW, maxCount: 1000, timeWindowMs: 0, fireDue: false };
  const { acquired } = await store.acquireNextTriggers(request);
  expect(new Set(acquired.map(({ trigger }) => trigger.key.name)).size).toBe(Math.min(stored, 1000));
  expect(stored).toBeGreaterThan(0);
  expect(problems).toEqual([]);
  await store.shutdown();
  for (const node of [from, to]) node.disconnect();
});
