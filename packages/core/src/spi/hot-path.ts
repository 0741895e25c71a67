/**
 * The hooks that a store overrides to do the hot path natively: one statement, script or bulk write for a whole
 * batch. {@link JobStoreSupport} calls them with checked arguments; the kit holds an override to the same rules as
 * the portable version it replaces.
 *
 * @module
 */
import type { AcquiredTrigger, AcquireResult, FiredBundle, NotFiredReason } from './results.js';

/** What a store is asked to claim. */
export interface ClaimRequest {
  /** Epoch ms. */
  readonly now: number;
  /** The first trigger is due at this instant or before. */
  readonly noLaterThan: number;
  /** At least 1. */
  readonly maxCount: number;
  /** Once the first trigger is claimed, others due up to `max(its time, now) + timeWindowMs` may follow (JS-ACQ-03). */
  readonly timeWindowMs: number;
  /** Triggers due before this have misfired, unless their instruction is `ignore`: handle them first (JS-ACQ-06). */
  readonly misfiredBefore: number;
  /** Handle at most so many misfired triggers in this call. */
  readonly maxMisfires: number;
  /**
   * Due triggers whose job's class is one of these may be fired in the same step; any other claim is only acquired.
   * Empty when the caller wants to fire all by itself.
   */
  readonly fireableClasses: ReadonlySet<string>;
  /** What is not due yet may be left unclaimed when it could be fired once it is; see {@link ClaimResult.nextDueAt}. */
  readonly mayLeave: boolean;
  /** Leave out triggers whose job's class is one of these: this process lacks them, another node may have them. */
  readonly excludedClasses: ReadonlySet<string>;
  /** The claiming node. */
  readonly instanceId: string;
  /** Makes the token of one claim. */
  newFireInstanceId(): string;
}

/** A fired bundle before its class is resolved. */
export type UnresolvedBundle = Omit<FiredBundle, 'jobClass'>;

/** What a store claimed, each list in fire order. */
export interface ClaimResult {
  readonly acquired: readonly AcquiredTrigger[];
  readonly fired: readonly UnresolvedBundle[];
  /** See {@link AcquireResult.nextDueAt}; only when the request said `mayLeave`. */
  readonly nextDueAt?: number | null;
}

/** What became of one claim that was to fire. */
export type FireOutcome =
  | { readonly kind: 'fired'; readonly bundle: UnresolvedBundle }
  | { readonly kind: 'notFired'; readonly fireInstanceId: string; readonly reason: NotFiredReason };

/** What a check-in records, and judges others by. */
export interface SteadyCheckIn {
  /** Epoch ms, by the caller's clock. */
  readonly now: number;
  readonly checkInIntervalMs: number;
  /** How long after its interval a node that has not checked in again may be dead, in ms. */
  readonly graceMs: number;
  /** Job classes that this node lacks. */
  readonly missingClasses: readonly string[];
}
