/**
 * Numbers for calls, so that a script can tell a call that arrives twice, or late, from a new one.
 *
 * @module
 */

/** One call at a time uses a lane; its number is greater than those of all calls before it in that lane. */
export interface Lane {
  readonly name: string;
  call: number;
}

/** The lanes of one life of a node. There are as many as it ever had calls under way at once. */
export class Lanes {
  readonly #life: string;
  readonly #free: Lane[] = [];
  #made = 0;

  /** @param life - unique for every opened store */
  constructor(life: string) {
    this.#life = life;
  }

  /** A free lane, with a new number. The one that became free last comes first: what is late in it is refused soonest. */
  take(): Lane {
    const lane = this.#free.pop() ?? { name: `${this.#life}:${this.#made++}`, call: 0 };
    lane.call += 1;
    return lane;
  }

  /** Makes a lane free again. */
  giveBack(lane: Lane): void {
    this.#free.push(lane);
  }

  /** The names of all lanes. */
  get names(): readonly string[] {
    return Array.from({ length: this.#made }, (_, index) => `${this.#life}:${index}`);
  }
}
