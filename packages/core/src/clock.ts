/**
 * The one source of time in a scheduler, so that tests can own it.
 *
 * @module
 */

/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Tells the time and wakes its callers. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once the clock shows `at` (epoch ms) or later; at once, but never synchronously, when it does already. */
  wakeAt(at: number, callback: () => void): Timer;
}

/**
 * The longest sleep in one piece. Node's timers overflow at 24.8 days, and the system clock may be set while we
 * sleep: after this long at most we look at it again.
 */
const LONGEST_SLEEP_MS = 60_000;

/** The clock of the machine. Its timers reach any distance and follow the system clock when that is set. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, callback) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = at - Date.now();
      handle = setTimeout(
        () => {
          if (Date.now() >= at) callback();
          else arm();
        },
        Math.min(Math.max(left, 0), LONGEST_SLEEP_MS),
      );
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
