/**
 * What a scheduler can be told about jobs, triggers and calendars.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type CalendarSpec, defineCalendar } from '../calendars/calendar-spec.js';
import { invalidArgument } from '../errors.js';
import type { JobSpec } from '../job-spec.js';
import { type Key, type KeyInput, keyText, type TriggerKey } from '../key.js';
import { checkName, defineKey } from '../key-input.js';
import type { JobWithTriggers } from '../spi/job-store.js';
import type { TriggerSpec } from '../trigger-spec.js';
import { checkKnownKeys } from '../unknown-key.js';
import { earliestFire, notDurableError, ScheduleCompiler, triggerList } from './schedule-compiler.js';
import { ScheduleReading } from './schedule-reading.js';
import type { SchedulingHost } from './scheduling-host.js';

/** The group of the triggers that {@link ScheduleWriting.triggerJob} makes. */
export const MANUAL_GROUP = 'MANUAL_TRIGGERS';

/** Whether what exists may be overwritten. */
export interface ReplaceExisting {
  /** @defaultValue false: an existing key is `ERR_ALREADY_EXISTS` */
  readonly replace?: boolean | undefined;
}

/** How {@link ScheduleWriting.addJob} adds. */
export interface AddJobOptions extends ReplaceExisting {
  /**
   * Accept a job that is not durable, and keep it until its first triggers have come and gone (JOB-22).
   * @defaultValue false
   */
  readonly storeNonDurableWhileAwaitingScheduling?: boolean | undefined;
}

/** How {@link ScheduleWriting.addCalendar} adds. */
export interface AddCalendarOptions extends ReplaceExisting {
  /** Recompute the next fire of every trigger that names the calendar. @defaultValue false */
  readonly updateTriggers?: boolean | undefined;
}

/** What {@link ScheduleWriting.triggerJob} gives the run. */
export interface TriggerJobOptions {
  /** Laid over the job's own data for this run. @defaultValue none */
  readonly data?: TriggerSpec['data'] | undefined;
}

/** A job with one trigger or more; with none when it is durable. */
export interface ScheduleEntry {
  readonly job: JobSpec;
  /** @defaultValue none */
  readonly triggers?: TriggerSpec | readonly TriggerSpec[] | undefined;
}

/** The changes. Each is atomic, and checked whole before anything is written. */
export abstract class ScheduleWriting extends ScheduleReading {
  readonly #host: SchedulingHost;

  constructor(host: SchedulingHost) {
    super(() => host.open());
    this.#host = host;
  }

