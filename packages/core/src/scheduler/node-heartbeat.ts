/**
 * Says that this node lives, and hears which nodes do not.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import type { JobStore } from '../spi/job-store.js';
import type { CheckIn } from '../spi/results.js';
import { Backoff } from './backoff.js';
import { Pause } from './pause.js';

/** What a {@link NodeHeartbeat} works with. */
export interface NodeHeartbeatParts {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly checkInIntervalMs: number;
  checkedIn(found: CheckIn): void;
  report(message: string, error: unknown): void;
  /** The heartbeat sleeps. */
  rested(): void;
}

/**
 * Checks in at a fixed rate, one check-in at a time. One that fails is repeated sooner (CLU-11): a node that lives
 * through an outage of its store goes on (CLU-12).
 */
export class NodeHeartbeat {
  readonly #parts: NodeHeartbeatParts;
  readonly #pause: Pause;
  readonly #backoff: Backoff;
  #stopped = false;
  #beating: Promise<void> | null = null;

  constructor(parts: NodeHeartbeatParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock, () => parts.rested());
    this.#backoff = new Backoff(20, parts.checkInIntervalMs);
  }

  /** No check-in is under way. */
  get resting(): boolean {
    return this.#beating === null || this.#pause.sleeping;
  }

  /** The first check-in follows after one interval: starting the scheduler has been one. */
  start(): void {
    this.#beating ??= this.#beat();
  }

  /** Resolves when no check-in is under way and none will follow. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause.wake();
    await this.#beating;
    this.#beating = null;
  }

  async #beat(): Promise<void> {
    const { store, clock, checkInIntervalMs, checkedIn, report } = this.#parts;
    let next = clock.now() + checkInIntervalMs;
    for (;;) {
      await this.#pause.sleep(next);
      if (this.#stopped) return;
      const now = clock.now();
      try {
        checkedIn(await store.checkIn({ now }));
        this.#backoff.succeeded();
        next = now + checkInIntervalMs;
        // A store that is slower than the interval is not asked without pause.
        if (next <= clock.now()) next = clock.now() + checkInIntervalMs;
      } catch (error) {
        if (this.#backoff.failures === 0)
          report('This node could not check in; trying until it succeeds', error);
        next = clock.now() + this.#backoff.failed();
      }
    }
  }
}
