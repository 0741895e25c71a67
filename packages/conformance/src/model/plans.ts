/**
 * From the plans of commands to the values that are stored.
 *
 * @module
 */
import { type Calendar, type JobDetail, type Schedule, type Trigger, withFirstFire } from '@ametrine/core';
import { holidays, job, never, trigger, weekly } from '../factories.js';
import type { CalendarKind, JobPlan, ScheduleKind, TriggerPlan } from './commands.js';

const SCHEDULES: Readonly<Record<ScheduleKind, Schedule>> = {
  once: { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 },
  endless: { type: 'simple', repeatCount: -1, repeatIntervalMs: 10_000 },
  twice: { type: 'simple', repeatCount: 1, repeatIntervalMs: 30_000 },
  cron: { type: 'cron', expression: '0/20 * * * * ?', timeZone: 'UTC', dialect: 'quartz' },
  interval: {
    type: 'calendarInterval',
    interval: 1,
    unit: 'minute',
    timeZone: 'UTC',
    preserveHourOfDay: false,
    skipDayIfHourDoesNotExist: false,
  },
  daily: {
    type: 'dailyTimeInterval',
    interval: 30,
    unit: 'second',
    startSecondOfDay: 0,
    endSecondOfDay: 86_399,
    daysOfWeek: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
    repeatCount: 3,
    timeZone: 'UTC',
  },
};

const CALENDARS: Readonly<Record<CalendarKind, Calendar>> = {
  everything: weekly(),
  nothing: never(),
  notToday: holidays('2026-03-02'),
  oddMinutes: { type: 'cron', expression: '* 0/2 * * * ?', timeZone: 'UTC', description: null, base: null },
};

/** The job of a plan. */
export function plannedJob({
  job: key,
  durable,
  nonConcurrent,
  persists,
  recovers,
  version,
}: JobPlan): JobDetail {
  return job(key.name, {
    group: key.group,
    durable: durable ?? false,
    nonConcurrent: nonConcurrent ?? false,
    persistDataAfterExecution: persists ?? false,
    requestsRecovery: recovers ?? false,
    data: { version: version ?? 0 },
  });
}

/** The trigger of a plan at `now` (epoch ms), with the first fire that its calendar, as it is stored now, includes. */
export function plannedTrigger(
  plan: TriggerPlan,
  now: number,
  calendars: ReadonlyMap<string, Calendar>,
): Trigger {
  const startAt = now + plan.inSeconds * 1000;
  const endsAfter = plan.endsAfterSeconds;
  const unfired = trigger(plan.trigger.name, plan.job, SCHEDULES[plan.schedule], {
    group: plan.trigger.group,
    at: startAt,
    nextFireAt: null,
    endAt: endsAfter === undefined ? null : startAt + endsAfter * 1000,
    misfireInstruction: plan.misfire ?? 'smart',
    priority: plan.priority ?? 5,
    calendarName: plan.calendar ?? null,
    data: { made: now },
  });
  return withFirstFire(unfired, (plan.calendar === undefined ? null : calendars.get(plan.calendar)) ?? null);
}

/** The calendar of that kind. */
export function plannedCalendar(kind: CalendarKind): Calendar {
  return CALENDARS[kind];
}
