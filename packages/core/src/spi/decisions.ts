/**
 * The state machine's decisions, as pure functions: {@link JobStoreSupport} and every native hot path ask these, so
 * that what a fire or a completion means is written once.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import { afterFire } from '../firing.js';
import type { JobDetail } from '../job.js';
import { compareKeys, type JobKey, type TriggerKey } from '../key.js';
import type { Trigger, TriggerState } from '../trigger.js';
import type { UnresolvedBundle } from './hot-path.js';
import type { PausedGroups, StoredTriggerState, TriggerRecord } from './records.js';
import type { Completion, NotFiredReason } from './results.js';

/** The contract's fire order: next fire time, then higher priority, then key (JS-ACQ-05). Triggers without a next time come last. */
export function compareDue(a: Trigger, b: Trigger): number {
  const aAt = a.nextFireAt ?? Number.POSITIVE_INFINITY;
  const bAt = b.nextFireAt ?? Number.POSITIVE_INFINITY;
  if (aAt !== bAt) return aAt < bAt ? -1 : 1;
  if (a.priority !== b.priority) return b.priority - a.priority;
  return compareKeys(a.key, b.key);
}

/** The last instant at which a trigger may be due to join the batch whose first is due at `firstFireAt` (JS-ACQ-03). */
export function batchEnd(firstFireAt: number, now: number, timeWindowMs: number): number {
  return Math.max(firstFireAt, now) + timeWindowMs;
}

/** Whether a trigger of that key and job is paused from the moment it is stored (JS-PAU-04, JS-PAU-06, JS-PAU-08). */
export function isBornPaused(key: TriggerKey, jobKey: JobKey, paused: PausedGroups): boolean {
  return paused.all || paused.triggerGroups.includes(key.group) || paused.jobGroups.includes(jobKey.group);
}

/** The state in which a trigger is stored. Nothing runs once and for all when it has no next fire: it is complete. */
export function bornState(trigger: Trigger, paused: PausedGroups): 'waiting' | 'paused' | 'complete' {
  if (trigger.nextFireAt === null) return 'complete';
  return isBornPaused(trigger.key, trigger.jobKey, paused) ? 'paused' : 'waiting';
}

/** What users are told of a stored state (JS-STA-02); `jobRuns` is whether a run of its non-concurrent job is under way. */
export function publicState(record: TriggerRecord, jobRuns: boolean): TriggerState {
  switch (record.state) {
    case 'paused':
    case 'complete':
    case 'error':
      return record.state;
    case 'waiting':
    case 'acquired':
      return jobRuns && record.trigger.nextFireAt !== null ? 'blocked' : 'normal';
  }
}

/** What {@link fireDecision} looks at. */
export interface FireFacts {
  /** The stored trigger, if it is still there. */
  readonly record: TriggerRecord | null;
  /** The token of the claim that wants to fire. */
  readonly fireInstanceId: string;
  readonly job: JobDetail | null;
  /** The calendar that the trigger names; null when it names none. */
  readonly calendar: Calendar | null;
  /** The trigger names a calendar that is not there. */
  readonly calendarMissing: boolean;
  /** Another run of this job is under way, on any node or earlier in the same batch. */
  readonly jobRuns: boolean;
}

/** Whether a claim may fire, and the trigger after it. */
export type FireDecision =
  | { readonly kind: 'fire'; readonly before: Trigger; readonly after: Trigger; readonly job: JobDetail }
  | { readonly kind: 'refuse'; readonly reason: NotFiredReason };

/** Decides whether a claim fires (JS-FIR-02, JS-FIR-04, JS-FIR-06). */
export function fireDecision(facts: FireFacts): FireDecision {
  const { record, job } = facts;
  if (record === null || record.state !== 'acquired' || record.fireInstanceId !== facts.fireInstanceId) {
    return { kind: 'refuse', reason: 'claimLost' };
  }
  if (job === null) return { kind: 'refuse', reason: 'jobGone' };
  if (facts.calendarMissing) return { kind: 'refuse', reason: 'calendarMissing' };
  if (job.nonConcurrent && facts.jobRuns) return { kind: 'refuse', reason: 'jobExecuting' };
  return { kind: 'fire', before: record.trigger, after: afterFire(record.trigger, facts.calendar), job };
}

/** The bundle of a fire (JS-FIR-03): `before` and `after` are the trigger on either side of it. */
export function bundleOf(
  fireInstanceId: string,
  job: JobDetail,
  before: Trigger,
  after: Trigger,
  calendar: Calendar | null,
  now: number,
): UnresolvedBundle {
  return {
    fireInstanceId,
    job,
    trigger: after,
    calendar,
    recovers: after.recovers,
    firedAt: now,
    scheduledFireAt: before.nextFireAt ?? now,
    previousFireAt: before.previousFireAt,
  };
}

/** What becomes of the stored trigger when a run ends. */
export type CompletionDecision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'setState'; readonly state: Extract<StoredTriggerState, 'complete' | 'error'> }
  | { readonly kind: 'setAllStates'; readonly state: Extract<StoredTriggerState, 'complete' | 'error'> };

/** Decides the effect of a completion instruction on the trigger as it is stored now (JS-CMP-03 to JS-CMP-06). */
export function completionDecision(stored: TriggerRecord | null, completion: Completion): CompletionDecision {
  switch (completion.instruction) {
    case 'setAllJobTriggersComplete':
      return { kind: 'setAllStates', state: 'complete' };
    case 'setAllJobTriggersError':
      return { kind: 'setAllStates', state: 'error' };
    case 'setTriggerComplete':
      return stored === null ? { kind: 'keep' } : { kind: 'setState', state: 'complete' };
    case 'setTriggerError':
      return stored === null ? { kind: 'keep' } : { kind: 'setState', state: 'error' };
    case 'deleteTrigger': {
      if (stored === null) return { kind: 'keep' };
      // A job may have given its own trigger a new schedule while it ran: then the trigger goes on (COM-03).
      const rescheduled = completion.trigger.nextFireAt === null && stored.trigger.nextFireAt !== null;
      return { kind: rescheduled ? 'keep' : 'remove' };
    }
    case 'none': {
      // Not before the run of its last fire has ended, which may not be this one (JS-STA-03).
      const wasLast = completion.trigger.nextFireAt === null && stored?.trigger.nextFireAt === null;
      const open = stored?.state === 'waiting' || stored?.state === 'paused';
      return wasLast && open ? { kind: 'setState', state: 'complete' } : { kind: 'keep' };
    }
  }
}
