/**
 * The check of triggers that are already built.
 *
 * @module
 */
import { checkData } from './data-map.js';
import { invalidArgument } from './errors.js';
import { checkDescription, checkInteger, MAX_INT32 } from './field-checks.js';
import { checkInstant } from './instant.js';
import { checkKey, checkName } from './key-input.js';
import type { ValueLimits } from './limits.js';
import { checkMisfire, checkSchedule } from './schedule-check.js';
import type { RecoveredFire, Trigger } from './trigger.js';
import { triggerValue } from './trigger-value.js';
import { checkKnownKeys } from './unknown-key.js';

const TRIGGER_KEYS = [
  'key',
  'jobKey',
  'description',
  'calendarName',
  'misfireInstruction',
  'priority',
  'startAt',
  'endAt',
  'data',
  'schedule',
  'nextFireAt',
  'previousFireAt',
  'timesTriggered',
  'recovers',
];

/**
 * Checks a trigger that is already built, as any caller of a store may hand it over, and gives a frozen copy that
 * shares nothing mutable with it.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`, `ERR_INVALID_CRON` or `ERR_INVALID_DATA`, naming the field
 *   (`'trigger.priority'`)
 */
export function checkTrigger(trigger: Trigger, limits: ValueLimits): Trigger {
  checkKnownKeys('trigger', trigger, TRIGGER_KEYS);
  const { maxNameLength } = limits;
  const schedule = checkSchedule('trigger.schedule', trigger.schedule);
  const startAt = checkInstant('trigger.startAt', trigger.startAt);
  const { calendarName } = trigger;
  const facts = {
    key: checkKey('trigger.key', trigger.key, maxNameLength),
    jobKey: checkKey('trigger.jobKey', trigger.jobKey, maxNameLength),
    description: checkDescription('trigger.description', trigger.description),
    calendarName:
      calendarName === null ? null : checkName('trigger.calendarName', calendarName, maxNameLength),
    misfireInstruction: checkMisfire('trigger.misfireInstruction', trigger.misfireInstruction, schedule),
    priority: checkPriority('trigger.priority', trigger.priority),
    endAt: checkEnd('trigger.endAt', checkInstantOrNull('trigger.endAt', trigger.endAt), startAt),
    data: checkData('trigger.data', trigger.data, limits),
    recovers: checkRecovers('trigger.recovers', trigger.recovers, maxNameLength),
  };
  return triggerValue(
    facts,
    schedule,
    startAt,
    checkInstantOrNull('trigger.nextFireAt', trigger.nextFireAt),
    checkInstantOrNull('trigger.previousFireAt', trigger.previousFireAt),
    checkInteger('trigger.timesTriggered', trigger.timesTriggered, 0, Number.MAX_SAFE_INTEGER),
  );
}

/**
 * Checks a priority: any 32-bit integer.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkPriority(field: string, priority: unknown): number {
  return checkInteger(field, priority, -MAX_INT32 - 1, MAX_INT32);
}

/**
 * Checks that an end does not lie before the start.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkEnd(field: string, endAt: number | null, startAt: number): number | null {
  if (endAt !== null && endAt < startAt) {
    throw invalidArgument(
      field,
      new Date(endAt),
      `no time before the start, ${new Date(startAt).toISOString()}`,
    );
  }
  return endAt;
}

function checkInstantOrNull(field: string, at: unknown): number | null {
  return at === null ? null : checkInstant(field, at);
}

function checkRecovers(
  field: string,
  recovers: RecoveredFire | null,
  maxNameLength: number,
): RecoveredFire | null {
  if (recovers === null) return null;
  checkKnownKeys(field, recovers, ['triggerKey', 'firedAt', 'scheduledFireAt']);
  return Object.freeze({
    triggerKey: checkKey(`${field}.triggerKey`, recovers.triggerKey, maxNameLength),
    firedAt: checkInstant(`${field}.firedAt`, recovers.firedAt),
    scheduledFireAt: checkInstant(`${field}.scheduledFireAt`, recovers.scheduledFireAt),
  });
}
