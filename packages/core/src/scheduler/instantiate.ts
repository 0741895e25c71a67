/**
 * From a job class to something that runs.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import type { Job, JobClass, JobConstructor, JobFunction } from '../spi/job-class.js';
import type { RunContext } from './run-context.js';

/** Something that runs once. */
export type Runnable = Job | JobFunction;

/** A new instance of a class, or a function as it is. Throws what the constructor throws. */
export function instantiate(jobClass: JobClass): Runnable {
  return isConstructor(jobClass) ? checkRunnable(new jobClass()) : jobClass;
}

/** Checks what a job factory or a constructor made. Throws `ERR_INVALID_ARGUMENT`. */
export function checkRunnable(made: Runnable): Runnable {
  const runs = typeof made === 'function' || typeof (made as Job | null | undefined)?.execute === 'function';
  if (!runs) throw invalidArgument('job', made, 'an object with an `execute` method, or a function');
  return made;
}

/** Runs it; what it answers may have to be awaited. */
export function execute(runnable: Runnable, context: RunContext): unknown {
  return typeof runnable === 'function' ? runnable(context) : runnable.execute(context);
}

function isConstructor(jobClass: JobClass): jobClass is JobConstructor {
  const prototype: unknown = jobClass.prototype;
  if (typeof prototype !== 'object' || prototype === null) return false;
  if ('execute' in prototype) return true;
  // A class may set `execute` in its constructor. Only a class's prototype cannot be assigned.
  return Object.getOwnPropertyDescriptor(jobClass, 'prototype')?.writable === false;
}
