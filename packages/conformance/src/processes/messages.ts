/**
 * What the kit and a node in a process of its own tell each other, over the channel between the processes. Values
 * cross as structured clones; what cannot be cloned, errors and classes, crosses packed.
 *
 * @module
 */
import type { ErrorCode, SchedulerErrorOptions } from '@ametrine/core';
import { isSchedulerError, SchedulerError } from '@ametrine/core';
import type {
  AcquireResult,
  FiredBundle,
  FireResult,
  JobClass,
  StoreCapabilities,
  StoreSignals,
} from '@ametrine/core/spi';

/** To the child. */
export type ToChild =
  /** The first message: the module that makes the store, as a URL, and what its `openStore` is given. */
  | { readonly kind: 'open'; readonly module: string; readonly options: unknown }
  /** One call of the SPI. `initialize` has {@link PackedContext} as its argument. */
  | { readonly kind: 'call'; readonly id: number; readonly call: string; readonly args: readonly unknown[] }
  /** The child drops the channel: from now on only what its store holds keeps it alive. */
  | { readonly kind: 'letGo' };

/** From the child. */
export type FromChild =
  | { readonly kind: 'opened'; readonly capabilities: StoreCapabilities }
  | { readonly kind: 'notOpened'; readonly error: PackedError }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: PackedError }
  | { readonly kind: 'signal'; readonly name: keyof StoreSignals; readonly args: readonly unknown[] };

/** A store's context as it crosses. */
export interface PackedContext {
  readonly schedulerName: string;
  readonly instanceId: string;
  /** The names of the job classes that the child is to know. */
  readonly classes: readonly string[];
}

/** An error as it crosses. */
export interface PackedError {
  readonly packed: 'error';
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly stack: string | undefined;
  readonly retryable: boolean;
  readonly details: SchedulerErrorOptions['details'];
}

/** Takes an error apart. */
export function packError(thrown: unknown): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const known = isSchedulerError(error);
  return {
    packed: 'error',
    code: known ? error.code : null,
    message: error.message,
    stack: error.stack,
    retryable: known && error.retryable,
    details: known ? error.details : {},
  };
}

/** Puts an error together again: a SchedulerError is one here too, with code, details and the child's stack. */
export function unpackError({ code, message, stack, retryable, details = {} }: PackedError): Error {
  const error =
    code === null ? new Error(message) : new SchedulerError(code, message, { retryable, details });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Packs what a call answered. Only fired triggers hold anything that cannot be cloned. */
export function packResult(call: string, value: unknown): unknown {
  if (call === 'triggersFired') return (value as readonly FireResult[]).map(packFireResult);
  if (call !== 'acquireNextTriggers') return value;
  const result = value as AcquireResult;
  return { ...result, fired: result.fired.map(packFireResult) };
}

/** Undoes {@link packResult}; `classOf` finds the class that the child had found by the same name. */
export function unpackResult(call: string, value: unknown, classOf: (name: string) => JobClass): unknown {
  const unpack = (result: unknown): FireResult => unpackFireResult(result as PackedFireResult, classOf);
  if (call === 'triggersFired') return (value as readonly unknown[]).map(unpack);
  if (call !== 'acquireNextTriggers') return value;
  const result = value as AcquireResult;
  return { ...result, fired: result.fired.map(unpack) };
}

type Fired = Extract<FireResult, { kind: 'fired' }>;
type ClassNotFound = Extract<FireResult, { kind: 'jobClassNotFound' }>;
type PackedFireResult =
  | (Omit<Fired, 'bundle'> & { readonly bundle: Omit<FiredBundle, 'jobClass'> })
  | (Omit<ClassNotFound, 'error'> & { readonly error: PackedError })
  | Extract<FireResult, { kind: 'notFired' }>;

function packFireResult(result: FireResult): PackedFireResult {
  switch (result.kind) {
    case 'fired': {
      const { jobClass: _, ...bundle } = result.bundle;
      return { ...result, bundle };
    }
    case 'jobClassNotFound':
      return { ...result, error: packError(result.error) };
    case 'notFired':
      return result;
  }
}

function unpackFireResult(result: PackedFireResult, classOf: (name: string) => JobClass): FireResult {
  switch (result.kind) {
    case 'fired':
      return { ...result, bundle: { ...result.bundle, jobClass: classOf(result.bundle.job.jobClass) } };
    case 'jobClassNotFound':
      return { ...result, error: unpackError(result.error) as SchedulerError };
    case 'notFired':
      return result;
  }
}

/** Packs what a store says to its scheduler. */
export function packSignal(args: readonly unknown[]): readonly unknown[] {
  return args.map((arg) => (arg instanceof Error ? packError(arg) : arg));
}

/** Undoes {@link packSignal}. */
export function unpackSignal(args: readonly unknown[]): readonly unknown[] {
  return args.map((arg) => (isPackedError(arg) ? unpackError(arg) : arg));
}

function isPackedError(value: unknown): value is PackedError {
  return typeof value === 'object' && value !== null && (value as PackedError).packed === 'error';
}
