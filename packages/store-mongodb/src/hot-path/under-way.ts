/**
 * What calls of this node are firing or ending at the moment.
 *
 * @module
 */

/**
 * Keeps calls about one token apart. Whether a guarded write was made is told by what is stored afterwards, and two
 * calls of one node that fire the same claim, or end the same run, would both find it done.
 */
export class UnderWay {
  readonly #calls = new Map<string, Promise<unknown>>();

  /** Does the work once no other call is about one of the tokens. */
  async alone<T>(tokens: readonly string[], work: () => Promise<T>): Promise<T> {
    for (;;) {
      const others = tokens.map((token) => this.#calls.get(token)).filter((call) => call !== undefined);
      if (others.length === 0) break;
      await Promise.allSettled(others);
    }
    const call = work();
    for (const token of tokens) this.#calls.set(token, call);
    try {
      return await call;
    } finally {
      for (const token of tokens) this.#calls.delete(token);
    }
  }
}
