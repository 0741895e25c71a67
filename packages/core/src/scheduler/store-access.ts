/**
 * The store of a scheduler, opened when it is first needed.
 *
 * @module
 */
import { SchedulerError } from '../errors.js';
import type { JobStore, StoreContext } from '../spi/job-store.js';

/** Opens a store once and closes it once. A failed opening may be tried again. */
export class StoreAccess {
  readonly #store: JobStore;
  readonly #context: StoreContext;
  #opening: Promise<JobStore> | null = null;
  #closed = false;

  constructor(store: JobStore, context: StoreContext) {
    this.#store = store;
    this.#context = context;
  }

  /** The open store; callers that come at the same time share one opening. Throws `ERR_SCHEDULER_SHUT_DOWN`. */
  open(): Promise<JobStore> {
    if (this.#closed) return Promise.reject(shutDownError());
    this.#opening ??= this.#initialize();
    return this.#opening;
  }

  /** Closes the store if it was opened; nothing opens it again. */
  async close(): Promise<void> {
    this.#closed = true;
    const store = await this.#opening?.catch(() => undefined);
    await store?.shutdown();
  }

  async #initialize(): Promise<JobStore> {
    try {
      await this.#store.initialize(this.#context);
      return this.#store;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }
}

/** The error of every call that comes too late. */
export function shutDownError(): SchedulerError {
  return new SchedulerError(
    'ERR_SCHEDULER_SHUT_DOWN',
    'this scheduler was shut down; create another one, with another store object',
  );
}
