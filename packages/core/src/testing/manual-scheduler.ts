/**
 * A scheduler in a test's hands.
 *
 * @module
 */
import { type DurationInput, durationMs } from '../duration.js';
import { epochMs, type Instant } from '../instant.js';
import { Scheduler } from '../scheduler/scheduler.js';
import type { SchedulerOptions } from '../scheduler/scheduler-options.js';
import { ManualClock } from './manual-clock.js';

/**
 * What {@link createManualScheduler} takes: a scheduler's options, but the time is the test's, and `idleWaitMs` is an
 * hour unless given, so that a year passes in a moment.
 */
export interface ManualSchedulerOptions extends Omit<SchedulerOptions, 'clock'> {
  /** What the clock shows at first. @defaultValue 2026-01-01T00:00:00Z */
  readonly startAt?: Instant | undefined;
}

/**
 * A whole scheduler whose time moves only when a test says so: no sleeping, no flaking. Jobs really run; one that
 * waits for something real is really waited for.
 *
 * @example
 * const scheduler = createManualScheduler({ store: new MemoryJobStore(), jobs: { SendInvoice } });
 * await scheduler.schedule({ job: 'SendInvoice' }, { cron: '0 0 8 * * ?', timeZone: 'UTC' });
 * await scheduler.advance('1d');
 */
export class ManualScheduler extends Scheduler {
  /** The clock that this scheduler goes by. */
  readonly clock: ManualClock;

  constructor(options: ManualSchedulerOptions) {
    const { startAt, ...rest } = options;
    const clock = new ManualClock(startAt);
    super({ idleWaitMs: 3_600_000, ...rest, clock });
    this.clock = clock;
  }

  /** Runs what is due at this moment, and what becomes due by it; answers how many runs began. Starts a scheduler that is not started. */
  async runDue(): Promise<number> {
    return this.advanceTo(this.clock.now());
  }

  /**
   * Moves time on by a duration (ms, or such as `'1h30m'`) and runs everything that becomes due on the way, each at
   * its own time; resolves when those runs are complete and stored. Answers how many began.
   */
  async advance(duration: DurationInput): Promise<number> {
    return this.advanceTo(this.clock.now() + durationMs('duration', duration));
  }

  /** Moves time on to an instant, like {@link ManualScheduler.advance}. */
  async advanceTo(at: Instant): Promise<number> {
    const target = epochMs('at', at);
    const before = this.metadata().runs;
    if (this.status === 'idle') await this.start();
    await this.#quiet();
    for (let next = this.clock.nextAlarmAt; next !== null && next < target; next = this.clock.nextAlarmAt) {
      await this.clock.advanceTo(next);
      await this.#quiet();
    }
    await this.clock.advanceTo(target);
    await this.#quiet();
    return this.metadata().runs - before;
  }

  /** One run may lead to another without any alarm between: idle must last over a few turns. */
  async #quiet(): Promise<void> {
    for (let begun = -1; begun !== this.metadata().runs; ) {
      begun = this.metadata().runs;
      await this.whenIdle();
      await this.clock.settle();
    }
  }
}

/** Makes a scheduler for a test. Throws `ERR_INVALID_ARGUMENT` that names the option. */
export function createManualScheduler(options: ManualSchedulerOptions): ManualScheduler {
  return new ManualScheduler(options);
}
