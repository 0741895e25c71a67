/**
 * The logger of a scheduler that was given none.
 *
 * @module
 */
import type { ErrorDetails } from '../errors.js';
import type { Logger } from '../logger.js';

const write = (to: 'warn' | 'error', message: string, details: ErrorDetails = {}): void => {
  if (Object.keys(details).length > 0) console[to](`[ametrine] ${message}`, details);
  else console[to](`[ametrine] ${message}`);
};

/** Warnings and errors go to the console, the rest is dropped: a failing job is never silent. */
export const problemLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, details) => write('warn', message, details),
  error: (message, details) => write('error', message, details),
};
