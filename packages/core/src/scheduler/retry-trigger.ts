/**
 * Another attempt at a run that failed, as a trigger in the store.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { JobData } from '../data.js';
import { checkData } from '../data-map.js';
import type { TriggerKey } from '../key.js';
import type { FiredBundle } from '../spi/results.js';
import type { Trigger } from '../trigger.js';

/** What an attempt repeats. */
export interface RetriedFire {
  /** The trigger whose run failed first. */
  readonly triggerKey: TriggerKey;
  /** When that run was due (epoch ms). */
  readonly scheduledFireAt: number;
  /** The number of this attempt: 2 and more. */
  readonly attempt: number;
}

/** Where a trigger's data say what it repeats: every store keeps data, and no job sees this. */
const RETRY = 'ametrine.retry';

/** What a trigger repeats; null for one that was not made to retry. */
export function retriedFireOf({ data }: Trigger): RetriedFire | null {
  const facts = data[RETRY] as Readonly<Record<string, unknown>> | undefined;
  if (typeof facts !== 'object' || facts === null) return null;
  const { name, group, scheduledFireAt, attempt } = facts;
  const known =
    typeof name === 'string' &&
    typeof group === 'string' &&
    Number.isSafeInteger(scheduledFireAt) &&
    Number.isSafeInteger(attempt);
  if (!known) return null;
  return {
    triggerKey: { name, group },
    scheduledFireAt: scheduledFireAt as number,
    attempt: attempt as number,
  };
}

/** The trigger's data as the job knows them. */
export function withoutRetryFacts(data: JobData): JobData {
  if (!Object.hasOwn(data, RETRY)) return data;
  const { [RETRY]: _, ...rest } = data;
  return rest;
}

/**
 * Makes the trigger of the next attempt. It is in the group of the failed one, so that a paused group holds it; it
 * never misfires, for it is late already.
 *
 * @param at - when to try (epoch ms)
 */
export function retryTrigger({ job, trigger, scheduledFireAt }: FiredBundle, at: number): Trigger {
  const before = retriedFireOf(trigger);
  const { name, group } = before?.triggerKey ?? trigger.key;
  const facts = {
    name,
    group,
    scheduledFireAt: before?.scheduledFireAt ?? scheduledFireAt,
    attempt: (before?.attempt ?? 1) + 1,
  };
  return Object.freeze<Trigger>({
    key: Object.freeze({ group: trigger.key.group, name: `retry_${randomUUID()}` }),
    jobKey: job.key,
    description: trigger.description,
    calendarName: null,
    misfireInstruction: 'ignore',
    priority: trigger.priority,
    startAt: at,
    endAt: null,
    data: checkData('trigger.data', { ...trigger.data, [RETRY]: facts }),
    schedule: Object.freeze({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }),
    nextFireAt: at,
    previousFireAt: null,
    timesTriggered: 0,
    recovers: null,
  });
}
