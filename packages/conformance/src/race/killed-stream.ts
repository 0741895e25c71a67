/**
 * A stream of calls that ends in the middle, because the process that answers it is killed.
 *
 * @module
 */
import { NodeGone } from '../processes/child-store.js';
import type { ProcessCaseNode } from '../processes/process-case-node.js';
import type { SeededRandom } from '../seed.js';

/** What is known of each call of a stream, by its place in it. */
export interface KilledStream {
  /** Answered: must have lasted. */
  readonly acknowledged: readonly number[];
  /** Under way when the process was killed: may have lasted, but not by half. */
  readonly uncertain: readonly number[];
}

/** How many calls of a stream are under way at a time. */
const ABREAST = 4;
/** The longest time between the chosen answer and the kill, in ms: some calls of a fast store. */
const MOST_MS = 2;

/** A stream of calls. */
export interface CallStream {
  /** How many calls there are, at least 2. */
  readonly count: number;
  /** Makes the call of that place in the stream. */
  readonly call: (place: number) => Promise<unknown>;
}

/**
 * Makes the calls in order, a few at a time, and kills the node at a seeded moment: a short time after a seeded number
 * of answers. Calls that were not made by then are not made.
 *
 * @throws what a call rejects with, unless the killing explains it
 */
export async function killDuring(
  node: ProcessCaseNode,
  random: SeededRandom,
  { count, call }: CallStream,
): Promise<KilledStream> {
  const answersBefore = random.integer(1, count - 1);
  const acknowledged: number[] = [];
  const uncertain: number[] = [];
  let reached = (): void => {};
  const chosen = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let next = 0;
  let killed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !killed) {
      const place = next++;
      try {
        await call(place);
        acknowledged.push(place);
      } catch (error) {
        if (!(error instanceof NodeGone)) throw error;
        uncertain.push(place);
      }
      if (acknowledged.length >= answersBefore) reached();
    }
  };
  const workers = Promise.all(Array.from({ length: ABREAST }, worker));
  await Promise.race([chosen, workers]);
  await seededMoment(random, MOST_MS);
  killed = true;
  await node.kill();
  await workers;
  return { acknowledged, uncertain };
}

/**
 * Lets a seeded part of so many ms pass. Nothing is waited for: whatever is under way is to be caught in the middle, and
 * no timer is as fine as that takes.
 */
export async function seededMoment(random: SeededRandom, mostMs: number): Promise<void> {
  const until = performance.now() + random.next() * mostMs;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until);
}
