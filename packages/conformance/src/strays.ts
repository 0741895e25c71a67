/**
 * Errors that nobody waited for: rejections without a handler, and throws out of callbacks.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';

const current: AsyncLocalStorage<Strays> = new AsyncLocalStorage<Strays>();
const underWay = new Set<Strays>();
const strangersEars = new Set<(error: Error) => void>();
let listening = 0;

/** The errors that one piece of work left behind, found by the place where they began. */
export class Strays {
  readonly #errors: Error[] = [];
  readonly #late: (error: Error) => void;

  /** @param late - told of the errors that come up after {@link Strays.watch} has ended */
  constructor(late: (error: Error) => void = () => {}) {
    this.#late = late;
  }

  /** Those that came up before the work had ended. */
  get errors(): readonly Error[] {
    return this.#errors;
  }

  /** Runs the work; what it starts, and what that starts, belongs to it. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    const stop = listen();
    underWay.add(this);
    try {
      return await current.run(this, work);
    } finally {
      underWay.delete(this);
      stop();
    }
  }

  /** Takes note of an error. */
  caught(error: Error): void {
    if (underWay.has(this)) this.#errors.push(error);
    else this.#late(error);
  }
}

/**
 * Goes on listening while no work is under way, until the returned function is called.
 *
 * @param ofNobody - told of errors that belong to no work, and come up while none is under way
 */
export function listenForStrays(ofNobody: (error: Error) => void): () => void {
  const stop = listen();
  strangersEars.add(ofNobody);
  return () => {
    strangersEars.delete(ofNobody);
    stop();
  };
}

function listen(): () => void {
  if (listening++ === 0) {
    process.on('unhandledRejection', take);
    process.on('uncaughtException', take);
  }
  return () => {
    if (--listening > 0) return;
    process.off('unhandledRejection', take);
    process.off('uncaughtException', take);
  };
}

function take(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(inspect(thrown));
  const owner = current.getStore();
  // When nobody knows whose it is, better a failure too many than one that is lost.
  if (owner !== undefined) owner.caught(error);
  else if (underWay.size > 0) for (const strays of underWay) strays.caught(error);
  else for (const hear of strangersEars) hear(error);
}
