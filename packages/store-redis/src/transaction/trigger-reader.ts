/**
 * Reading triggers within a transaction, damaged ones among them.
 *
 * @module
 */
import { type Effects, isSchedulerError, showKey, standInFor, type TriggerRecord } from '@ametrine/core/spi';
import { keyOf } from '../ids.js';
import { jobIdIn, readTrigger, type TriggerText } from '../records/trigger-text.js';

/** Reads triggers; in a transaction that may write, what is damaged has a stand-in and is told of once. */
export class TriggerReader {
  readonly #effects: Effects | null;
  readonly #damaged: (id: string) => void;

  /** @param damaged - told of what is to be put in error */
  constructor(effects: Effects | null, damaged: (id: string) => void) {
    this.#effects = effects;
    this.#damaged = damaged;
  }

  /** @throws SchedulerError `ERR_RECORD_UNREADABLE` in a transaction that only reads */
  read(text: TriggerText): TriggerRecord {
    try {
      return readTrigger(text);
    } catch (error) {
      if (this.#effects === null || !isSchedulerError(error)) throw error;
      // What is in error already was told of before.
      if (!text.value.startsWith('e')) {
        this.#damaged(text.id);
        this.#effects.storeError(
          `Trigger ${showKey(keyOf(text.id))} is put in error: it cannot be read`,
          error,
        );
      }
      return standInOf(text);
    }
  }
}

function standInOf({ id, value }: TriggerText): TriggerRecord {
  const jobId = jobIdIn(value);
  return standInFor(keyOf(id), keyOf(jobId.includes('\0') ? jobId : id));
}
