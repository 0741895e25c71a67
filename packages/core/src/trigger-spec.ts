/**
 * Triggers as users write them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { JobData } from './data.js';
import { checkData, EMPTY_DATA } from './data-map.js';
import { defineSchedule, KEYS_OF_KIND } from './define-schedule.js';
import { invalidArgument } from './errors.js';
import { checkDescription } from './field-checks.js';
import { epochMs, type Instant } from './instant.js';
import type { JobKey, KeyInput } from './key.js';
import { checkName, defineKey, UNLIMITED_LENGTH } from './key-input.js';
import { checkMisfire } from './schedule-check.js';
import type { ScheduleSpec } from './schedule-spec.js';
import { DEFAULT_PRIORITY, type Schedule, type Trigger } from './trigger.js';
import { checkEnd, checkPriority } from './trigger-check.js';
import { triggerValue } from './trigger-value.js';
import { checkKnownKeys } from './unknown-key.js';

export { checkSchedule } from './schedule-check.js';
export { checkTrigger } from './trigger-check.js';

/** What every trigger may say, whatever its schedule. */
export interface TriggerCommon {
  /** @defaultValue a random name in the group `DEFAULT` */
  readonly key?: KeyInput | undefined;
  /** No fire before this; the first fire of `every` and `interval`. @defaultValue now */
  readonly startAt?: Instant | undefined;
  /** No fire after this; `every` and `interval` do not fire at it either. @defaultValue none */
  readonly endAt?: Instant | undefined;
  /** Among triggers due at the same instant the higher fires first. @defaultValue 5 */
  readonly priority?: number | undefined;
  /** The name of a stored calendar: times that it excludes are passed over. @defaultValue none */
  readonly calendar?: string | undefined;
  /** @defaultValue none */
  readonly description?: string | undefined;
  /** What the run sees on top of the job's data. @defaultValue empty */
  readonly data?: JobData | undefined;
}

/**
 * A trigger to be stored: what every trigger may say, and when it fires.
 *
 * @example
 * ```ts
 * { at: '2026-12-24T18:00:00Z' }
 * { every: '10s', repeat: 5 }
 * { cron: '0 0 8 ? * MON-FRI', timeZone: 'Europe/Berlin', misfire: 'doNothing' }
 * { interval: { months: 1 }, startAt: '2026-01-31T09:00:00Z' }
 * { daily: { from: '08:00', to: '18:00', every: '30m', days: 'weekdays' } }
 * ```
 */
export type TriggerSpec = TriggerCommon & ScheduleSpec;

/** What a spec leaves open. */
export interface TriggerDefaults {
  /** The job that the trigger runs. */
  readonly jobKey: JobKey;
  /** The start of a trigger that names none (epoch ms). */
  readonly now: number;
}

const COMMON_KEYS = ['key', 'startAt', 'endAt', 'priority', 'calendar', 'misfire', 'description', 'data'];
const SPEC_KEYS = [...COMMON_KEYS, ...new Set(Object.values(KEYS_OF_KIND).flat())];

/**
 * Makes the trigger that a user described. Its `nextFireAt` is null until `withFirstFire` is asked. The start of a
 * cron trigger is cut to the whole second.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`, `ERR_INVALID_CRON` or `ERR_INVALID_DATA`, naming the field
 *   (`'trigger.endAt'`)
 */
export function defineTrigger(spec: TriggerSpec, { jobKey, now }: TriggerDefaults): Trigger {
  checkKnownKeys('trigger', spec, SPEC_KEYS);
  const schedule = defineSchedule('trigger', spec);
  const startAt = startOf(spec, schedule, now);
  const endAt = spec.endAt === undefined ? null : epochMs('trigger.endAt', spec.endAt);
  const facts = {
    key: defineKey('trigger.key', spec.key ?? randomUUID()),
    jobKey,
    description: checkDescription('trigger.description', spec.description ?? null),
    calendarName:
      spec.calendar === undefined ? null : checkName('trigger.calendar', spec.calendar, UNLIMITED_LENGTH),
    misfireInstruction: checkMisfire('trigger.misfire', spec.misfire ?? 'smart', schedule),
    priority: checkPriority('trigger.priority', spec.priority ?? DEFAULT_PRIORITY),
    endAt: checkEnd('trigger.endAt', endAt, startAt),
    data: spec.data === undefined ? EMPTY_DATA : checkData('trigger.data', spec.data),
    recovers: null,
  };
  return triggerValue(facts, schedule, startAt, null, null, 0);
}

function startOf(spec: TriggerSpec, schedule: Schedule, now: number): number {
  const { startAt }: TriggerCommon = spec;
  if (spec.at !== undefined) {
    if (startAt !== undefined) throw invalidArgument('trigger.startAt', startAt, "no startAt beside 'at'");
    return epochMs('trigger.at', spec.at);
  }
  const start = startAt === undefined ? now : epochMs('trigger.startAt', startAt);
  return schedule.type === 'cron' ? Math.floor(start / 1000) * 1000 : start;
}
