/**
 * What takes the place of a trigger that cannot be read, in steps that work on others as well: a start that recovers, a
 * resume or a completion must not fail for good because of one damaged record. It has the key, is in error and never
 * fires, so that it can be replaced and removed; it is never written back.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { EMPTY_DATA, type TriggerRecord } from '@ametrine/core/spi';
import { keyOf } from '../ids.js';
import { jobIdIn } from './trigger-text.js';

const standIns = new WeakSet<TriggerRecord>();

/** Whether a record stands for one that cannot be read. */
export function isStandIn(record: TriggerRecord): boolean {
  return standIns.has(record);
}

/** Makes the stand-in of a trigger. */
export function standIn(id: string, value: string): TriggerRecord {
  const jobId = jobIdIn(value);
  const trigger: Trigger = Object.freeze({
    key: keyOf(id),
    jobKey: jobId.includes('\0') ? keyOf(jobId) : keyOf(id),
    description: null,
    calendarName: null,
    misfireInstruction: 'smart',
    priority: 0,
    startAt: 0,
    endAt: null,
    data: EMPTY_DATA,
    schedule: Object.freeze({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }),
    nextFireAt: null,
    previousFireAt: null,
    timesTriggered: 0,
    recovers: null,
  });
  const record: TriggerRecord = Object.freeze({ trigger, state: 'error', fireInstanceId: null });
  standIns.add(record);
  return record;
}
