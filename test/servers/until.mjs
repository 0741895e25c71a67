import { setTimeout as pause } from 'node:timers/promises';

/** What takes longer on a busy machine never comes. */
const LIMIT_MS = 60_000;
const ASK_EVERY_MS = 50;

/**
 * @template T
 * @param {string} what
 * @param {() => Promise<T | null>} reached asked again and again until it answers more than null
 * @returns {Promise<T>}
 */
export async function until(what, reached) {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const value = await reached();
    if (value !== null) return value;
    if (performance.now() > limit) throw new Error(`not within ${LIMIT_MS / 1000} s: ${what}`);
    await pause(ASK_EVERY_MS);
  }
}
