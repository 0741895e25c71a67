/**
 * `@ametrine/worker-threads`: jobs in worker threads.
 *
 * @module
 */
export { type WorkerThreadOptions, WorkerThreadResolver } from './worker-thread-resolver.js';
