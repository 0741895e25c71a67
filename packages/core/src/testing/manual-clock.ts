/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock, Timer } from '../clock.js';
import { invalidArgument } from '../errors.js';
import { epochMs, type Instant } from '../instant.js';

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** Enough turns of the event loop for a chain of promises, files and local sockets that one alarm sets off. */
const TURNS_TO_SETTLE = 12;

/**
 * Shows the time it was set to. {@link ManualClock.advanceTo} fires what is due on the way, in order, each at its own
 * time, and lets everything that follows from one alarm happen before the next.
 */
export class ManualClock implements Clock {
  #now: number;
  /** In order; of equal times the one that was set first. */
  #alarms: Alarm[] = [];
  #advancing: Promise<void> = Promise.resolve();

  /** @param startAt - what the clock shows at first */
  constructor(startAt: Instant = '2026-01-01T00:00:00Z') {
    this.#now = epochMs('startAt', startAt);
  }

  /** Epoch ms. */
  now(): number {
    return this.#now;
  }

  /** When the next alarm is due (epoch ms); null when none is set. */
  get nextAlarmAt(): number | null {
    return this.#alarms[0]?.at ?? null;
  }

  wakeAt(at: number, callback: () => void): Timer {
    const alarm = { at, callback };
    if (at <= this.#now) {
      const turn = setImmediate(callback);
      return { cancel: () => clearImmediate(turn) };
    }
    const later = this.#alarms.findIndex((other) => other.at > at);
    this.#alarms.splice(later === -1 ? this.#alarms.length : later, 0, alarm);
    return {
      cancel: () => {
        this.#alarms = this.#alarms.filter((other) => other !== alarm);
      },
    };
  }

  /** Moves on by so many ms. */
  advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) throw invalidArgument('ms', ms, 'a number of at least 0');
    return this.advanceTo(this.#now + ms);
  }

  /** Moves on to an instant; resolves when what became due has settled. Calls wait for each other. */
  advanceTo(at: Instant): Promise<void> {
    const target = epochMs('at', at);
    if (target < this.#now)
      throw invalidArgument('at', at, 'an instant that is not before now; setTo goes back');
    this.#advancing = this.#advancing.then(() => this.#advanceTo(target));
    return this.#advancing;
  }

  /** Sets the time without firing anything, forwards or back, as an administrator sets a machine's clock. */
  setTo(at: Instant): void {
    this.#now = epochMs('at', at);
  }

  /** Lets promises, files and local sockets that are ready go on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS_TO_SETTLE; turn++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  async #advanceTo(target: number): Promise<void> {
    await this.settle();
    for (let alarm = this.#alarms[0]; alarm !== undefined && alarm.at <= target; alarm = this.#alarms[0]) {
      this.#alarms.shift();
      this.#now = Math.max(this.#now, alarm.at);
      alarm.callback();
      if (this.nextAlarmAt !== alarm.at) await this.settle();
    }
    this.#now = Math.max(this.#now, target);
    await this.settle();
  }
}
