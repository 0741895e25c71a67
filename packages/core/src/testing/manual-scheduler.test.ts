import { silentLogger } from '@ametrine/core';
import { MemoryJobStore } from '@ametrine/store-memory';
import { describe, expect, it } from 'vitest';
import { createManualScheduler, type ManualSchedulerOptions } from './manual-scheduler.js';

const manual = (options: Partial<ManualSchedulerOptions> = {}): ReturnType<typeof createManualScheduler> =>
  createManualScheduler({ store: new MemoryJobStore(), logger: silentLogger, ...options });

describe('ManualScheduler', () => {
  it('runs what is due, and nothing before its time', async () => {
    const ran: string[] = [];
    const scheduler = manual({
      startAt: '2026-03-02T10:00:00Z',
      jobs: { note: ({ trigger }) => void ran.push(trigger.key.name) },
    });
    await scheduler.schedule({ job: 'note' }, [
      { key: 'now', at: '2026-03-02T10:00:00Z' },
      { key: 'later', at: '2026-03-02T10:00:01Z' },
    ]);
    expect(await scheduler.runDue()).toBe(1);
    expect(ran).toEqual(['now']);
    expect(await scheduler.runDue()).toBe(0);
    expect(await scheduler.advance(999)).toBe(0);
    expect(await scheduler.advance(1)).toBe(1);
    expect(ran).toEqual(['now', 'later']);
    await scheduler.shutdown();
  });

  it('resolves when the runs are over and stored, also those that take real time', async () => {
    let over = false;
    const scheduler = manual({
      jobs: {
        slow: async () => {
          for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
          over = true;
        },
      },
    });
    await scheduler.schedule({ job: 'slow' }, { at: scheduler.clock.now() });
    await scheduler.runDue();
    expect(over).toBe(true);
    expect(scheduler.currentlyExecuting()).toEqual([]);
    expect(await scheduler.listTriggers()).toEqual([]);
    await scheduler.shutdown();
  });

  it('follows jobs that schedule jobs', async () => {
    const ran: number[] = [];
    const scheduler = manual({
      jobs: {
        chain: async ({ scheduler: mine, data }) => {
          const step = Number(data.step ?? 0);
          ran.push(step);
          if (step < 5)
            await mine.schedule(
              { job: 'chain', key: `${step}`, data: { step: step + 1 } },
              { at: scheduler.clock.now() },
            );
        },
      },
    });
    await scheduler.schedule({ job: 'chain' }, { at: scheduler.clock.now() });
    expect(await scheduler.runDue()).toBe(6);
    expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
    await scheduler.shutdown();
  });

  it('goes through a year in a moment, every fire at its own time', async () => {
    const hours = new Set<string>();
    const scheduler = manual({
      jobs: { note: ({ firedAt }) => void hours.add(firedAt.toISOString().slice(11)) },
    });
    await scheduler.schedule({ job: 'note' }, { cron: '0 0 8 * * ?', timeZone: 'UTC' });
    expect(await scheduler.advance('365d')).toBe(365);
    expect([...hours]).toEqual(['08:00:00.000Z']);
    await scheduler.shutdown();
  });

  it('stays in standby when it was put there', async () => {
    const scheduler = manual({ jobs: { note: () => {} } });
    await scheduler.schedule({ job: 'note' }, { every: '1s' });
    await scheduler.runDue();
    await scheduler.standby();
    expect(await scheduler.advance('5s')).toBe(0);
    await scheduler.start();
    expect(await scheduler.runDue()).toBeGreaterThan(0);
    await scheduler.shutdown();
  });

  it('takes no clock, and only durations', async () => {
    const clock = { now: () => 0, wakeAt: () => ({ cancel() {} }) };
    const scheduler = createManualScheduler({ store: new MemoryJobStore(), clock } as never);
    expect(scheduler.clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'));
    await expect(scheduler.advance('soon')).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        details: expect.objectContaining({ field: 'duration' }),
      }),
    );
  });
});
