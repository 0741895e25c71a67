/**
 * Trying again what failed for now.
 *
 * @module
 */

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/**
 * Runs `work` until it does something else than fail for now, or the time is up. The pauses grow and are jittered, so
 * that processes which wait for one another do not keep in step; the event loop is free meanwhile.
 *
 * @param limitMs - how long to go on trying, in ms
 * @param isPassing - whether an error means that trying again makes sense
 * @throws what `work` threw last
 */
export async function retryWhile<T>(
  limitMs: number,
  isPassing: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  let startedAt: number | null = null;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      startedAt ??= performance.now();
      const leftMs = limitMs - (performance.now() - startedAt);
      if (leftMs <= 0) throw error;
      await pause(Math.min(leftMs, pauseMs * (0.5 + Math.random() / 2)));
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
