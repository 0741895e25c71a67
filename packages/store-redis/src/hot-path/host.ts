/**
 * What the hot path works with.
 *
 * @module
 */
import type { Effects, SchedulerError } from '@ametrine/core/spi';
import { isSchedulerError, SchedulerError as StoreError } from '@ametrine/core/spi';
import type { Session } from '../session.js';
import type { RedisTransaction } from '../transaction/redis-transaction.js';

/** The store, as its hot path sees it. */
export interface Host {
  readonly session: Session;
  readonly instanceId: string;
  /** Unique for every opened store: whoever publishes it need not be told. */
  readonly life: string;
  /** Tokens of claims and fires whose answers were lost: the next claim asks what became of them. */
  readonly doubtful: Set<string>;
  /** Tokens of runs whose end was sent and not answered: that they are gone by the next attempt means that it arrived. */
  readonly ending: Set<string>;
  transact<T>(effects: Effects, work: (tx: RedisTransaction) => Promise<T>): Promise<T>;
}

/**
 * Runs a step whose claims are found again by their tokens: when its fate is not known, the tokens are remembered, and
 * the step may be repeated.
 */
export async function remembering<T>(
  host: Host,
  tokens: () => readonly string[],
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN')) throw error;
    for (const token of tokens()) host.doubtful.add(token);
    throw repeatable(error);
  }
}

/** The same failure, of a step that may be repeated whatever became of it. */
export function repeatable(error: SchedulerError): SchedulerError {
  return new StoreError('ERR_STORE_UNAVAILABLE', error.message, {
    cause: error.cause,
    retryable: true,
    details: error.details,
  });
}

/** What is found damaged when it is too late to leave it out. */
export interface Damaged {
  readonly id: string;
  /** The token of a claim that has to be given up; null when there is none. */
  readonly token: string | null;
  readonly message: string;
  readonly error: SchedulerError;
}

/** Puts damaged triggers in error, gives up their claims, and tells of each once. */
export async function setAside(host: Host, effects: Effects, damaged: readonly Damaged[]): Promise<void> {
  if (damaged.length === 0) return;
  const { change } = effects;
  await host.transact(effects, async (tx) => {
    // A lease that ran out clears the effects of the step: what it had to say of the schedule is said again.
    if (change !== undefined) effects.schedulingChanged(change);
    await tx.removeExecutions(damaged.flatMap(({ token }) => token ?? []));
    for (const { id, message, error } of damaged) {
      tx.changes.damaged.add(id);
      effects.storeError(message, error);
    }
  });
}
