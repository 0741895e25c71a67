/**
 * Where a store's transactions run.
 *
 * @module
 */

import { SerialQueue } from '@ametrine/core/spi';
import type { Access, Driver } from './drivers/driver.js';
import { retryWhile } from './retry.js';

/** A database with one connection or many. */
export interface Database {
  /**
   * Runs `work` in one transaction and gives its answer once that is committed. What the database refused for now is
   * run again, until the patience of the store is over.
   *
   * @param restarting - called before each repetition: nothing of what `work` did before has happened
   */
  transaction<T>(access: Access, work: (driver: Driver) => Promise<T>, restarting?: () => void): Promise<T>;
  /** Closes the connections, except those that are the user's. */
  close(): Promise<void>;
}

/** A database in this process with one connection: transactions run one after another. */
export class SerialDatabase implements Database {
  readonly #driver: Driver;
  readonly #queue = new SerialQueue();
  readonly #patienceMs: number;
  readonly #isBusy: (error: unknown) => boolean;

  /** @param patienceMs - how long to wait for somebody else's lock, in ms */
  constructor(driver: Driver, patienceMs: number, isBusy: (error: unknown) => boolean) {
    this.#driver = driver;
    this.#patienceMs = patienceMs;
    this.#isBusy = isBusy;
  }

  transaction<T>(access: Access, work: (driver: Driver) => Promise<T>, restarting?: () => void): Promise<T> {
    let again = false;
    return this.#queue.run(() =>
      retryWhile(this.#patienceMs, this.#isBusy, async () => {
        if (again) restarting?.();
        again = true;
        await this.#driver.begin(access);
        try {
          const result = await work(this.#driver);
          await this.#driver.commit();
          return result;
        } catch (error) {
          await this.#driver.rollback();
          throw error;
        }
      }),
    );
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
