import type { AcquireResult } from '@ametrine/core/spi';
import { Effects, type StoreTransaction } from '@ametrine/core/spi';
import { describe, expect, it } from 'vitest';
import { MemoryJobStore } from '../../src/index.js';
import { Turns } from '../../src/turns.js';
import { aGate, aJob, aTrigger, openStore, T0 } from './makers.js';

/** A store whose transactions a test can open. */
class OpenedStore extends MemoryJobStore {
  inTransaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.transact(new Effects(), work);
  }
}

const due = { now: T0, noLaterThan: T0, maxCount: 10, timeWindowMs: 0, fireDue: false };

function claimedNames({ acquired }: AcquireResult): readonly string[] {
  return acquired.map(({ trigger }) => trigger.key.name);
}

describe('turns', () => {
  it('runs brief work at once when nobody has the turn', () => {
    const turns = new Turns();
    let ran = false;
    void turns.takeBriefly(() => {
      ran = true;
    });
    expect(ran).toBe(true);
  });

  it('runs everything else in the order in which it came, one at a time', async () => {
    const turns = new Turns();
    const gate = aGate();
    const log: string[] = [];
    const long = (name: string): Promise<void> =>
      turns.take(async () => {
        log.push(`${name} begins`);
        await gate.opened;
        log.push(`${name} ends`);
      });
    const brief = (name: string): Promise<void> =>
      turns.takeBriefly(() => {
        log.push(name);
      });
    const all = [long('a'), brief('b'), long('c'), brief('d')];
    gate.open();
    // Comes when the turn has been handed over, but not yet taken up.
    all.push(brief('e'));
    await Promise.all(all);
    await brief('f');
    expect(log).toEqual(['a begins', 'a ends', 'b', 'c begins', 'c ends', 'd', 'e', 'f']);
  });

  it('goes on after work that failed', async () => {
    const turns = new Turns();
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.takeBriefly(() => {
      throw new Error('neither');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(next).rejects.toThrow('neither');
    await expect(turns.takeBriefly(() => 'yes')).resolves.toBe('yes');
  });
});

describe('the hot path', () => {
  it('waits for an open transaction and sees all of it', async () => {
    const store = await openStore(new OpenedStore());
    const job = aJob('j');
    const gate = aGate();
    const transaction = store.inTransaction(async (tx) => {
      await tx.putJobs([job]);
      await tx.putTriggers([
        { trigger: aTrigger(job, { key: 'a', at: T0 }), state: 'waiting', fireInstanceId: null },
      ]);
      await gate.opened;
      await tx.putTriggers([
        { trigger: aTrigger(job, { key: 'b', at: T0 }), state: 'waiting', fireInstanceId: null },
      ]);
    });
    const claimed = store.acquireNextTriggers(due);
    gate.open();
    await transaction;
    expect(claimedNames(await claimed)).toEqual(['a', 'b']);
    await store.shutdown();
  });

  it('sees nothing of a transaction that fails while it waits', async () => {
    const store = await openStore(new OpenedStore());
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, { key: 'a', at: T0 }));
    const gate = aGate();
    const transaction = store.inTransaction(async (tx) => {
      await tx.removeTriggers([{ group: 'DEFAULT', name: 'a' }]);
      await tx.putTriggers([
        { trigger: aTrigger(job, { key: 'b', at: T0 }), state: 'waiting', fireInstanceId: null },
      ]);
      await gate.opened;
      throw new Error('changed my mind');
    });
    const claimed = store.acquireNextTriggers(due);
    gate.open();
    await expect(transaction).rejects.toThrow('changed my mind');
    expect(claimedNames(await claimed)).toEqual(['a']);
    await store.shutdown();
  });
});
