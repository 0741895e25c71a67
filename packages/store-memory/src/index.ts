/**
 * `@ametrine/store-memory`: a store in the memory of one process.
 *
 * @module
 */
export { MemoryJobStore } from './memory-store.js';
