// The sockets of one store, for a harness that lets a store lose its connections as a killed process does.

const LAST_WORDS_MS = 2000;

export class Sockets {
  #open = new Set();

  /** @param {import('node:net').Socket} socket */
  watch(socket) {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** Breaks all of them, behind the store's back. */
  breakAll() {
    for (const socket of this.#open) socket.destroy();
  }

  /**
   * How many are open. One that was ended is given the time that its last words take.
   *
   * @returns {Promise<number>}
   */
  async left() {
    const closed = [...this.#open].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const patience = AbortSignal.timeout(LAST_WORDS_MS);
    await Promise.race([Promise.all(closed), new Promise((resolve) => (patience.onabort = resolve))]);
    return this.#open.size;
  }
}
