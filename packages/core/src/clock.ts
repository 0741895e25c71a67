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
  /**
   * Calls back once the clock shows `at` (epoch ms) or later; at once, but never synchronously, when it does already.
   * When the clock was set back meanwhile it calls back early: what was to be waited for must be worked out again.
   */
  wakeAt(at: number, callback: () => void): Timer;
}

/** The longest sleep in one piece: Node's timers overflow at 24.8 days, and the clock may be set while we sleep. */
const LONGEST_SLEEP_MS = 60_000;
/** Time servers correct a clock by less than this without anybody noticing. */
const SET_BACK_BY_MS = 500;

/** The clock of the machine. Its timers reach any distance, and notice when the clock is set (MIS-22). */
export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, callback) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const shown = Date.now();
      const started = performance.now();
      const look = (): void => {
        const now = Date.now();
        const setBack = shown + (performance.now() - started) - now > SET_BACK_BY_MS;
        if (now >= at || setBack) callback();
        else arm();
      };
      handle = setTimeout(look, Math.min(Math.max(at - shown, 0), LONGEST_SLEEP_MS));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
