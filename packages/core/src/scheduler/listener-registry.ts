/**
 * Who is told what, and what happens when a listener throws.
 *
 * @module
 */
import { type ErrorDetails, invalidArgument, isSchedulerError } from '../errors.js';
import { type GroupMatcher, matchesGroup } from '../group-matcher.js';
import { type Key, type KeyInput, sameKey } from '../key.js';
import { checkMatcher, defineKey } from '../key-input.js';
import type { Logger } from '../logger.js';
import { checkKnownKeys } from '../unknown-key.js';
import type { JobListener, SchedulerListener, TriggerListener } from './listeners.js';
import type { InitialListeners } from './scheduler-options.js';
import { isThenable } from './thenable.js';
import { toError } from './thrown.js';

/** Chooses jobs or triggers: one by its key, or all of the groups that match. */
export type KeyMatcher = { readonly key: KeyInput } | { readonly group: string | GroupMatcher };

/** Which jobs a job listener hears of. */
export interface JobListenerOptions {
  /** Those that any of these choose. @defaultValue every job */
  readonly jobs?: readonly KeyMatcher[] | undefined;
}

/** Which triggers a trigger listener hears of. */
export interface TriggerListenerOptions {
  /** Those that any of these choose. @defaultValue every trigger */
  readonly triggers?: readonly KeyMatcher[] | undefined;
}

/** What takes a listener away again; calling it twice does nothing more. */
export type RemoveListener = () => void;

type Chosen = (key: Key) => boolean;
interface Entry<Listener> {
  readonly listener: Listener;
  readonly hears: Chosen;
}
type SchedulerEvent = Exclude<keyof SchedulerListener, 'name'>;
type EventArguments<Event extends SchedulerEvent> = Parameters<NonNullable<SchedulerListener[Event]>>;

/** The listeners of one scheduler. A listener that throws is reported and changes nothing else (COM-20). */
export class ListenerRegistry {
  readonly #logger: Logger;
  // Replaced, never changed, so that a listener may come or go while the others are being told.
  #jobs: readonly Entry<JobListener>[] = [];
  #triggers: readonly Entry<TriggerListener>[] = [];
  #schedulers: readonly { readonly listener: SchedulerListener }[] = [];

  constructor(logger: Logger, initial: InitialListeners) {
    this.#logger = logger;
    for (const listener of initial.jobs ?? []) this.addJobListener(listener);
    for (const listener of initial.triggers ?? []) this.addTriggerListener(listener);
    for (const listener of initial.scheduler ?? []) this.addSchedulerListener(listener);
  }

  /** Whether anybody wants to be told of single runs. */
  get watchesRuns(): boolean {
    return this.#jobs.length > 0 || this.#triggers.length > 0;
  }

  /** Whether anybody wants to be told of the scheduler. */
  get watchesScheduler(): boolean {
    return this.#schedulers.length > 0;
  }

  addJobListener(listener: JobListener, options: JobListenerOptions = {}): RemoveListener {
    checkListener(listener, true);
    checkKnownKeys('options', options, ['jobs']);
    const entry = { listener, hears: choose('options.jobs', options.jobs) };
    this.#jobs = [...this.#jobs, entry];
    return () => {
      this.#jobs = this.#jobs.filter((other) => other !== entry);
    };
  }

  addTriggerListener(listener: TriggerListener, options: TriggerListenerOptions = {}): RemoveListener {
    checkListener(listener, true);
    checkKnownKeys('options', options, ['triggers']);
    const entry = { listener, hears: choose('options.triggers', options.triggers) };
    this.#triggers = [...this.#triggers, entry];
    return () => {
      this.#triggers = this.#triggers.filter((other) => other !== entry);
    };
  }

  addSchedulerListener(listener: SchedulerListener): RemoveListener {
    checkListener(listener, false);
    const entry = { listener };
    this.#schedulers = [...this.#schedulers, entry];
    return () => {
      this.#schedulers = this.#schedulers.filter((other) => other !== entry);
    };
  }

  /** Tells the job listeners that hear of `key`, one after another. Never throws. */
  async tellJobListeners(key: Key, tell: (listener: JobListener) => unknown): Promise<void> {
    for (const { listener, hears } of this.#jobs) {
      if (hears(key)) await this.#guard(`Job listener ${listener.name}`, () => tell(listener));
    }
  }

