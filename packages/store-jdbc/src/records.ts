/**
 * Rows as records, and records as rows. What is read is checked: another release, another program or a bad disk may
 * have written it.
 *
 * @module
 */
import type {
  Calendar,
  JobDetail,
  JobKey,
  MisfireInstruction,
  RecoveredFire,
  TriggerKey,
} from '@ametrine/core';
import {
  decodeCalendar,
  decodeData,
  decodeSchedule,
  EMPTY_DATA,
  type ExecutionRecord,
  encodeData,
  encodeSchedule,
  type InstanceRecord,
  isSchedulerError,
  SchedulerError,
  type StoredTriggerState,
  showKey,
  type TriggerRecord,
} from '@ametrine/core/spi';
import type { SqlRow, SqlValue } from './sql.js';

/** Encoded data longer than this, in UTF-16 code units, have a row of their own. */
export const LARGE_DATA = 1000;

/** The columns of a job as they are written, in order. */
export const JOB_COLUMNS = [
  'job_group',
  'job_name',
  'job_class',
  'description',
  'durable',
  'requests_recovery',
  'non_concurrent',
  'persists_data',
  'data',
] as const;

/** The columns of a trigger as they are written, in order. */
export const TRIGGER_COLUMNS = [
  'trigger_group',
  'trigger_name',
  'job_id',
  'state',
  'claim_id',
  'next_fire_at',
  'previous_fire_at',
  'times_triggered',
  'precedence',
  'start_at',
  'end_at',
  'misfire_instruction',
  'schedule',
  'calendar_name',
  'description',
  'recovers',
  'data',
] as const;

/** A job with the id of its row. */
export interface JobRow {
  readonly id: number;
  readonly job: JobDetail;
}

/** A trigger with what its row says beyond the record. */
export interface TriggerRow {
  readonly id: number;
  readonly jobId: number;
  /** The token of the execution that the row holds, if it holds one. */
  readonly runId: string | null;
  readonly record: TriggerRecord;
}

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

/**
 * Reads a row of id, then {@link JOB_COLUMNS}.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the job
 */
export function readJob(row: SqlRow): JobRow {
  const [
    id,
    group,
    name,
    jobClass,
    description,
    durable,
    requestsRecovery,
    nonConcurrent,
    persistsData,
    data,
  ] = row;
  try {
    const job: JobDetail = {
      key: readKey(group, name),
      jobClass: textIn('job_class', jobClass),
      description: textOrNull('description', description),
      durable: durable === 1,
      requestsRecovery: requestsRecovery === 1,
      nonConcurrent: nonConcurrent === 1,
      persistDataAfterExecution: persistsData === 1,
      data: decodeData(textIn('data', data)),
    };
    return { id: whole('id', id), job: Object.freeze(job) };
  } catch (error) {
    throw unreadable('job', `${String(group)}.${String(name)}`, error);
  }
}

/** The parameters of {@link JOB_COLUMNS}. */
export function jobValues(job: JobDetail): SqlRow {
  return [
    job.key.group,
    job.key.name,
    job.jobClass,
    job.description,
    job.durable ? 1 : 0,
    job.requestsRecovery ? 1 : 0,
    job.nonConcurrent ? 1 : 0,
    job.persistDataAfterExecution ? 1 : 0,
    encodeData(job.data),
  ];
}

/**
 * Reads a row of id, {@link TRIGGER_COLUMNS} with the data wherever they are, and the token of its execution.
 *
 * @param jobKey - the key of the job whose id the row holds
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the trigger
 */
export function readTrigger(row: SqlRow, jobKey: JobKey): TriggerRow {
  try {
    return {
      id: row[0] as number,
      jobId: row[3] as number,
      runId: textOrNull('run_id', row[18]),
      record: readTriggerRecord(row, jobKey),
    };
  } catch (error) {
    throw unreadable('trigger', `${String(row[1])}.${String(row[2])}`, error);
  }
}

function readTriggerRecord(row: SqlRow, jobKey: JobKey): TriggerRecord {
  const [, group, name, , state, claimId, nextFireAt, previousFireAt, timesTriggered, precedence, ...rest] =
    row;
  const [startAt, endAt, misfireInstruction, schedule, calendarName, description, recovers, data] = rest;
  if (!STATES.has(state)) throw new Error(`its state is ${String(state)}`);
  if (!INSTRUCTIONS.has(misfireInstruction)) {
    throw new Error(`its misfire_instruction is ${String(misfireInstruction)}`);
  }
  const trigger = Object.freeze({
    key: readKey(group, name),
    jobKey,
    description: textOrNull('description', description),
    calendarName: textOrNull('calendar_name', calendarName),
    misfireInstruction: misfireInstruction as MisfireInstruction,
    priority: 0 - whole('precedence', precedence),
    startAt: whole('start_at', startAt),
    endAt: wholeOrNull('end_at', endAt),
    data: data === '{}' ? EMPTY_DATA : decodeData(textIn('data', data)),
    schedule: decodeSchedule(textIn('schedule', schedule)),
    nextFireAt: wholeOrNull('next_fire_at', nextFireAt),
    previousFireAt: wholeOrNull('previous_fire_at', previousFireAt),
    timesTriggered: whole('times_triggered', timesTriggered),
    recovers: recovers === null ? null : readRecovers(recovers),
  });
  return { trigger, state: state as StoredTriggerState, fireInstanceId: textOrNull('claim_id', claimId) };
}

