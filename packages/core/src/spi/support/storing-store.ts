/**
 * Storing and removing, for every store: over the storage primitives, with checked arguments.
 *
 * @module
 */
import { invalidArgument } from '../../errors.js';
import type { JobDetail } from '../../job.js';
import { checkJob } from '../../job-spec.js';
import { compareKeys, type JobKey, type TriggerKey } from '../../key.js';
import type { Trigger } from '../../trigger.js';
import { checkTrigger } from '../../trigger-spec.js';
import type { Effects } from '../effects.js';
import type { JobWithTriggers, ReplaceOption } from '../job-store.js';
import type { RemoveOutcome, ReplaceOutcome } from '../results.js';
import * as removing from './removing.js';
import { SchedulingStore } from './scheduling-store.js';
import * as storing from './storing.js';

/** The part of the SPI that says what there is to fire. */
export abstract class StoringStore extends SchedulingStore {
  /** Stores jobs with triggers; the portable version works over {@link transact}. */
  protected storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    return this.transact(effects, (tx) => storing.storeEntries(tx, effects, entries, replace));
  }

  async storeJob(job: JobDetail, options: ReplaceOption = {}): Promise<void> {
    const own = checkJob(job, this.capabilities);
    await this.change('storeJob', (tx, effects) =>
      storing.storeJob(tx, effects, own, options.replace === true),
    );
  }

  async storeTrigger(trigger: Trigger, options: ReplaceOption = {}): Promise<void> {
    const own = checkTrigger(trigger, this.capabilities);
    await this.change('storeTrigger', (tx, effects) =>
      storing.storeTrigger(tx, effects, own, options.replace === true),
    );
  }

  async storeJobAndTrigger(job: JobDetail, trigger: Trigger): Promise<void> {
    await this.storeJobsAndTriggers([{ job, triggers: [trigger] }]);
  }

  async storeJobsAndTriggers(
    entries: readonly JobWithTriggers[],
    options: ReplaceOption = {},
  ): Promise<void> {
    const own = entries.map(({ job, triggers }, index) => this.#checkEntry(job, triggers, index));
    await this.step('storeJobsAndTriggers', (effects) =>
      this.storeEntries(own, options.replace === true, effects),
    );
  }

  #checkEntry(job: JobDetail, triggers: readonly Trigger[], index: number): JobWithTriggers {
    const ownJobDetail = checkJob(job, this.capabilities);
    const own = triggers.map((trigger) => checkTrigger(trigger, this.capabilities));
    for (const { jobKey } of own) {
      if (compareKeys(jobKey, ownJobDetail.key) !== 0) {
        throw invalidArgument(
          `entries[${index}].triggers.jobKey`,
          jobKey,
          'the key of the job they are stored with',
        );
      }
    }
    return { job: ownJobDetail, triggers: own };
  }

  removeJob(key: JobKey): Promise<RemoveOutcome> {
    return this.removeJobs([key]);
  }

  async removeJobs(keys: readonly JobKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('jobKey', key);
    return this.change('removeJobs', (tx) => removing.removeJobs(tx, keys));
  }

  removeTrigger(key: TriggerKey): Promise<RemoveOutcome> {
    return this.removeTriggers([key]);
  }

  async removeTriggers(keys: readonly TriggerKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('triggerKey', key);
    return this.change('removeTriggers', (tx, effects) => removing.removeTriggers(tx, effects, keys));
  }

  async replaceTrigger(key: TriggerKey, trigger: Trigger): Promise<ReplaceOutcome> {
    this.checkKey('triggerKey', key);
    const own = checkTrigger(trigger, this.capabilities);
    return this.change('replaceTrigger', (tx, effects) => storing.replaceTrigger(tx, effects, key, own));
  }

  async clearAllSchedulingData(): Promise<void> {
    await this.change('clearAllSchedulingData', (tx) => tx.clear());
  }
}
