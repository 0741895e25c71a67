/**
 * What the calls of the SPI answer. An outcome that somebody else may have decided has a name.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import type { JobData } from '../data.js';
import type { SchedulerError } from '../errors.js';
import type { JobDetail } from '../job.js';
import type { JobKey } from '../key.js';
import type { RecoveredFire, Trigger } from '../trigger.js';
import type { JobClass } from './job-class.js';

/** `absent` when there was nothing to remove; of several keys, when at least one was not there. */
export type RemoveOutcome = 'removed' | 'absent';

/** `absent` when there was no trigger to replace; nothing is stored then. */
export type ReplaceOutcome = 'replaced' | 'absent';

/** What {@link JobStore.acquireNextTriggers} is asked. */
export interface AcquireRequest {
  /** Epoch ms; triggers whose time is older than this by more than the misfire threshold have misfired. */
  readonly now: number;
  /** The first trigger is due at this instant or before (inclusive). */
  readonly noLaterThan: number;
  /** At most so many; 0 gives none. */
  readonly maxCount: number;
  /** How far behind the first trigger, or behind `now`, the others may be due, in ms (JS-ACQ-03). */
  readonly timeWindowMs: number;
  /**
   * Whether triggers that are due already may be fired in the same step. They come back in `fired` and must not
   * be passed to {@link JobStore.triggersFired} again.
   */
  readonly fireDue: boolean;
  /**
   * The caller comes again in time: what is not due yet and would come back fired once it is may be left unclaimed,
   * if {@link AcquireResult.nextDueAt} says when to come (JS-ACQ-12).
   * @defaultValue false
   */
  readonly mayLeave?: boolean;
}

/** A claimed trigger, not yet fired: its times are those before the fire. */
export interface AcquiredTrigger {
  /** The fencing token of this claim. */
  readonly fireInstanceId: string;
  readonly trigger: Trigger;
  /** The name of the job's class when it was claimed. */
  readonly jobClass: string;
}

/** What an acquisition brought. */
export interface AcquireResult {
  /** Claimed ahead of their time, in fire order. */
  readonly acquired: readonly AcquiredTrigger[];
  /** Claimed and fired in one step, in fire order; only when asked for by `fireDue`. */
  readonly fired: readonly FireResult[];
  /**
   * Epoch ms: nothing that could have been claimed and was left is due before this; null when nothing was left that is
   * due at `noLaterThan` or before. What this call fired was not left: its bundle says when it comes again. Absent when the
   * store does not know. Only when asked for by `mayLeave`.
   */
  readonly nextDueAt?: number | null;
}

/** All that a run needs. */
export interface FiredBundle {
  readonly fireInstanceId: string;
  readonly job: JobDetail;
  /** The class that the store's resolver found. */
  readonly jobClass: JobClass;
  /** The trigger after the fire: `nextFireAt` is the coming one, `previousFireAt` this one. */
  readonly trigger: Trigger;
  readonly calendar: Calendar | null;
  /** The lost run that this one repeats; null for an ordinary run. */
  readonly recovers: RecoveredFire | null;
  /** The `now` of the fire (epoch ms). */
  readonly firedAt: number;
  readonly scheduledFireAt: number;
  readonly previousFireAt: number | null;
}

/** Why a claimed trigger must not run. */
export type NotFiredReason = 'claimLost' | 'jobGone' | 'calendarMissing' | 'jobExecuting';

/** What became of one acquired trigger. */
export type FireResult =
  | { readonly kind: 'fired'; readonly bundle: FiredBundle }
  /** It must not run; the caller releases the claim. */
  | { readonly kind: 'notFired'; readonly fireInstanceId: string; readonly reason: NotFiredReason }
  /** This process has no such class; the store has dealt with the trigger and the claim by its policy. */
  | { readonly kind: 'jobClassNotFound'; readonly fireInstanceId: string; readonly error: SchedulerError };

/**
 * What becomes of a trigger after its run (contract §5). Running again in place never reaches the store.
 */
export type CompletionInstruction =
  | 'none'
  | 'deleteTrigger'
  | 'setTriggerComplete'
  | 'setTriggerError'
  | 'setAllJobTriggersComplete'
  | 'setAllJobTriggersError';

/** The end of one run. */
export interface Completion {
  readonly fireInstanceId: string;
  /** The bundle's trigger. */
  readonly trigger: Trigger;
  readonly jobKey: JobKey;
  readonly instruction: CompletionInstruction;
  /** What the run left in the data of a job that persists it; null when it changed nothing. */
  readonly changedData: JobData | null;
}

/**
 * `stale` when the store knows no such run: it was completed before, or its node was declared dead and its work
 * recovered. A stale completion changes nothing (JS-CMP-02).
 */
export type CompletionOutcome = 'completed' | 'stale';

/** What a pass over misfired triggers did. */
export interface MisfirePass {
  readonly handled: number;
  /** More are waiting for the next pass. */
  readonly hasMore: boolean;
}

/** What the recovery of one dead node, or of an earlier life of this one, did. */
export interface Recovery {
  readonly instanceId: string;
  /** Claims given back. */
  readonly released: number;
  /** Lost runs that will run again: the triggers made for them. */
  readonly recovering: readonly Trigger[];
  /** Lost runs whose job did not ask for recovery. */
  readonly abandoned: number;
}

/** What a check-in found. */
export interface CheckIn {
  /** This node had been declared dead since its last check-in: its runs until now are fenced off (CLU-10). */
  readonly fenced: boolean;
  readonly recoveries: readonly Recovery[];
}

/** How much a store holds. */
export interface StoreCounts {
  readonly jobs: number;
  readonly triggers: number;
  readonly calendars: number;
}
