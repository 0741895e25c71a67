import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileWakeup } from '../../src/wakeup-sqlite.js';
import { aJob, aTrigger, endOf, run, start, T0, temporaryPath } from './makers.js';
import { NodeProcess } from './node-process.js';

describe('a sleeping node', () => {
  it('is told of a trigger that another node stored', async () => {
    const path = temporaryPath();
    const sleeper = await start({ path }, { instanceId: 'sleeper' });
    const other = await start({ path }, { instanceId: 'other' });
    sleeper.signals.recorded.length = 0;
    const job = aJob('j');
    await other.store.storeJobAndTrigger(job, aTrigger(job, 't', { at: T0 + 5000 }));
    expect(await sleeper.signals.next('schedulingChanged')).toEqual(['schedulingChanged', T0 + 5000]);
  });

  it('is told of a trigger that another process stored', async () => {
    const path = temporaryPath();
    const sleeper = await start({ path }, { instanceId: 'sleeper' });
    const child = new NodeProcess();
    await child.open({ path }, 'other');
    sleeper.signals.recorded.length = 0;
    const job = { key: 'j', job: 'Work' };
    await child.tell('put', { store: 1, job, triggers: [{ key: 't', at: T0 + 7 }], now: T0 });
    expect(await sleeper.signals.next('schedulingChanged')).toEqual(['schedulingChanged', T0 + 7]);
  });

  it('is told when the run that held a trigger back ends on another node', async () => {
    const path = temporaryPath();
    const other = await start({ path }, { instanceId: 'other' });
    const job = aJob('j', { nonConcurrent: true });
    await other.store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 'a'), aTrigger(job, 'b')] }]);
    const [bundle] = await run(other.store);
    const sleeper = await start({ path }, { instanceId: 'sleeper' });
    expect(await run(sleeper.store)).toEqual([]);
    if (bundle !== undefined) await other.store.triggeredJobsComplete([endOf(bundle)], { now: T0 });
    expect(await sleeper.signals.next('schedulingChanged')).toEqual(['schedulingChanged', T0]);
  });

  it('is told on a database without a write-ahead log too', async () => {
    const path = temporaryPath();
    const database = new Database(path);
    const sleeper = await start({ database }, { instanceId: 'sleeper' });
    const beside = new Database(path);
    expect(database.pragma('journal_mode', { simple: true })).toBe('delete');
    const other = await start({ database: beside }, { instanceId: 'other' });
    sleeper.signals.recorded.length = 0;
    const job = aJob('j');
    await other.store.storeJobAndTrigger(job, aTrigger(job, 't', { at: T0 + 9 }));
    expect(await sleeper.signals.next('schedulingChanged')).toEqual(['schedulingChanged', T0 + 9]);
    await Promise.all([sleeper.store.shutdown(), other.store.shutdown()]);
    database.close();
    beside.close();
  });
});

describe('watching a file', () => {
  afterEach(() => vi.useRealTimers());

  it('looks now and then where the file cannot be watched', () => {
    vi.useFakeTimers();
    const look = vi.fn(() => Promise.resolve());
    const wakeup = new FileWakeup(temporaryPath('absent'), look);
    wakeup.start();
    vi.advanceTimersByTime(3000);
    expect(look).toHaveBeenCalledTimes(3);
    wakeup.stop();
    vi.advanceTimersByTime(3000);
    expect(look).toHaveBeenCalledTimes(3);
  });
});
