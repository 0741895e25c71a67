/**
 * When a trigger would fire, without a scheduler.
 *
 * @module
 */
import type { Calendar } from './calendars/calendar.js';
import { type CalendarSpec, defineCalendar } from './calendars/calendar-spec.js';
import { checkInteger } from './field-checks.js';
import { afterFire, nextFireAfter, withFirstFire } from './firing.js';
import { epochMs, type Instant } from './instant.js';
import { DEFAULT_GROUP } from './key.js';
import type { Trigger } from './trigger.js';
import { defineTrigger, type TriggerSpec } from './trigger-spec.js';
import { triggerValue } from './trigger-value.js';
import { checkKnownKeys } from './unknown-key.js';

/** What {@link nextFireTimes} is asked. */
export interface NextFireTimesOptions {
  /** At most so many, 1 to 100 000. */
  readonly count: number;
  /** Only fires at this instant or later; also the start of a spec that names none. @defaultValue now */
  readonly from?: Instant | undefined;
  /** The calendar that the trigger names. @defaultValue none: nothing is passed over */
  readonly calendar?: Calendar | CalendarSpec | undefined;
}

const MAX_COUNT = 100_000;
const NO_JOB = Object.freeze({ group: DEFAULT_GROUP, name: 'none' });

/**
 * Lists the times at which a trigger fires: fewer than asked for when it ends before. A stored trigger continues
 * from its position; the repeat count of a daily schedule counts from `from`.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_CRON`
 * @example
 * ```ts
 * nextFireTimes({ cron: '0 0 8 ? * MON-FRI', timeZone: 'Europe/Berlin' }, { count: 5 })
 * ```
 */
export function nextFireTimes(spec: TriggerSpec | Trigger, options: NextFireTimesOptions): Date[] {
  checkKnownKeys('options', options, ['count', 'from', 'calendar']);
  const count = checkInteger('options.count', options.count, 1, MAX_COUNT);
  const from = epochMs('options.from', options.from ?? Date.now());
  const calendar =
    options.calendar === undefined ? null : defineCalendar(options.calendar, 'options.calendar');
  const times: Date[] = [];
  let trigger = positionedAt(spec, from, calendar);
  while (trigger.nextFireAt !== null && times.length < count) {
    times.push(new Date(trigger.nextFireAt));
    trigger = afterFire(trigger, calendar);
  }
  return times;
}

/** The trigger, about to fire at `from` or later. */
function positionedAt(spec: TriggerSpec | Trigger, from: number, calendar: Calendar | null): Trigger {
  const isBuilt = 'jobKey' in spec;
  const trigger = isBuilt ? spec : defineTrigger(spec, { jobKey: NO_JOB, now: from });
  const isNew = trigger.nextFireAt === null && trigger.previousFireAt === null;
  const positioned = isNew ? withFirstFire(trigger, calendar) : trigger;
  if (positioned.nextFireAt === null || positioned.nextFireAt >= from) return positioned;
  const { schedule, startAt, previousFireAt, timesTriggered } = positioned;
  const next = nextFireAfter(positioned, from - 1, calendar);
  return triggerValue(positioned, schedule, startAt, next, previousFireAt, timesTriggered);
}
