/**
 * Where the connections of a database server come from: a pool, or one that is the user's.
 *
 * @module
 */
import { SerialQueue } from '@ametrine/core/spi';
import { retryWhile } from './retry.js';

/** Lends connections of a driver. */
export interface Connections<C> {
  /** Lends a connection for one transaction. */
  borrow<T>(work: (connection: C) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** One connection of the user's, for everything: one transaction after another, and never closed. */
export class SingleConnection<C> implements Connections<C> {
  readonly #connection: C;
  readonly #queue = new SerialQueue();

  constructor(connection: C) {
    this.#connection = connection;
  }

  borrow<T>(work: (connection: C) => Promise<T>): Promise<T> {
    return this.#queue.run(() => work(this.#connection));
  }

  async close(): Promise<void> {}
}

/** What a lender does with a connection of its pool. */
export interface Lending<P> {
  take(): Promise<P>;
  /** Whether what a transaction threw leaves its connection in an unknown state: such a one is not used again. */
  mayBeBroken(error: unknown): boolean;
  giveBack(connection: P, broken: boolean): void;
}

/** Lends a connection of a pool for one transaction. */
export async function lend<P, T>(lending: Lending<P>, work: (connection: P) => Promise<T>): Promise<T> {
  const connection = await lending.take();
  let broken = true;
  try {
    const result = await work(connection);
    broken = false;
    return result;
  } catch (error) {
    broken = lending.mayBeBroken(error);
    throw error;
  } finally {
    lending.giveBack(connection, broken);
  }
}

/** What it takes to run a transaction until it succeeds. */
export interface Attempts<C> {
  readonly connections: Connections<C>;
  /** How long to go on trying, in ms. */
  readonly patienceMs: number;
  /** Whether nothing has happened, and the same may succeed a moment later. */
  isPassing(error: unknown): boolean;
}

/**
 * Runs `work`, each time on a connection of its own.
 *
 * @param restarting - called before each repetition: nothing of what `work` did before has happened
 */
export function attempt<C, T>(
  { connections, patienceMs, isPassing }: Attempts<C>,
  work: (connection: C) => Promise<T>,
  restarting?: () => void,
): Promise<T> {
  let again = false;
  return retryWhile(patienceMs, isPassing, () => {
    if (again) restarting?.();
    again = true;
    return connections.borrow(work);
  });
}
