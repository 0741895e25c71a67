/**
 * Where the library's few log lines go.
 *
 * @module
 */
import type { ErrorDetails } from './errors.js';

/** A sink for log lines. `console` fits as it is; so do pino and winston behind a few lines. */
export interface Logger {
  debug(message: string, details?: ErrorDetails): void;
  info(message: string, details?: ErrorDetails): void;
  warn(message: string, details?: ErrorDetails): void;
  error(message: string, details?: ErrorDetails): void;
}

/** Swallows everything. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
