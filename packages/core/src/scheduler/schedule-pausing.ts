/**
 * Pausing and resuming.
 *
 * @module
 */
import type { GroupMatcher } from '../group-matcher.js';
import type { KeyInput } from '../key.js';
import { defineKey } from '../key-input.js';
import type { AtTime } from '../spi/job-store.js';
import type { Engine } from './engine.js';
import { groupMatcher } from './listener-registry.js';
import type { GroupInput } from './schedule-reading.js';
import { ScheduleWriting } from './schedule-writing.js';

/**
 * A pause keeps triggers from firing; runs under way are never interrupted by it. Resuming applies the misfire
 * instruction of triggers that are overdue by more than the misfire threshold.
 */
export abstract class SchedulePausing extends ScheduleWriting {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super(engine);
    this.#engine = engine;
  }

  async pauseTrigger(key: KeyInput): Promise<void> {
    const triggerKey = defineKey('triggerKey', key);
    await (await this.#engine.open()).pauseTrigger(triggerKey);
    this.#engine.listeners.notify('triggerPaused', triggerKey);
  }

  /**
   * Pauses trigger groups, and remembers them: triggers that come into them later are born paused. A group named
   * outright is remembered even while it is empty. Answers the groups it paused, sorted.
   */
  async pauseTriggers(group: GroupInput): Promise<readonly string[]> {
    const matcher: GroupMatcher = groupMatcher('group', group);
    const groups = await (await this.#engine.open()).pauseTriggers(matcher);
    for (const paused of groups) this.#engine.listeners.notify('triggersPaused', paused);
    return groups;
  }

  /** Pauses the triggers that a job has now. */
  async pauseJob(key: KeyInput): Promise<void> {
    const jobKey = defineKey('jobKey', key);
    await (await this.#engine.open()).pauseJob(jobKey);
    this.#engine.listeners.notify('jobPaused', jobKey);
  }

  /** Pauses job groups, and remembers them like {@link SchedulePausing.pauseTriggers}. Answers the groups, sorted. */
  async pauseJobs(group: GroupInput): Promise<readonly string[]> {
    const matcher = groupMatcher('group', group);
    const groups = await (await this.#engine.open()).pauseJobs(matcher);
    for (const paused of groups) this.#engine.listeners.notify('jobsPaused', paused);
    return groups;
  }

  /** Pauses every trigger, and those that come later, until {@link SchedulePausing.resumeAll}. */
  async pauseAll(): Promise<void> {
    await (await this.#engine.open()).pauseAll();
    this.#engine.listeners.notify('triggersPaused', null);
  }

  /** Resumes one trigger, also when its group stays paused. */
  async resumeTrigger(key: KeyInput): Promise<void> {
    const triggerKey = defineKey('triggerKey', key);
    await (await this.#engine.open()).resumeTrigger(triggerKey, this.#now());
    this.#engine.listeners.notify('triggerResumed', triggerKey);
  }

  /** Resumes trigger groups. Triggers whose job group is paused stay so. Answers the groups, sorted. */
  async resumeTriggers(group: GroupInput): Promise<readonly string[]> {
    const matcher = groupMatcher('group', group);
    const groups = await (await this.#engine.open()).resumeTriggers(matcher, this.#now());
    for (const resumed of groups) this.#engine.listeners.notify('triggersResumed', resumed);
    return groups;
  }

  /** Resumes the triggers that a job has now. */
  async resumeJob(key: KeyInput): Promise<void> {
    const jobKey = defineKey('jobKey', key);
    await (await this.#engine.open()).resumeJob(jobKey, this.#now());
    this.#engine.listeners.notify('jobResumed', jobKey);
  }

  /** Resumes job groups. Triggers whose trigger group is paused stay so. Answers the groups, sorted. */
  async resumeJobs(group: GroupInput): Promise<readonly string[]> {
    const matcher = groupMatcher('group', group);
    const groups = await (await this.#engine.open()).resumeJobs(matcher, this.#now());
    for (const resumed of groups) this.#engine.listeners.notify('jobsResumed', resumed);
    return groups;
  }

  /** Ends every pause there is. */
  async resumeAll(): Promise<void> {
    await (await this.#engine.open()).resumeAll(this.#now());
    this.#engine.listeners.notify('triggersResumed', null);
  }

  /** Lets a trigger in error wait again, or be paused when its group is; others are left as they are. */
  async resetTriggerFromErrorState(key: KeyInput): Promise<void> {
    const triggerKey = defineKey('triggerKey', key);
    await (await this.#engine.open()).resetTriggerFromErrorState(triggerKey);
  }

  #now(): AtTime {
    return { now: this.#engine.options.clock.now() };
  }
}
