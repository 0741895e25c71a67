/**
 * Turns of the event loop that workers take together.
 *
 * @module
 */

let next: Promise<void> | null = null;

/**
 * Resolves in the next turn of the event loop, for all who wait at the same moment: they go on together, so that their
 * calls meet even in a store that answers without a turn.
 */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      next = null;
      resolve();
    });
  });
  return next;
}
