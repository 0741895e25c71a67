import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { startRedis } from '../../../test/servers/redis.mjs';
import { job, NOW, once, open } from './makers.js';

/** More than goes to the server in one request: seven pieces each. */
const JOBS = 4000;
/** Longer than a call waits that has no patience. */
const BUSY_MS = 2500;

it('a large request may keep the server busy: no call beside it gives up or cuts its connection', {
  timeout: 60_000,
}, async () => {
  await using server = await startRedis({ killable: true, aof: 'everysec' });
  const admin = new Redis(server.url);
  const { store, problems } = await open({ url: server.url, patienceMs: 100 });
  const connections = async () => /total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1];
  const before = await connections();
  const entries = Array.from({ length: JOBS }, (_, n) => {
    const of = job(`j${n}`);
    return { job: of, triggers: [once(`t${n}`, of, NOW + n)] };
  });
  const bulk = store.storeJobsAndTriggers(entries);
  // The server says nothing meanwhile, as while a script runs.
  await admin.call('CLIENT', 'PAUSE', BUSY_MS, 'ALL');
  const beside = store.checkIn({ now: NOW });
  await Promise.all([bulk, beside]);
  expect(await connections()).toBe(before);
  expect(await store.getCounts()).toMatchObject({ jobs: JOBS, triggers: JOBS });
  expect(problems).toEqual([]);
  await store.shutdown();
  admin.disconnect();
});

it('an answer that came while this process was stalled is an answer', { timeout: 60_000 }, async () => {
  await using server = await startRedis({ killable: true, aof: 'everysec' });
  const admin = new Redis(server.url);
  const { store, problems } = await open({ url: server.url, patienceMs: 100 });
  const state = () => store.getTriggerState(once('t', job('j')).key);
  // The server knows the script from here on, and answers at the first request.
  await state();
  await admin.call('CLIENT', 'PAUSE', 500, 'ALL');
  const call = state();
  await new Promise((resolve) => setImmediate(resolve));
  // Longer than a call waits, as the encoding of a very large bulk may be.
  const until = performance.now() + 1500;
  while (performance.now() < until);
  expect(await call).toBe('none');
  expect(problems).toEqual([]);
  await store.shutdown();
  admin.disconnect();
});
