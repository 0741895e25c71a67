/**
 * What makes a change start again, because somebody was faster.
 *
 * @module
 */

/** Thrown within a transaction; whoever runs it takes everything back and starts anew. Never leaves the store. */
export class Conflict extends Error {
  override readonly name: string = 'Conflict';
}

/** Whether an error says that a document of that key, or with that unique value, exists already. */
export function isDuplicate(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 11000;
}

/** Whether the server or the driver put that label on an error. */
export function hasLabel(error: unknown, label: string): boolean {
  const labelled = error as { hasErrorLabel?: (label: string) => boolean } | null;
  return typeof labelled?.hasErrorLabel === 'function' && labelled.hasErrorLabel(label);
}
