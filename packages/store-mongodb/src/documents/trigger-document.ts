/**
 * Triggers as documents, with their executions inside: a claim, a fire and the end of a run change one document each.
 *
 * @module
 */
import type { MisfireInstruction, RecoveredFire, Trigger } from '@ametrine/core';
import {
  DEFAULT_GROUP,
  decodeData,
  decodeSchedule,
  EMPTY_DATA,
  type ExecutionRecord,
  encodeData,
  encodeSchedule,
  type StoredTriggerState,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { keyId } from './document-id.js';
import { type Fields, keyIn, textIn, textOrNull, unreadable, wholeIn, wholeOrNull } from './field-reading.js';
import type { Held } from './held.js';

/** One execution, within its trigger's document. */
export interface RunEntry {
  /** The fencing token. */
  readonly id: string;
  readonly node: string;
  /** Written here as well: the trigger may be gone. */
  readonly triggerGroup: string;
  readonly triggerName: string;
  /** The `_id` of the job. */
  readonly job: string;
  readonly jobGroup: string;
  readonly jobName: string;
  readonly priority: number;
  readonly nonConcurrent: boolean;
  readonly requestsRecovery: boolean;
  readonly scheduledFireAt: number;
  /** Absent while it is only acquired. */
  readonly firedAt?: number;
}

/**
 * `removed` is a trigger that is gone while a run of it is under way (JS-EXE-02): only its runs are left. `joining` is
 * one that is being stored and not there yet.
 */
export type DocumentState = StoredTriggerState | 'removed' | 'joining';

/** What a change of the schedule or of the state writes. Absent stands for null. */
export interface TriggerFields {
  readonly state: DocumentState;
  /** The token of the claim, in state `acquired`. */
  readonly claim?: string;
  /** The `_id` of the job. */
  readonly job: string;
  readonly jobGroup: string;
  readonly jobName: string;
  readonly description?: string;
  readonly calendar?: string;
  readonly misfireInstruction: string;
  /** The priority, negated: the higher fires first. */
  readonly precedence: number;
  readonly startAt: number;
  readonly endAt?: number;
  readonly nextFireAt?: number;
  readonly previousFireAt?: number;
  readonly timesTriggered: number;
  /** As `encodeSchedule` writes it. */
  readonly schedule: string;
  readonly recovers?: RecoveredFields;
  /** As `encodeData` writes them. */
  readonly data: string;
}

/** A stored trigger. */
export interface TriggerDocument extends TriggerFields, Held {
  readonly _id: string;
  readonly scheduler: string;
  readonly group: string;
  readonly name: string;
  /** 0 for the default group, which comes first among equals; else 1. */
  readonly groupRank: number;
  readonly runs: readonly RunEntry[];
  /** The `_id` of the job, while the trigger is claimed or runs and the job must not run twice at once. */
  readonly exclusive?: string;
  /** Counts the writes, so that a write can insist on the document that was read. */
  readonly version: number;
}

interface RecoveredFields {
  readonly group: string;
  readonly name: string;
  readonly firedAt: number;
  readonly scheduledFireAt: number;
}

/** The fields of {@link TriggerFields} that may be absent. */
export const OPTIONAL_FIELDS = [
  'claim',
  'description',
  'calendar',
  'endAt',
  'nextFireAt',
  'previousFireAt',
  'recovers',
] as const;

const STATES: ReadonlySet<unknown> = new Set<StoredTriggerState>([
  'waiting',
  'acquired',
  'paused',
  'complete',
  'error',
]);

const INSTRUCTIONS: ReadonlySet<unknown> = new Set<MisfireInstruction>([
  'smart',
  'ignore',
  'fireOnceNow',
  'doNothing',
  'fireNow',
  'nowWithExistingCount',
  'nowWithRemainingCount',
  'nextWithRemainingCount',
  'nextWithExistingCount',
]);

/** What `exclusive` is by the runs that are left: without one of a job that must not run twice, nothing. */
export const EXCLUSIVE = {
  $cond: [
    { $anyElementTrue: [{ $map: { input: { $ifNull: ['$runs', []] }, in: '$$this.nonConcurrent' } }] },
    '$exclusive',
    '$$REMOVE',
  ],
} as const;

/** The fields that never change as long as the trigger has its key. */
export function identityFields(
  scheduler: string,
  { key }: Pick<Trigger, 'key'>,
): Pick<TriggerDocument, '_id' | 'scheduler' | 'group' | 'name' | 'groupRank'> {
  return {
    _id: keyId(scheduler, key),
    scheduler,
    group: key.group,
    name: key.name,
    groupRank: key.group === DEFAULT_GROUP ? 0 : 1,
  };
}

/** The fields of a trigger in a state. */
export function triggerFields(
  scheduler: string,
  { trigger, state, fireInstanceId }: TriggerRecord,
): TriggerFields {
  const { description, calendarName, endAt, nextFireAt, previousFireAt, recovers } = trigger;
  return {
    state,
    ...(fireInstanceId === null ? {} : { claim: fireInstanceId }),
    job: keyId(scheduler, trigger.jobKey),
    jobGroup: trigger.jobKey.group,
    jobName: trigger.jobKey.name,
    ...(description === null ? {} : { description }),
    ...(calendarName === null ? {} : { calendar: calendarName }),
    misfireInstruction: trigger.misfireInstruction,
    precedence: 0 - trigger.priority,
    startAt: trigger.startAt,
    ...(endAt === null ? {} : { endAt }),
    ...(nextFireAt === null ? {} : { nextFireAt }),
    ...(previousFireAt === null ? {} : { previousFireAt }),
    timesTriggered: trigger.timesTriggered,
    schedule: encodeSchedule(trigger.schedule),
    ...(recovers === null ? {} : { recovers: recoveredFields(recovers) }),
    data: encodeData(trigger.data),
  };
}

/** A whole document for a trigger that was not there. */
export function triggerDocument(scheduler: string, record: TriggerRecord): TriggerDocument {
  return {
    ...identityFields(scheduler, record.trigger),
    ...triggerFields(scheduler, record),
    runs: [],
    version: 1,
  };
}

/**
 * Reads a trigger.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the trigger
 */
export function readTrigger(document: TriggerDocument): TriggerRecord {
  const fields = document as unknown as Fields;
  try {
    const { state, misfireInstruction } = document;
    if (!STATES.has(state)) throw new Error(`its state is ${String(state)}`);
    if (!INSTRUCTIONS.has(misfireInstruction)) {
      throw new Error(`its misfireInstruction is ${String(misfireInstruction)}`);
    }
    const trigger = Object.freeze<Trigger>({
      key: keyIn(fields, 'group', 'name'),
      jobKey: keyIn(fields, 'jobGroup', 'jobName'),
      description: textOrNull(fields, 'description'),
      calendarName: textOrNull(fields, 'calendar'),
      misfireInstruction: misfireInstruction as MisfireInstruction,
      priority: 0 - wholeIn(fields, 'precedence'),
      startAt: wholeIn(fields, 'startAt'),
      endAt: wholeOrNull(fields, 'endAt'),
      data: document.data === '{}' ? EMPTY_DATA : decodeData(textIn(fields, 'data')),
      schedule: decodeSchedule(textIn(fields, 'schedule')),
      nextFireAt: wholeOrNull(fields, 'nextFireAt'),
      previousFireAt: wholeOrNull(fields, 'previousFireAt'),
      timesTriggered: wholeIn(fields, 'timesTriggered'),
      recovers: document.recovers === undefined ? null : readRecovers(document.recovers),
    });
    return {
      trigger,
      state: state as StoredTriggerState,
      fireInstanceId: textOrNull(fields, 'claim'),
    };
  } catch (error) {
    throw unreadable('trigger', shownKeyOf(document), error);
  }
}

/** The readable text of a trigger's key, for messages. */
export function shownKeyOf({ group, name }: Pick<TriggerDocument, 'group' | 'name'>): string {
  return `${String(group)}.${String(name)}`;
}

/** The entry of an execution. */
export function runEntry(scheduler: string, execution: ExecutionRecord): RunEntry {
  return {
    id: execution.fireInstanceId,
    node: execution.instanceId,
    triggerGroup: execution.triggerKey.group,
    triggerName: execution.triggerKey.name,
    job: keyId(scheduler, execution.jobKey),
    jobGroup: execution.jobKey.group,
    jobName: execution.jobKey.name,
    priority: execution.priority,
    nonConcurrent: execution.nonConcurrent,
    requestsRecovery: execution.requestsRecovery,
    scheduledFireAt: execution.scheduledFireAt,
    ...(execution.state === 'executing' ? { firedAt: execution.firedAt ?? execution.scheduledFireAt } : {}),
  };
}

/**
 * Reads an execution.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the execution
 */
export function readExecution(run: RunEntry): ExecutionRecord {
  const fields = run as unknown as Fields;
  try {
    const firedAt = wholeOrNull(fields, 'firedAt');
    return {
      fireInstanceId: textIn(fields, 'id'),
      instanceId: textIn(fields, 'node'),
      state: firedAt === null ? 'acquired' : 'executing',
      triggerKey: keyIn(fields, 'triggerGroup', 'triggerName'),
      jobKey: keyIn(fields, 'jobGroup', 'jobName'),
      priority: wholeIn(fields, 'priority'),
      nonConcurrent: run.nonConcurrent === true,
      requestsRecovery: run.requestsRecovery === true,
      scheduledFireAt: wholeIn(fields, 'scheduledFireAt'),
      firedAt,
    };
  } catch (error) {
    throw unreadable('execution', String(run.id), error);
  }
}

function recoveredFields({ triggerKey, firedAt, scheduledFireAt }: RecoveredFire): RecoveredFields {
  return { group: triggerKey.group, name: triggerKey.name, firedAt, scheduledFireAt };
}

function readRecovers(value: unknown): RecoveredFire {
  const fields = value as Fields;
  return Object.freeze({
    triggerKey: keyIn(fields, 'group', 'name'),
    firedAt: wholeIn(fields, 'firedAt'),
    scheduledFireAt: wholeIn(fields, 'scheduledFireAt'),
  });
}
