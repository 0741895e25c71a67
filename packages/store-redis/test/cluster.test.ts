import { isSchedulerError } from '@ametrine/core';
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
