/**
 * From what users write to what stores keep: everything is checked before anything is written.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import { invalidArgument, SchedulerError } from '../errors.js';
import { withFirstFire } from '../firing.js';
import type { JobDetail } from '../job.js';
import { defineJob, type JobSpec } from '../job-spec.js';
import { type JobKey, showKey } from '../key.js';
import type { JobWithTriggers, JoinedCalls } from '../spi/job-store.js';
import type { Trigger } from '../trigger.js';
import { defineTrigger, type TriggerSpec } from '../trigger-spec.js';
import type { SchedulingHost } from './scheduling-host.js';

/** The same wrong trigger twice over is one error: a trigger that names a missing calendar, or will never fire. */
export class ScheduleCompiler {
  readonly #store: JoinedCalls;
  readonly #host: SchedulingHost;
  readonly #now: number;
  readonly #calendars = new Map<string, Calendar>();

  /** For one call of the scheduler: all its triggers share one idea of now. */
  constructor(store: JoinedCalls, host: SchedulingHost) {
    this.#store = store;
    this.#host = host;
    this.#now = host.options.clock.now();
  }

  /** A job, and the class it brings along made findable. Throws `ERR_INVALID_ARGUMENT` or `ERR_INVALID_DATA`. */
  job(spec: JobSpec): JobDetail {
    const job = defineJob(spec);
    if (typeof spec.job === 'string') return job;
    const jobClass = this.#host.register(spec.job, job.jobClass);
    return jobClass === job.jobClass ? job : Object.freeze({ ...job, jobClass });
  }

  /**
   * A trigger that waits for its first fire. Throws what {@link defineTrigger} throws, `ERR_CALENDAR_NOT_FOUND`
   * (CAL-15) and `ERR_TRIGGER_NEVER_FIRES` (CAL-16).
   */
  async trigger(spec: TriggerSpec, jobKey: JobKey): Promise<Trigger> {
    const defined = defineTrigger(spec, { jobKey, now: this.#now });
    const calendar = defined.calendarName === null ? null : await this.#calendar(defined.calendarName);
    const trigger = withFirstFire(defined, calendar);
    if (trigger.nextFireAt !== null) return trigger;
    throw new SchedulerError(
      'ERR_TRIGGER_NEVER_FIRES',
      `trigger ${showKey(trigger.key)} of job ${showKey(jobKey)} will never fire; expected a schedule, an end and a calendar that leave at least one time`,
      { details: { field: 'trigger', trigger: showKey(trigger.key), job: showKey(jobKey) } },
    );
  }

  /** A job with its triggers, of which there may be none. */
  async entry(spec: JobSpec, triggers: readonly TriggerSpec[]): Promise<JobWithTriggers> {
    const job = this.job(spec);
    const compiled: Trigger[] = [];
    for (const trigger of triggers) compiled.push(await this.trigger(trigger, job.key));
    return { job, triggers: compiled };
  }

  async #calendar(name: string): Promise<Calendar> {
    const known = this.#calendars.get(name) ?? (await this.#store.getCalendar(name));
    if (known === null) {
      throw new SchedulerError(
        'ERR_CALENDAR_NOT_FOUND',
        `trigger.calendar is ${JSON.stringify(name)}; expected the name of a stored calendar: add it with addCalendar first`,
        { details: { field: 'trigger.calendar', calendar: name } },
      );
    }
    this.#calendars.set(name, known);
    return known;
  }
}

/** One trigger or several, as a list. Throws `ERR_INVALID_ARGUMENT` for anything else. */
export function triggerList(
  field: string,
  triggers: TriggerSpec | readonly TriggerSpec[],
): readonly TriggerSpec[] {
  if (Array.isArray(triggers)) return triggers as readonly TriggerSpec[];
  if (typeof triggers !== 'object' || triggers === null) {
    throw invalidArgument(field, triggers, "a trigger such as { every: '10s' }, or an array of triggers");
  }
  return [triggers as TriggerSpec];
}

/** The earliest first fire of triggers that all have one. */
export function earliestFire(triggers: readonly Trigger[]): Date {
  return new Date(Math.min(...triggers.map((trigger) => trigger.nextFireAt ?? Number.POSITIVE_INFINITY)));
}

/** The error for a job that would vanish at once. */
export function notDurableError(job: JobDetail): SchedulerError {
  return new SchedulerError(
    'ERR_JOB_NOT_DURABLE',
    `job.durable of ${showKey(job.key)} is false; expected true for a job without triggers, or the option storeNonDurableWhileAwaitingScheduling of addJob`,
    { details: { field: 'job.durable', job: showKey(job.key) } },
  );
}
