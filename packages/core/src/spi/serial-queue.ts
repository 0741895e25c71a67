/**
 * One thing after another.
 *
 * @module
 */

/** Runs asynchronous work strictly in the order of its calls: for a connection that holds one transaction at a time. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything before it is over, however that ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(ignore);
    return result;
  }
}

function ignore(): void {}
