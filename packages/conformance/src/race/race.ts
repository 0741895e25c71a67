/**
 * Workers on several nodes that begin together, and the proof that they met.
 *
 * @module
 */
import type { Operation } from '../history.js';
import { Barrier } from './barrier.js';

/** How many times a case tries to make its race happen before it is inconclusive. */
export const ATTEMPTS = 5;

/** One worker of a race. */
export interface Racer<N> {
  readonly node: N;
  /** Counts the workers of all nodes, from 0. */
  readonly index: number;
}

/**
 * Runs so many workers on each node, all at once: none begins before all are there.
 *
 * @returns what the workers answered, those of one node after the other
 */
export async function race<N, T>(
  nodes: readonly N[],
  workersPerNode: number,
  work: (racer: Racer<N>) => Promise<T>,
): Promise<readonly T[]> {
  const racers = nodes.flatMap((node) => Array.from({ length: workersPerNode }, () => node));
  const barrier = new Barrier(racers.length);
  return Promise.all(
    racers.map(async (node, index) => {
      await barrier.arrive();
      return work({ node, index });
    }),
  );
}

/**
 * Whether two calls, one of each kind, were ever under way at the same time on different nodes: without, a case about
 * their race has shown nothing.
 *
 * @param since - looks only at operations invoked at this step of the history or later
 */
export function met(operations: readonly Operation[], one: string, other: string = one, since = 0): boolean {
  const recent = operations.filter(({ invoked }) => invoked >= since);
  const others = recent.filter(({ call }) => call === other);
  return recent.some((a) => a.call === one && others.some((b) => a.node !== b.node && overlap(a, b)));
}

function overlap(a: Operation, b: Operation): boolean {
  return (
    a.invoked < (b.settled ?? Number.POSITIVE_INFINITY) && b.invoked < (a.settled ?? Number.POSITIVE_INFINITY)
  );
}

/** What {@link untilProvoked} needs of a case. */
export interface Undecided {
  inconclusive(why: string): never;
}

/**
 * Repeats a round until the race that it is about has happened, a bounded number of times.
 *
 * @param round - makes one attempt and tells whether the race happened in it; its checks hold in any case
 * @param atLeast - so many rounds are made in any case, for races of which one says little
 * @throws Inconclusive when it never did
 */
export async function untilProvoked(
  ctx: Undecided,
  what: string,
  round: (attempt: number) => Promise<boolean>,
  atLeast = 1,
): Promise<void> {
  let provoked = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    provoked = (await round(attempt)) || provoked;
    if (provoked && attempt + 1 >= atLeast) return;
  }
  ctx.inconclusive(`${what} never happened in ${ATTEMPTS} attempts`);
}