  /**
   * Stores a job with one trigger or several; answers when the first of them fires first.
   *
   * Throws `ERR_ALREADY_EXISTS` without `replace` (to give an existing job another trigger, use
   * {@link ScheduleWriting.scheduleTrigger}), `ERR_CALENDAR_NOT_FOUND`, `ERR_TRIGGER_NEVER_FIRES`, and
   * `ERR_INVALID_ARGUMENT`, `ERR_INVALID_CRON` or `ERR_INVALID_DATA` naming the field; nothing is stored then.
   */
  async schedule(
    job: JobSpec,
    triggers: TriggerSpec | readonly TriggerSpec[],
    options: ReplaceExisting = {},
  ): Promise<Date> {
    checkKnownKeys('options', options, ['replace']);
    const specs = triggerList('trigger', triggers);
    if (specs.length === 0)
      throw invalidArgument('trigger', triggers, 'at least one trigger; addJob adds a job alone');
    const store = await this.#host.open();
    const entry = await new ScheduleCompiler(store, this.#host).entry(job, specs);
    await store.storeJobsAndTriggers([entry], replaceOf(options));
    this.#host.listeners.notify('jobAdded', entry.job);
    for (const trigger of entry.triggers) this.#host.listeners.notify('jobScheduled', trigger);
    return earliestFire(entry.triggers);
  }

  /**
   * Stores many jobs with their triggers: all or nothing, in a bounded number of round trips. Throws as
   * {@link ScheduleWriting.schedule} does, and `ERR_JOB_NOT_DURABLE` for a job without triggers that is not durable.
   */
  async scheduleAll(entries: readonly ScheduleEntry[], options: ReplaceExisting = {}): Promise<void> {
    checkKnownKeys('options', options, ['replace']);
    const list = entryList(entries);
    const store = await this.#host.open();
    const compiler = new ScheduleCompiler(store, this.#host);
    const compiled: JobWithTriggers[] = [];
    for (const [index, entry] of list.entries()) {
      const specs = triggerList(`entries[${index}].triggers`, entry.triggers ?? []);
      const { job, triggers } = await compiler.entry(entry.job, specs);
      if (triggers.length === 0 && !job.durable) throw notDurableError(job);
      compiled.push({ job, triggers });
    }
    await store.storeJobsAndTriggers(compiled, replaceOf(options));
    for (const { job, triggers } of compiled) {
      this.#host.listeners.notify('jobAdded', job);
      for (const trigger of triggers) this.#host.listeners.notify('jobScheduled', trigger);
    }
  }

  /**
   * Gives an existing job one more trigger; answers when it fires first. Throws `ERR_JOB_NOT_FOUND`, and as
   * {@link ScheduleWriting.schedule} does.
   */
  async scheduleTrigger(
    jobKey: KeyInput,
    trigger: TriggerSpec,
    options: ReplaceExisting = {},
  ): Promise<Date> {
    checkKnownKeys('options', options, ['replace']);
    const key = defineKey('jobKey', jobKey);
    const store = await this.#host.open();
    const compiled = await new ScheduleCompiler(store, this.#host).trigger(trigger, key);
    await store.storeTrigger(compiled, replaceOf(options));
    this.#host.listeners.notify('jobScheduled', compiled);
    return earliestFire([compiled]);
  }

  /**
   * Stores a job without any trigger. Throws `ERR_JOB_NOT_DURABLE` for one that is not durable, unless told to keep it
   * (JOB-21, JOB-22), and `ERR_ALREADY_EXISTS` without `replace`, which keeps the triggers that are there.
   */
  async addJob(job: JobSpec, options: AddJobOptions = {}): Promise<void> {
    checkKnownKeys('options', options, ['replace', 'storeNonDurableWhileAwaitingScheduling']);
    const store = await this.#host.open();
    const detail = new ScheduleCompiler(store, this.#host).job(job);
    if (!detail.durable && options.storeNonDurableWhileAwaitingScheduling !== true)
      throw notDurableError(detail);
    await store.storeJob(detail, replaceOf(options));
    this.#host.listeners.notify('jobAdded', detail);
  }

  /**
   * Runs a job now, once, as if a trigger had fired; answers the key of that trigger, which is gone after the run
   * (LIF-10). It is subject to pauses like any other. Throws `ERR_JOB_NOT_FOUND`.
   */
  async triggerJob(jobKey: KeyInput, options: TriggerJobOptions = {}): Promise<TriggerKey> {
    checkKnownKeys('options', options, ['data']);
    const key = defineKey('jobKey', jobKey);
    const store = await this.#host.open();
    const trigger = await new ScheduleCompiler(store, this.#host).trigger(
      {
        key: { group: MANUAL_GROUP, name: randomUUID() },
        at: this.#host.options.clock.now(),
        ...(options.data === undefined ? {} : { data: options.data }),
      },
      key,
    );
    await store.storeTrigger(trigger);
    this.#host.listeners.notify('jobScheduled', trigger);
    return trigger.key;
  }

  /**
   * Puts another trigger of the same job in the place of one, under the same key unless the new one names its own;
   * answers when it fires first, or null, with nothing stored, when there is no such trigger (LIF-11).
   */
  async reschedule(triggerKey: KeyInput, trigger: TriggerSpec): Promise<Date | null> {
    const key = defineKey('triggerKey', triggerKey);
    const store = await this.#host.open();
    const old = await store.getTrigger(key);
    const compiler = new ScheduleCompiler(store, this.#host);
    // A wrong trigger is an error whether or not there is one to replace.
    const compiled = await compiler.trigger({ ...trigger, key: trigger?.key ?? key }, old?.jobKey ?? key);
    if (old === null || (await store.replaceTrigger(key, compiled)) === 'absent') return null;
    this.#host.listeners.notify('jobUnscheduled', key);
    this.#host.listeners.notify('jobScheduled', compiled);
    return earliestFire([compiled]);
  }

  /** Removes a trigger, and its job when that is not durable and has no other; false when there was none. */
  async unschedule(triggerKey: KeyInput): Promise<boolean> {
    return this.unscheduleAll([defineKey('triggerKey', triggerKey)]);
  }

  /** Removes all of the triggers that are there; false when at least one was not. */
  async unscheduleAll(triggerKeys: readonly KeyInput[]): Promise<boolean> {
    const keys = keyList('triggerKeys', triggerKeys);
    const store = await this.#host.open();
    const present = await this.#present(keys, (key) => store.getTrigger(key));
    const outcome = await store.removeTriggers(keys);
    for (const key of outcome === 'removed' ? keys : present)
      this.#host.listeners.notify('jobUnscheduled', key);
    return outcome === 'removed';
  }

  /** Removes a job and all its triggers; runs under way end normally (LIF-13). False when there was no such job. */
  async deleteJob(jobKey: KeyInput): Promise<boolean> {
    return this.deleteJobs([defineKey('jobKey', jobKey)]);
  }

  /** Removes all of the jobs that are there, with their triggers; false when at least one was not. */
  async deleteJobs(jobKeys: readonly KeyInput[]): Promise<boolean> {
    const keys = keyList('jobKeys', jobKeys);
    const store = await this.#host.open();
    const present = await this.#present(keys, (key) => store.getJob(key));
    const outcome = await store.removeJobs(keys);
    for (const key of outcome === 'removed' ? keys : present) this.#host.listeners.notify('jobDeleted', key);
    return outcome === 'removed';
  }

  /**
   * Stores a calendar that triggers may name. Throws `ERR_ALREADY_EXISTS` without `replace`, and
   * `ERR_INVALID_ARGUMENT` naming the field.
   */
  async addCalendar(name: string, calendar: CalendarSpec, options: AddCalendarOptions = {}): Promise<void> {
    checkName('calendarName', name);
    checkKnownKeys('options', options, ['replace', 'updateTriggers']);
    const defined = defineCalendar(calendar);
    const store = await this.#host.open();
    await store.storeCalendar(name, defined, {
      replace: options.replace === true,
      updateTriggers: options.updateTriggers === true,
      now: this.#host.options.clock.now(),
    });
  }

  /** Removes a calendar; false when there was none. Throws `ERR_CALENDAR_IN_USE` while a trigger names it. */
  async deleteCalendar(name: string): Promise<boolean> {
    checkName('calendarName', name);
    return (await (await this.#host.open()).removeCalendar(name)) === 'removed';
  }

  /** Removes every job, trigger, calendar and pause of this scheduler's name. Runs under way end normally. */
  async clear(): Promise<void> {
    await (await this.#host.open()).clearAllSchedulingData();
    this.#host.listeners.notify('schedulingDataCleared');
  }

  /** Those of several keys that are there: the outcome of removing several tells only whether all of them were. */
  async #present(keys: readonly Key[], find: (key: Key) => Promise<unknown>): Promise<readonly Key[]> {
    if (keys.length < 2 || !this.#host.listeners.watchesScheduler) return [];
    const found = await Promise.all(keys.map(find));
    return keys.filter((_, index) => found[index] !== null);
  }
}

function entryList(entries: readonly ScheduleEntry[]): readonly ScheduleEntry[] {
  if (!Array.isArray(entries)) throw invalidArgument('entries', entries, 'an array of { job, triggers }');
  for (const [index, entry] of entries.entries())
    checkKnownKeys(`entries[${index}]`, entry, ['job', 'triggers']);
  return entries;
}

function replaceOf(options: ReplaceExisting): { readonly replace: boolean } {
  const { replace = false } = options;
  if (typeof replace !== 'boolean') throw invalidArgument('options.replace', replace, 'true or false');
  return { replace };
}

function keyList(field: string, inputs: readonly KeyInput[]): TriggerKey[] {
  if (!Array.isArray(inputs)) throw invalidArgument(field, inputs, 'an array of keys');
  const keys = new Map<string, TriggerKey>();
  for (const [index, input] of inputs.entries()) {
    const key = defineKey(`${field}[${index}]`, input);
    keys.set(keyText(key), key);
  }
  return [...keys.values()];
}
