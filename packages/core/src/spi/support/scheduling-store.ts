/**
 * Calendars, pausing and resuming, for every store: over the storage primitives, with checked arguments.
 *
 * @module
 */
import type { Calendar } from '../../calendars/calendar.js';
import { checkCalendar } from '../../calendars/calendar-spec.js';
import type { GroupMatcher } from '../../group-matcher.js';
import { checkInstant } from '../../instant.js';
import type { JobKey, TriggerKey } from '../../key.js';
import { checkMatcher, checkName } from '../../key-input.js';
import type { AtTime, StoreCalendarOptions } from '../job-store.js';
import type { TriggerSelection } from '../records.js';
import type { RemoveOutcome } from '../results.js';
import * as calendars from './calendars.js';
import * as pausing from './pausing.js';
import { ReadingStore } from './reading-store.js';

/** The part of the SPI that says when triggers may fire at all. */
export abstract class SchedulingStore extends ReadingStore {
  async storeCalendar(name: string, calendar: Calendar, options: StoreCalendarOptions): Promise<void> {
    checkName('calendarName', name, this.capabilities.maxNameLength);
    const own = checkCalendar(calendar);
    await this.change('storeCalendar', (tx, effects) =>
      calendars.storeCalendar(tx, effects, name, own, {
        replace: options.replace === true,
        updateTriggers: options.updateTriggers === true,
        now: checkInstant('options.now', options.now),
        misfireThresholdMs: this.settings.misfireThresholdMs,
      }),
    );
  }

  async removeCalendar(name: string): Promise<RemoveOutcome> {
    return this.change('removeCalendar', (tx) => calendars.removeCalendar(tx, name));
  }

  async pauseTrigger(key: TriggerKey): Promise<void> {
    await this.#pause('pauseTrigger', { by: 'keys', keys: [this.checkKey('triggerKey', key)] });
  }

  async pauseTriggers(matcher: GroupMatcher): Promise<readonly string[]> {
    checkMatcher('matcher', matcher);
    return this.change('pauseTriggers', (tx) => pausing.pauseGroups(tx, 'triggers', matcher));
  }

  async pauseJob(key: JobKey): Promise<void> {
    await this.#pause('pauseJob', pausing.ofJob(this.checkKey('jobKey', key)));
  }

  async pauseJobs(matcher: GroupMatcher): Promise<readonly string[]> {
    checkMatcher('matcher', matcher);
    return this.change('pauseJobs', (tx) => pausing.pauseGroups(tx, 'jobs', matcher));
  }

  async pauseAll(): Promise<void> {
    await this.change('pauseAll', (tx) => pausing.pauseAll(tx));
  }

  async #pause(operation: string, selection: TriggerSelection): Promise<void> {
    await this.change(operation, (tx) => pausing.pauseSelection(tx, selection));
  }

  async resumeTrigger(key: TriggerKey, { now }: AtTime): Promise<void> {
    await this.#resume('resumeTrigger', { by: 'keys', keys: [this.checkKey('triggerKey', key)] }, now);
  }

  async resumeTriggers(matcher: GroupMatcher, { now }: AtTime): Promise<readonly string[]> {
    checkMatcher('matcher', matcher);
    return this.change('resumeTriggers', (tx, effects) =>
      pausing.resumeGroups(tx, effects, 'triggers', matcher, this.at(now)),
    );
  }

  async resumeJob(key: JobKey, { now }: AtTime): Promise<void> {
    await this.#resume('resumeJob', pausing.ofJob(this.checkKey('jobKey', key)), now);
  }

  async resumeJobs(matcher: GroupMatcher, { now }: AtTime): Promise<readonly string[]> {
    checkMatcher('matcher', matcher);
    return this.change('resumeJobs', (tx, effects) =>
      pausing.resumeGroups(tx, effects, 'jobs', matcher, this.at(now)),
    );
  }

  async resumeAll({ now }: AtTime): Promise<void> {
    await this.change('resumeAll', (tx, effects) => pausing.resumeAll(tx, effects, this.at(now)));
  }

  async #resume(operation: string, selection: TriggerSelection, now: number): Promise<void> {
    await this.change(operation, (tx, effects) =>
      pausing.resumeSelection(tx, effects, selection, this.at(now)),
    );
  }

  async resetTriggerFromErrorState(key: TriggerKey): Promise<void> {
    this.checkKey('triggerKey', key);
    await this.change('resetTriggerFromErrorState', (tx, effects) =>
      pausing.resetFromError(tx, effects, key),
    );
  }

  /** The moment of a call, with the instant before which triggers have misfired by then. */
  protected at(now: number): pausing.ResumeTime {
    return { now, misfiredBefore: checkInstant('now', now) - this.settings.misfireThresholdMs };
  }
}
