/**
 * Waiting for an instant: here time itself is what is measured.
 *
 * @module
 */

/** Resolves at `at` (epoch ms). */
export function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
}
