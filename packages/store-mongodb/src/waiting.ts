/**
 * Waiting a moment for somebody else.
 *
 * @module
 */

/** Waits between half and one and a half times as long, in ms, so that those who wait for one thing do not meet again. */
export function waitAbout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));
}
