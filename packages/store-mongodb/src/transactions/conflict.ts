/**
 * A change that must start again, because somebody was faster.
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
