/**
 * Errors on their way from a worker to the scheduler.
 *
 * @module
 */
import { isJobExecutionError, JobExecutionError, JobInterruption } from '@ametrine/core';
import type { PackedError } from './messages.js';

/** Takes apart what a job threw. */
export function packError(thrown: unknown): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code, by } = error as { readonly code?: unknown; readonly by?: unknown };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    action: isJobExecutionError(error) ? error.action : null,
    interruptedBy: error.name === 'JobInterruption' && (by === 'interrupt' || by === 'shutdown') ? by : null,
    code: typeof code === 'string' ? code : null,
  };
}

/** Puts it together again, as the scheduler knows such errors; the stack is the worker's. */
export function unpackError({ name, message, stack, action, interruptedBy, code }: PackedError): Error {
  const error = remade(message, action, interruptedBy);
  if (action === null && interruptedBy === null) {
    Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
    if (code !== null) Object.defineProperty(error, 'code', { value: code, enumerable: true });
  }
  if (stack !== undefined) error.stack = stack;
  return error;
}

function remade(
  message: string,
  action: PackedError['action'],
  interruptedBy: PackedError['interruptedBy'],
): Error {
  if (action !== null) return new JobExecutionError(message, { action });
  return interruptedBy === null ? new Error(message) : new JobInterruption(interruptedBy);
}