  /** Tells the trigger listeners that hear of `key`, one after another. Never throws. */
  async tellTriggerListeners(key: Key, tell: (listener: TriggerListener) => unknown): Promise<void> {
    for (const { listener, hears } of this.#triggers) {
      if (hears(key)) await this.#guard(`Trigger listener ${listener.name}`, () => tell(listener));
    }
  }

  /** Whether a trigger listener that hears of `key` vetoes. All are asked; one that throws does not veto. */
  async vetoes(key: Key, ask: (listener: TriggerListener) => unknown): Promise<boolean> {
    let vetoed = false;
    for (const { listener, hears } of this.#triggers) {
      if (!hears(key)) continue;
      const answer = await this.#guard(`Trigger listener ${listener.name}`, () => ask(listener));
      if (answer === true) vetoed = true;
    }
    return vetoed;
  }

  /** Tells the scheduler listeners, without waiting for any. Never throws. */
  notify<Event extends SchedulerEvent>(event: Event, ...args: EventArguments<Event>): void {
    for (const { listener } of this.#schedulers) this.#tellScheduler(listener, event, args);
  }

  /** Says that something failed that no caller's call can report: to the log and to the scheduler listeners. */
  report(message: string, error: unknown): void {
    const cause = toError(error);
    this.#log(`${message}: ${cause.message}`, isSchedulerError(cause) ? { code: cause.code } : {});
    this.notify('schedulerError', message, cause);
  }

  async #guard(who: string, tell: () => unknown): Promise<unknown> {
    try {
      return await tell();
    } catch (error) {
      this.report(`${who} failed`, error);
      return undefined;
    }
  }

  #tellScheduler<Event extends SchedulerEvent>(
    listener: SchedulerListener,
    event: Event,
    args: EventArguments<Event>,
  ): void {
    const failed = (error: unknown): void => {
      const message = `Scheduler listener ${listener.name ?? '(unnamed)'} failed in ${event}`;
      // One that fails when it is told of an error would be told of its own failure, for ever.
      if (event === 'schedulerError') this.#log(`${message}: ${toError(error).message}`);
      else this.report(message, error);
    };
    try {
      const method = listener[event] as ((...told: EventArguments<Event>) => unknown) | undefined;
      const answer = method?.apply(listener, args);
      if (isThenable(answer)) answer.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #log(message: string, details: ErrorDetails = {}): void {
    try {
      this.#logger.error(message, details);
    } catch {
      // A logger that throws must not stop the loop, and there is nobody left to tell.
    }
  }
}

function checkListener(listener: { readonly name?: string }, named: boolean): void {
  if (typeof listener !== 'object' || listener === null) {
    throw invalidArgument('listener', listener, 'an object with listener methods');
  }
  if (named && (typeof listener.name !== 'string' || listener.name === '')) {
    throw invalidArgument('listener.name', listener.name, 'a name, which error reports show');
  }
}

function choose(field: string, matchers: readonly KeyMatcher[] | undefined): Chosen {
  if (matchers === undefined) return () => true;
  if (!Array.isArray(matchers)) throw invalidArgument(field, matchers, 'an array of { key } or { group }');
  const choices = matchers.map((matcher, index) => choice(`${field}[${index}]`, matcher));
  return (key) => choices.some((chosen) => chosen(key));
}

function choice(field: string, matcher: KeyMatcher): Chosen {
  if (typeof matcher !== 'object' || matcher === null || 'key' in matcher === 'group' in matcher) {
    throw invalidArgument(field, matcher, 'an object with exactly one of `key` and `group`');
  }
  checkKnownKeys(field, matcher, ['key', 'group']);
  if ('key' in matcher) {
    const wanted = defineKey(`${field}.key`, matcher.key);
    return (key) => sameKey(key, wanted);
  }
  const group = groupMatcher(`${field}.group`, matcher.group);
  return (key) => matchesGroup(group, key.group);
}

/** A group chooser as users write it: a group's name, or a matcher. Throws `ERR_INVALID_ARGUMENT`. */
export function groupMatcher(field: string, group: string | GroupMatcher): GroupMatcher {
  const matcher: GroupMatcher = typeof group === 'string' ? { equals: group } : group;
  checkMatcher(field, matcher);
  return matcher;
}
