/**
 * What a failure means to whoever called the program.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core';

/** It did what it was asked. */
export const EXIT_OK = 0;
/** It tried and failed: a store that does not open, a class that is not found. */
export const EXIT_FAILED = 1;
/** It was asked wrongly: an unknown command, a bad option, a bad expression, a bad configuration. */
export const EXIT_USAGE = 2;

/** Makes the error for a wrongly written command line. */
export function usageError(message: string, cause?: unknown): SchedulerError {
  return new SchedulerError('ERR_INVALID_ARGUMENT', message, cause === undefined ? {} : { cause });
}

const USAGE_CODES = ['ERR_INVALID_ARGUMENT', 'ERR_INVALID_CONFIG', 'ERR_INVALID_CRON'];

/** The exit code for an error that ends the program. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return EXIT_FAILED;
  // Of Node's own errors those of `parseArgs` are about the command line too.
  return USAGE_CODES.includes(error.code) || error.code.startsWith('ERR_PARSE_ARGS_')
    ? EXIT_USAGE
    : EXIT_FAILED;
}
