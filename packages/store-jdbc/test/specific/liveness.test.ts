import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aJob, aTrigger, start, T0, temporaryPath } from './makers.js';
import { NodeProcess } from './node-process.js';

const REQUEST = { now: T0, noLaterThan: T0, maxCount: 10, timeWindowMs: 0, fireDue: false };

/** A child that has one claim unfired and one run under way. */
async function busyChild(path: string, instanceId: string): Promise<NodeProcess> {
  const child = new NodeProcess();
  const {
    result: { store },
  } = await child.open({ path }, instanceId);
  const job = { key: 'work', job: 'Work', durable: true, requestsRecovery: true };
  const triggers = [
    { key: 'cut', at: T0 - 1 },
    { key: 'held', at: T0 },
  ];
  await child.tell('put', { store, job, triggers, now: T0 });
  const { result } = await child.tell<object[]>('acquire', { store, request: REQUEST });
  const { result: kinds } = await child.tell('fire', { store, acquired: result.slice(0, 1), now: T0 });
  expect(kinds).toEqual(['fired']);
  return child;
}

function lockFiles(path: string): readonly string[] {
  return readdirSync(dirname(path)).filter((file) => file.includes('-node-'));
}

describe('a node that was killed', () => {
  it('is recovered by the next start at once, without a lapse of its check-ins', async () => {
    const path = temporaryPath();
    const child = await busyChild(path, 'killed');
    await child.kill();
    const { store, recoveries } = await start({ path }, { instanceId: 'next' });
    expect(recoveries).toMatchObject([{ instanceId: 'killed', released: 1, abandoned: 0 }]);
    expect(recoveries[0]?.recovering.map(({ recovers }) => recovers?.triggerKey.name)).toEqual(['cut']);
    const { acquired } = await store.acquireNextTriggers(REQUEST);
    expect(acquired.map(({ trigger }) => trigger.key.group)).toEqual(['RECOVERING_JOBS', 'DEFAULT']);
    expect(lockFiles(path)).toHaveLength(1);
  });

  it('is recovered by a living node at its next check-in', async () => {
    const path = temporaryPath();
    const { store } = await start({ path }, { instanceId: 'survivor' });
    const child = await busyChild(path, 'killed');
    expect((await store.checkIn({ now: T0 })).recoveries).toEqual([]);
    await child.kill();
    expect((await store.checkIn({ now: T0 })).recoveries).toMatchObject([
      { instanceId: 'killed', released: 1 },
    ]);
  });

  it('may start again under its name at once', async () => {
    const path = temporaryPath();
    const child = await busyChild(path, 'same');
    await child.kill();
    const { recoveries } = await start({ path }, { instanceId: 'same' });
    expect(recoveries).toMatchObject([{ instanceId: 'same', released: 1 }]);
  });
});

describe('a node that lives', () => {
  it('keeps its name for itself', async () => {
    const path = temporaryPath();
    const child = await busyChild(path, 'same');
    await expect(start({ path }, { instanceId: 'same' })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      retryable: true,
      details: { field: 'instanceId', instanceId: 'same' },
    });
    await child.tell('shutdown', { store: 1 });
    await start({ path }, { instanceId: 'same' });
  });

  it('keeps its name for itself within one process, per scheduler and table prefix', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    await expect(start({ path })).rejects.toMatchObject({ details: { instanceId: 'node' } });
    await start({ path }, { schedulerName: 'other' });
    await start({ path, tablePrefix: 'other_' });
    await store.shutdown();
    await start({ path });
  });

  it('is not disturbed by others that look', async () => {
    const path = temporaryPath();
    await busyChild(path, 'living');
    const { store, recoveries } = await start({ path }, { instanceId: 'observer' });
    expect(recoveries).toEqual([]);
    expect((await store.checkIn({ now: T0 + 1000 })).recoveries).toEqual([]);
    expect((await store.acquireNextTriggers(REQUEST)).acquired).toEqual([]);
    // The lock is still there after it was probed.
    await expect(start({ path }, { instanceId: 'living' })).rejects.toMatchObject({
      details: { instanceId: 'living' },
    });
  });

  it('is still taken for dead when it hangs and its check-ins lapse', async () => {
    const path = temporaryPath();
    const { store } = await start({ path }, { instanceId: 'survivor' });
    const hanging = await start({ path }, { instanceId: 'hanging' });
    const job = aJob('j');
    await hanging.store.storeJobAndTrigger(job, aTrigger(job, 't'));
    await hanging.store.acquireNextTriggers(REQUEST);
    await store.checkIn({ now: T0 + 8_000 });
    const { recoveries } = await store.checkIn({ now: T0 + 15_001 });
    expect(recoveries).toMatchObject([{ instanceId: 'hanging', released: 1 }]);
    expect((await hanging.store.checkIn({ now: T0 + 15_002 })).fenced).toBe(true);
  });

  it('leaves no lock file when it shuts down', async () => {
    const path = temporaryPath();
    const child = new NodeProcess();
    await child.open({ path }, 'child');
    const { store } = await start({ path });
    expect(lockFiles(path)).toHaveLength(2);
    await child.tell('shutdown', { store: 1 });
    await store.shutdown();
    expect(lockFiles(path)).toEqual([]);
  });
});

describe('an open store', () => {
  it('does not keep its process alive', async () => {
    const path = temporaryPath();
    const child = new NodeProcess();
    await child.open({ path }, 'idle');
    await child.tell('letGo');
    expect(await child.ended()).toBe(0);
  });
});
