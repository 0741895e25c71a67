/**
 * What the reference model remembers, and the questions that its rules ask.
 *
 * @module
 */
import type {
  Calendar,
  ErrorCode,
  GroupMatcher,
  JobDetail,
  Key,
  Trigger,
  TriggerState,
} from '@ametrine/core';

/** A trigger of the model. */
export interface ModelTrigger {
  readonly trigger: Trigger;
  readonly state: 'waiting' | 'acquired' | 'paused' | 'complete' | 'error';
  /** The token of the claim while it is acquired. */
  readonly token: string | null;
}

/** A claim or a run of the model. */
export interface ModelExecution {
  readonly token: string;
  readonly node: string;
  readonly triggerKey: Key;
  readonly jobKey: Key;
  readonly priority: number;
  readonly scheduledFireAt: number;
  /** Null while it is only a claim. */
  readonly firedAt: number | null;
  readonly requestsRecovery: boolean;
}

/** What one step has to tell. */
export interface Notices {
  readonly misfired: Trigger[];
  readonly finalized: Trigger[];
  readonly inError: Trigger[];
  readonly deleted: Key[];
}

/** A call that the contract refuses. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** One text per key. */
export function idOf({ group, name }: Key): string {
  return JSON.stringify([group, name]);
}

/** Whether a group is one that the matcher names (JS-GET-04). */
export function names(matcher: GroupMatcher, group: string): boolean {
  if ('equals' in matcher) return group === matcher.equals;
  if ('startsWith' in matcher) return group.slice(0, matcher.startsWith.length) === matcher.startsWith;
  if ('endsWith' in matcher)
    return matcher.endsWith === '' || group.slice(-matcher.endsWith.length) === matcher.endsWith;
  return 'anything' in matcher || group.indexOf(matcher.contains) >= 0;
}

/** Key order: the DEFAULT group, then by group, then by name. */
export function byKey(a: Key, b: Key): number {
  const rank = ({ group }: Key): number => (group === 'DEFAULT' ? 0 : 1);
  return rank(a) - rank(b) || byText(a.group, b.group) || byText(a.name, b.name);
}

/** Fire order (JS-ACQ-05). */
export function byFire(a: Trigger, b: Trigger): number {
  return (a.nextFireAt ?? 0) - (b.nextFireAt ?? 0) || b.priority - a.priority || byKey(a.key, b.key);
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** All that is stored under one scheduler name. */
export class ModelState {
  readonly jobs: Map<string, JobDetail> = new Map<string, JobDetail>();
  readonly triggers: Map<string, ModelTrigger> = new Map<string, ModelTrigger>();
  readonly calendars: Map<string, Calendar> = new Map<string, Calendar>();
  readonly executions: Map<string, ModelExecution> = new Map<string, ModelExecution>();
  readonly paused: { readonly triggers: Set<string>; readonly jobs: Set<string>; all: boolean } = {
    triggers: new Set<string>(),
    jobs: new Set<string>(),
    all: false,
  };

  get allTriggers(): readonly ModelTrigger[] {
    return [...this.triggers.values()];
  }

  get allExecutions(): readonly ModelExecution[] {
    return [...this.executions.values()];
  }

  put(record: ModelTrigger): void {
    this.triggers.set(idOf(record.trigger.key), record);
  }

  job(key: Key): JobDetail | null {
    return this.jobs.get(idOf(key)) ?? null;
  }

  trigger(key: Key): ModelTrigger | null {
    return this.triggers.get(idOf(key)) ?? null;
  }

  calendarOf({ calendarName }: Trigger): Calendar | null {
    return (calendarName === null ? undefined : this.calendars.get(calendarName)) ?? null;
  }

  triggersOf(jobKey: Key): readonly ModelTrigger[] {
    return this.allTriggers.filter(({ trigger }) => idOf(trigger.jobKey) === idOf(jobKey));
  }

  /** Whether a trigger is held by a pause from the moment it is stored (JS-STO-04). */
  isHeld({ key, jobKey }: Pick<Trigger, 'key' | 'jobKey'>): boolean {
    return this.paused.all || this.paused.triggers.has(key.group) || this.paused.jobs.has(jobKey.group);
  }

  /** Whether a run of the job is under way. */
  isRunning(jobKey: Key): boolean {
    return this.allExecutions.some((e) => e.firedAt !== null && idOf(e.jobKey) === idOf(jobKey));
  }

  /** Whether no trigger of the job may be claimed, because it is not to run twice (JS-ACQ-08). */
  isBusy(jobKey: Key): boolean {
    if (this.job(jobKey)?.nonConcurrent !== true) return false;
    return this.allExecutions.some((e) => idOf(e.jobKey) === idOf(jobKey));
  }

  /** What users are told (JS-STA-02). */
  stateOf(key: Key): TriggerState {
    const record = this.trigger(key);
    if (record === null) return 'none';
    if (record.state !== 'waiting' && record.state !== 'acquired') return record.state;
    const { jobKey, nextFireAt } = record.trigger;
    const blocked = nextFireAt !== null && this.job(jobKey)?.nonConcurrent === true && this.isRunning(jobKey);
    return blocked ? 'blocked' : 'normal';
  }

  /** The instants at which triggers could be claimed, by trigger. */
  claimable(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const { trigger, state } of this.allTriggers) {
      if (state !== 'waiting' || trigger.nextFireAt === null || this.isBusy(trigger.jobKey)) continue;
      found.set(idOf(trigger.key), trigger.nextFireAt);
    }
    return found;
  }
}
