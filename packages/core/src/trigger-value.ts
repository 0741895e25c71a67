/**
 * The one place where trigger values are made, so that all have the same shape.
 *
 * @module
 */
import type { Schedule, Trigger } from './trigger.js';

/** The fields that neither a fire nor a misfire changes. */
export type TriggerFacts = Omit<
  Trigger,
  'startAt' | 'schedule' | 'nextFireAt' | 'previousFireAt' | 'timesTriggered'
>;

/** Makes a frozen trigger. The values must be checked and frozen already. */
export function triggerValue(
  facts: TriggerFacts,
  schedule: Schedule,
  startAt: number,
  nextFireAt: number | null,
  previousFireAt: number | null,
  timesTriggered: number,
): Trigger {
  return Object.freeze({
    key: facts.key,
    jobKey: facts.jobKey,
    description: facts.description,
    calendarName: facts.calendarName,
    misfireInstruction: facts.misfireInstruction,
    priority: facts.priority,
    startAt,
    endAt: facts.endAt,
    data: facts.data,
    schedule,
    nextFireAt,
    previousFireAt,
    timesTriggered,
    recovers: facts.recovers,
  });
}
