/**
 * Waiting for what another process brings about: for the event itself, never for a time to pass.
 *
 * @module
 */
import type { RecordedSignals } from '../recorded-signals.js';
import type { Undecided } from './race.js';

/** How long the kit waits for an event, in ms of real time. Nothing is shown when it does not come. */
export const PATIENCE_MS = 12_000;

/** Waits until a node's signals fulfil the condition; inconclusive when they do not in time. */
export async function heard(
  ctx: Undecided,
  signals: RecordedSignals,
  condition: () => boolean,
  what: string,
): Promise<void> {
  const gaveUp = new AbortController();
  const came = signals.until(condition, gaveUp.signal).then(
    () => true,
    () => false,
  );
  if (!(await within(came, gaveUp))) ctx.inconclusive(`${what} did not come within ${PATIENCE_MS} ms`);
}

/** Waits for a promise that never rejects; inconclusive when it does not resolve in time. */
export async function happened<T>(ctx: Undecided, event: Promise<T>, what: string): Promise<T> {
  const gaveUp = new AbortController();
  const out = new Promise<null>((resolve) => gaveUp.signal.addEventListener('abort', () => resolve(null)));
  const first = await within(Promise.race([event.then((value) => ({ value })), out]), gaveUp);
  return first === null ? ctx.inconclusive(`${what} did not happen within ${PATIENCE_MS} ms`) : first.value;
}

async function within<T>(event: Promise<T>, gaveUp: AbortController): Promise<T> {
  const timer = setTimeout(() => gaveUp.abort(), PATIENCE_MS);
  try {
    return await event;
  } finally {
    clearTimeout(timer);
  }
}
