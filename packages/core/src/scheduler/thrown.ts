/**
 * What user code threw.
 *
 * @module
 */
import { showValue } from '../errors.js';

/** What was thrown, as an error: anything can be. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`something that is no error was thrown: ${showValue(thrown)}`, { cause: thrown });
}
