/**
 * What a store keeps beside the values of the model.
 *
 * @module
 */
import type { JobKey, TriggerKey } from '../key.js';
import type { Trigger } from '../trigger.js';

/**
 * The state that is stored with a trigger. There is no *blocked*: whether a trigger is blocked follows from the
 * executions of its job (JS-STA-02), and what is not stored twice cannot get stuck.
 */
export type StoredTriggerState = 'waiting' | 'acquired' | 'paused' | 'complete' | 'error';

/** A trigger with its stored state. */
export interface TriggerRecord {
  readonly trigger: Trigger;
  readonly state: StoredTriggerState;
  /** The fencing token of the claim that holds the trigger; set exactly while the state is `acquired`. */
  readonly fireInstanceId: string | null;
}

/** One claim of a trigger by one node, from acquire to complete or release. */
export interface ExecutionRecord {
  /** Unique over all nodes and for ever: the fencing token. */
  readonly fireInstanceId: string;
  /** The node that holds the claim. */
  readonly instanceId: string;
  /** Claimed ahead of its time, or running. */
  readonly state: 'acquired' | 'executing';
  readonly triggerKey: TriggerKey;
  readonly jobKey: JobKey;
  readonly priority: number;
  /** The flag of the job as it is stored now: storing the job again changes it (JS-ACQ-08). */
  readonly nonConcurrent: boolean;
  /** The job's flag when it was fired. */
  readonly requestsRecovery: boolean;
  /** When the fire was due (epoch ms). */
  readonly scheduledFireAt: number;
  /** When the run began (epoch ms); null while only acquired. */
  readonly firedAt: number | null;
}

/** A node of the cluster, as its check-ins show it. */
export interface InstanceRecord {
  readonly instanceId: string;
  /** Epoch ms of its last check-in. */
  readonly checkedInAt: number;
  /** How often it means to check in, in ms. */
  readonly checkInIntervalMs: number;
  /** Names of the job classes that it was asked for in this life and does not have, sorted (JS-FIR-07). */
  readonly missingClasses: readonly string[];
}

/** Which groups are paused; a group may be paused before it has members (JS-PAU-03). */
export interface PausedGroups {
  readonly triggerGroups: readonly string[];
  readonly jobGroups: readonly string[];
  /** Set by pause-all: new trigger groups are born paused (JS-PAU-08). */
  readonly all: boolean;
}

/** Chooses triggers by what they belong to. */
export type TriggerSelection =
  | { readonly by: 'all' }
  | { readonly by: 'keys'; readonly keys: readonly TriggerKey[] }
  | { readonly by: 'job'; readonly jobKey: JobKey }
  | { readonly by: 'triggerGroup'; readonly group: string }
  | { readonly by: 'jobGroup'; readonly group: string }
  | { readonly by: 'calendar'; readonly calendarName: string }
  | { readonly by: 'state'; readonly state: StoredTriggerState };