/** The parameters of {@link TRIGGER_COLUMNS}; the data are null when they are {@link LARGE_DATA}. */
export function triggerValues(record: TriggerRecord, jobId: number, data: string): SqlRow {
  const { trigger, state, fireInstanceId } = record;
  return [
    trigger.key.group,
    trigger.key.name,
    jobId,
    state,
    fireInstanceId,
    trigger.nextFireAt,
    trigger.previousFireAt,
    trigger.timesTriggered,
    0 - trigger.priority,
    trigger.startAt,
    trigger.endAt,
    trigger.misfireInstruction,
    encodeSchedule(trigger.schedule),
    trigger.calendarName,
    trigger.description,
    trigger.recovers === null ? null : writeRecovers(trigger.recovers),
    data.length > LARGE_DATA ? null : data,
  ];
}

function readRecovers(value: SqlValue | undefined): RecoveredFire {
  const parsed = JSON.parse(textIn('recovers', value)) as Partial<Record<string, SqlValue>> | null;
  return Object.freeze({
    triggerKey: readKey(parsed?.['group'], parsed?.['name']),
    firedAt: whole('recovers', parsed?.['firedAt']),
    scheduledFireAt: whole('recovers', parsed?.['scheduledFireAt']),
  });
}

function writeRecovers({ triggerKey, firedAt, scheduledFireAt }: RecoveredFire): string {
  return JSON.stringify({ group: triggerKey.group, name: triggerKey.name, firedAt, scheduledFireAt });
}

/**
 * Reads a calendar.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the calendar
 */
export function readCalendar(name: string, text: SqlValue | undefined): Calendar {
  try {
    return decodeCalendar(textIn('calendar', text));
  } catch (error) {
    throw unreadable('calendar', name, error);
  }
}

/** The columns of an execution, in order. */
export const EXECUTION_COLUMNS = [
  'fire_instance_id',
  'instance_id',
  'trigger_group',
  'trigger_name',
  'job_group',
  'job_name',
  'priority',
  'non_concurrent',
  'requests_recovery',
  'scheduled_fire_at',
  'fired_at',
] as const;

/**
 * Reads a row of {@link EXECUTION_COLUMNS}.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the execution
 */
export function readExecution(row: SqlRow): ExecutionRecord {
  const [
    id,
    node,
    triggerGroup,
    triggerName,
    jobGroup,
    jobName,
    priority,
    nonConcurrent,
    recovery,
    due,
    firedAt,
  ] = row;
  try {
    return {
      fireInstanceId: textIn('fire_instance_id', id),
      instanceId: textIn('instance_id', node),
      state: firedAt === null ? 'acquired' : 'executing',
      triggerKey: readKey(triggerGroup, triggerName),
      jobKey: readKey(jobGroup, jobName),
      priority: whole('priority', priority),
      nonConcurrent: nonConcurrent === 1,
      requestsRecovery: recovery === 1,
      scheduledFireAt: whole('scheduled_fire_at', due),
      firedAt: wholeOrNull('fired_at', firedAt),
    };
  } catch (error) {
    throw unreadable('execution', String(id), error);
  }
}

/** The parameters of {@link EXECUTION_COLUMNS}. */
export function executionValues(execution: ExecutionRecord): SqlRow {
  return [
    execution.fireInstanceId,
    execution.instanceId,
    execution.triggerKey.group,
    execution.triggerKey.name,
    execution.jobKey.group,
    execution.jobKey.name,
    execution.priority,
    execution.nonConcurrent ? 1 : 0,
    execution.requestsRecovery ? 1 : 0,
    execution.scheduledFireAt,
    execution.state === 'executing' ? (execution.firedAt ?? execution.scheduledFireAt) : null,
  ];
}

/** Reads a row of instance_id, checked_in_at, check_in_interval_ms, missing_classes. */
export function readInstance([
  instanceId,
  checkedInAt,
  checkInIntervalMs,
  missingClasses,
]: SqlRow): InstanceRecord {
  try {
    return {
      instanceId: textIn('instance_id', instanceId),
      checkedInAt: whole('checked_in_at', checkedInAt),
      checkInIntervalMs: whole('check_in_interval_ms', checkInIntervalMs),
      missingClasses: texts('missing_classes', missingClasses),
    };
  } catch (error) {
    throw unreadable('instance', String(instanceId), error);
  }
}

/** Reads a key. */
export function readKey(group: SqlValue | undefined, name: SqlValue | undefined): TriggerKey {
  return Object.freeze({ group: textIn('group', group), name: textIn('name', name) });
}

function textIn(column: string, value: SqlValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`its ${column} is not text`);
}

function textOrNull(column: string, value: SqlValue | undefined): string | null {
  return value === null ? null : textIn(column, value);
}

function texts(column: string, value: SqlValue | undefined): readonly string[] {
  const list: unknown = JSON.parse(textIn(column, value));
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`its ${column} are not a list of texts`);
}

function whole(column: string, value: SqlValue | undefined): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new Error(`its ${column} is not a whole number`);
}

function wholeOrNull(column: string, value: SqlValue | undefined): number | null {
  return value === null ? null : whole(column, value);
}

function unreadable(
  kind: 'job' | 'trigger' | 'calendar' | 'execution' | 'instance',
  key: string,
  cause: unknown,
): SchedulerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const underneath = isSchedulerError(cause, 'ERR_RECORD_UNREADABLE') ? (cause.cause ?? cause) : cause;
  return new SchedulerError(
    'ERR_RECORD_UNREADABLE',
    `The stored ${kind} ${key} cannot be read: ${reason}. Remove it, or correct its row`,
    { cause: underneath, details: { kind, key } },
  );
}

/** What a read threw, as the library's error. */
export function unreadableError(error: unknown): SchedulerError {
  if (isSchedulerError(error)) return error;
  return new SchedulerError('ERR_RECORD_UNREADABLE', String(error), { cause: error });
}

/** The readable text of a trigger's key in a row, for messages. */
export function shownKeyOf(row: SqlRow): string {
  return showKey({ group: String(row[1]), name: String(row[2]) });
}
