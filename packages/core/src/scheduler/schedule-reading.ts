/**
 * What a scheduler can be asked.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import { invalidArgument } from '../errors.js';
import { ANY_GROUP, type GroupMatcher, OWN_GROUP_PREFIX } from '../group-matcher.js';
import type { JobDetail } from '../job.js';
import type { JobKey, KeyInput, TriggerKey } from '../key.js';
import { checkName, defineKey } from '../key-input.js';
import type { JoinedCalls } from '../spi/job-store.js';
import type { StoreCounts } from '../spi/results.js';
import type { Trigger, TriggerState } from '../trigger.js';
import { checkKnownKeys } from '../unknown-key.js';
import { groupMatcher } from './listener-registry.js';

/** Groups, as the calls of a scheduler choose them: one by its name, or all that a matcher takes. */
export type GroupInput = string | GroupMatcher;

/** Chooses triggers by group and by their job's group. */
export interface TriggerFilter {
  /** @defaultValue any group */
  readonly group?: GroupInput | undefined;
  /** @defaultValue any group */
  readonly jobGroup?: GroupInput | undefined;
}

/** The questions. The first call of any kind opens the store. */
export abstract class ScheduleReading {
  readonly #open: () => Promise<JoinedCalls>;

  constructor(open: () => Promise<JoinedCalls>) {
    this.#open = open;
  }

  /** The job of that key; null when there is none. */
  async getJob(key: KeyInput): Promise<JobDetail | null> {
    const jobKey = defineKey('jobKey', key);
    return (await this.#open()).getJob(jobKey);
  }

  /** The trigger of that key; null when there is none. */
  async getTrigger(key: KeyInput): Promise<Trigger | null> {
    const triggerKey = defineKey('triggerKey', key);
    return (await this.#open()).getTrigger(triggerKey);
  }

  /** `none` when there is no such trigger. */
  async getTriggerState(key: KeyInput): Promise<TriggerState> {
    const triggerKey = defineKey('triggerKey', key);
    return (await this.#open()).getTriggerState(triggerKey);
  }

  async jobExists(key: KeyInput): Promise<boolean> {
    return (await this.getJob(key)) !== null;
  }

  async triggerExists(key: KeyInput): Promise<boolean> {
    return (await this.getTriggerState(key)) !== 'none';
  }

  /** Jobs whose group matches, in key order. Groups of {@link OWN_GROUP_PREFIX} have to be asked for. */
  async listJobs(group: GroupInput = ANY_GROUP): Promise<readonly JobDetail[]> {
    const matcher = groupMatcher('group', group);
    const jobs = await (await this.#open()).listJobs(matcher);
    return 'anything' in matcher ? jobs.filter(({ key }) => !isOwnGroup(key.group)) : jobs;
  }

  /** Keys of jobs whose group matches, in order. Groups of {@link OWN_GROUP_PREFIX} have to be asked for. */
  async listJobKeys(group: GroupInput = ANY_GROUP): Promise<readonly JobKey[]> {
    const matcher = groupMatcher('group', group);
    const keys = await (await this.#open()).listJobKeys(matcher);
    return 'anything' in matcher ? keys.filter((key) => !isOwnGroup(key.group)) : keys;
  }

  /** Groups that have jobs, sorted; without those of {@link OWN_GROUP_PREFIX}. */
  async listJobGroups(): Promise<readonly string[]> {
    return (await (await this.#open()).listJobGroups()).filter((group) => !isOwnGroup(group));
  }

  /** Triggers that the filter chooses, in key order. */
  async listTriggers(filter: TriggerFilter = {}): Promise<readonly Trigger[]> {
    checkKnownKeys('filter', filter, ['group', 'jobGroup']);
    const query = {
      group: groupMatcher('filter.group', filter.group ?? ANY_GROUP),
      jobGroup: groupMatcher('filter.jobGroup', filter.jobGroup ?? ANY_GROUP),
    };
    return (await this.#open()).listTriggers(query);
  }

  /** Keys of triggers whose group matches, in order. */
  async listTriggerKeys(group: GroupInput = ANY_GROUP): Promise<readonly TriggerKey[]> {
    const matcher = groupMatcher('group', group);
    return (await this.#open()).listTriggerKeys(matcher);
  }

  /** Groups that have triggers, sorted. */
  async listTriggerGroups(): Promise<readonly string[]> {
    return (await this.#open()).listTriggerGroups();
  }

  /** The triggers of a job, in key order; none when there is no such job. */
  async listTriggersOfJob(key: KeyInput): Promise<readonly Trigger[]> {
    const jobKey = defineKey('jobKey', key);
    return (await this.#open()).listTriggersOfJob(jobKey);
  }

  /** The triggers that will fire next, in fire order, at most `limit`. */
  async listUpcomingTriggers(limit = 10): Promise<readonly Trigger[]> {
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw invalidArgument('limit', limit, 'an integer of at least 0');
    return (await this.#open()).listUpcomingTriggers(limit);
  }

  /** Trigger groups that are paused, with or without members, sorted. */
  async listPausedTriggerGroups(): Promise<readonly string[]> {
    return (await this.#open()).listPausedTriggerGroups();
  }

  /** Job groups that are paused, with or without members, sorted. */
  async listPausedJobGroups(): Promise<readonly string[]> {
    return (await this.#open()).listPausedJobGroups();
  }

  /** The calendar of that name; null when there is none. */
  async getCalendar(name: string): Promise<Calendar | null> {
    checkName('calendarName', name);
    return (await this.#open()).getCalendar(name);
  }

  /** Sorted. */
  async listCalendarNames(): Promise<readonly string[]> {
    return (await this.#open()).listCalendarNames();
  }

  /** How much the store holds; without the records in groups of {@link OWN_GROUP_PREFIX}. */
  async getCounts(): Promise<StoreCounts> {
    const store = await this.#open();
    const counts = await store.getCounts();
    const own = await store.listJobKeys({ startsWith: OWN_GROUP_PREFIX });
    return own.length === 0 ? counts : { ...counts, jobs: Math.max(0, counts.jobs - own.length) };
  }
}

function isOwnGroup(group: string): boolean {
  return group.startsWith(OWN_GROUP_PREFIX);
}
