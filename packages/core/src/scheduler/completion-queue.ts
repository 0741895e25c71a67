/**
 * The way of ended runs into the store.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import { isSchedulerError, SchedulerError } from '../errors.js';
import { showKey } from '../key.js';
import type { JobStore } from '../spi/job-store.js';
import type { Completion, CompletionOutcome } from '../spi/results.js';
import type { Trigger } from '../trigger.js';
import { Backoff } from './backoff.js';
import { nextTurn, Pause } from './pause.js';

/** What a {@link CompletionQueue} works with. */
export interface CompletionQueueParts {
  readonly store: JobStore;
  readonly clock: Clock;
  report(message: string, error: unknown): void;
  /** The store has taken it. */
  completed(completion: Completion): void;
  /** There is less on its way than before, or the queue sleeps. */
  changed(): void;
}

/**
 * Brings completions to the store in batches that form by themselves: those that end in one turn leave together,
 * and those that end while a batch is on its way leave together in the next. A batch that fails is sent again until
 * the store takes it or the queue is closed (COM-21).
 */
export class CompletionQueue {
  readonly #parts: CompletionQueueParts;
  readonly #backoff = new Backoff();
  readonly #pause: Pause;
  /** Triggers to be stored before the end of the run that they repeat, by its token. */
  readonly #retries = new Map<string, Trigger>();
  #waiting: Completion[] = [];
  #onTheirWay = 0;
  #draining: Promise<void> | null = null;
  #closed = false;

  constructor(parts: CompletionQueueParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock, () => parts.changed());
  }

  /** How many runs have ended without the store having taken it. */
  get pending(): number {
    return this.#waiting.length + this.#onTheirWay;
  }

  /** Nothing is on its way, or what is waits for the clock to try again. */
  get quiet(): boolean {
    return this.pending === 0 || this.#pause.sleeping;
  }

  /** @param retry - the next attempt at what failed, to be stored first: then no crash can lose it */
  push(completion: Completion, retry: Trigger | null = null): void {
    if (this.#closed) {
      this.#giveUp(
        [completion],
        new SchedulerError('ERR_STORE_CLOSED', 'the scheduler was shut down before it ended'),
      );
      return;
    }
    if (retry !== null) this.#retries.set(completion.fireInstanceId, retry);
    this.#waiting.push(completion);
    this.#draining ??= this.#drain();
  }

  /** Sends what is there once more, gives up what then fails, and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pause.wake();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    await nextTurn();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#onTheirWay = batch.length;
      await this.#send(batch);
      this.#onTheirWay = 0;
      this.#parts.changed();
    }
    this.#draining = null;
  }

  async #send(batch: readonly Completion[]): Promise<void> {
    const { store, clock, report } = this.#parts;
    let mayBeDone = false;
    for (;;) {
      try {
        for (const { fireInstanceId } of batch) await this.#storeRetry(fireInstanceId);
        const outcomes = await store.triggeredJobsComplete(batch, { now: clock.now() });
        this.#backoff.succeeded();
        for (const [index, completion] of batch.entries())
          await this.#settle(completion, outcomes[index], mayBeDone);
        return;
      } catch (error) {
        if (isRefusal(error)) return this.#sendLess(batch, error);
        if (this.#closed) return this.#giveUp(batch, error);
        if (this.#backoff.failures === 0)
          report('Ended runs could not be stored; trying until it succeeds', error);
        // After a failure of that kind a stale outcome only says that the attempt had arrived.
        mayBeDone ||= isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN');
        await this.#pause.sleep(clock.now() + this.#backoff.failed());
      }
    }
  }

  /** Stored once more when a batch is sent once more: that changes nothing, unless the attempt was made meanwhile. */
  async #storeRetry(fireInstanceId: string): Promise<void> {
    const retry = this.#retries.get(fireInstanceId);
    if (retry === undefined) return;
    try {
      await this.#parts.store.storeTrigger(retry, { replace: true });
    } catch (error) {
      if (!isRefusal(error) && !isSchedulerError(error, 'ERR_JOB_NOT_FOUND')) throw error;
      this.#retries.delete(fireInstanceId);
      this.#parts.report(`A run of job ${showKey(retry.jobKey)} cannot be tried again`, error);
    }
  }

  /** The store will never take this batch as it is: finds out which run it is, and lets that one go without its data (COM-18). */
  async #sendLess(batch: readonly Completion[], error: unknown): Promise<void> {
    const [only, ...others] = batch;
    if (only === undefined) return;
    if (others.length > 0) {
      for (const completion of batch) await this.#send([completion]);
    } else if (only.changedData !== null) {
      this.#parts.report(
        `The data that job ${showKey(only.jobKey)} left was refused and is not stored`,
        error,
      );
      await this.#send([{ ...only, changedData: null }]);
    } else {
      this.#giveUp(batch, error);
    }
  }

  async #settle(
    completion: Completion,
    outcome: CompletionOutcome | undefined,
    mayBeDone: boolean,
  ): Promise<void> {
    const retry = this.#retries.get(completion.fireInstanceId);
    this.#retries.delete(completion.fireInstanceId);
    if (outcome !== 'stale' || mayBeDone) {
      this.#parts.completed(completion);
      return;
    }
    // Whoever recovered the run has decided what becomes of it.
    if (retry !== undefined) await this.#parts.store.removeTrigger(retry.key).catch(() => 'absent');
    const fenced = new SchedulerError(
      'ERR_NODE_FENCED',
      'the store knows no such run: this node was taken for dead meanwhile and its work given to others',
      { details: { fireInstanceId: completion.fireInstanceId } },
    );
    this.#parts.report(`The end of a run of job ${showKey(completion.jobKey)} changed nothing`, fenced);
  }

  #giveUp(batch: readonly Completion[], error: unknown): void {
    for (const { jobKey, fireInstanceId } of batch) {
      this.#retries.delete(fireInstanceId);
      this.#parts.report(`The end of run ${fireInstanceId} of job ${showKey(jobKey)} is not stored`, error);
    }
  }
}

/** Whether the store would refuse the same call again. */
function isRefusal(error: unknown): boolean {
  return isSchedulerError(error, 'ERR_INVALID_DATA') || isSchedulerError(error, 'ERR_INVALID_ARGUMENT');
}
