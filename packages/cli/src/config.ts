/**
 * The configuration of `ametrine run`: its shape, and the check that it has it.
 *
 * @module
 */
import { CONFIG_KEYS, ConfigCheck, configError, type SchedulerConfig } from '@ametrine/config';
import {
  type Calendar,
  type CalendarSpec,
  defineCalendar,
  defineJob,
  defineTrigger,
  isSchedulerError,
  type JobDetail,
  type JobSpec,
  keyText,
  showKey,
  type Trigger,
  type TriggerSpec,
} from '@ametrine/core';

/** A job with its triggers. */
export interface ScheduleEntry {
  readonly job: JobSpec;
  /**
   * A trigger without a key is named for its job: the first `report`, the second `report-2`. A job without
   * triggers must be durable.
   */
  readonly triggers?: readonly TriggerSpec[];
}

/** What a configuration file holds, as JSON or as the default export of a module. */
export interface RunConfig extends SchedulerConfig {
  /** What is to be in the store. @defaultValue none: what is there already runs */
  readonly schedule?: readonly ScheduleEntry[];
  /** Calendars by the name that triggers call them. @defaultValue none */
  readonly calendars?: { readonly [name: string]: CalendarSpec };
}

/** A trigger of the file, as a value and as it was written: only the latter tells what was left to a default. */
export interface ConfiguredTrigger {
  readonly trigger: Trigger;
  readonly spec: TriggerSpec;
}

/** A calendar of the file, as a value and as it was written. */
export interface ConfiguredCalendar {
  readonly calendar: Calendar;
  readonly spec: CalendarSpec;
}

/** A checked entry of the schedule. */
export interface ConfiguredJob {
  /** Its place in the file, such as `schedule[0]`. */
  readonly path: string;
  readonly job: JobDetail;
  readonly spec: JobSpec;
  readonly triggers: readonly ConfiguredTrigger[];
}

/** A checked configuration. */
export interface CheckedConfig {
  readonly scheduler: SchedulerConfig;
  /** What references to the environment stand for; null when there are none left. */
  readonly env: NodeJS.ProcessEnv | null;
  readonly schedule: readonly ConfiguredJob[];
  readonly calendars: ReadonlyMap<string, ConfiguredCalendar>;
}

/**
 * Checks a configuration.
 *
 * @param file - named by errors
 * @param now - epoch ms; where triggers start that name no start
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the file and the place in it
 */
export function checkConfig(input: unknown, file: string, now: number): CheckedConfig {
  return new ScheduleCheck(file, now).run(input);
}

class ScheduleCheck extends ConfigCheck {
  readonly #file: string;
  readonly #now: number;

  constructor(file: string, now: number) {
    super(file);
    this.#file = file;
    this.#now = now;
  }

  run(input: unknown): CheckedConfig {
    const config = this.object('', input, [...Object.keys(CONFIG_KEYS), 'schedule', 'calendars']);
    const { schedule = [], calendars = {}, ...scheduler } = config;
    return {
      scheduler: this.scheduler(scheduler),
      env: process.env,
      schedule: this.#schedule(schedule),
      calendars: this.#calendars(calendars),
    };
  }

  #schedule(input: unknown): ConfiguredJob[] {
    const entries = this.list('schedule', input).map((entry, index) =>
      this.#entry(`schedule[${index}]`, entry),
    );
    this.#unique(entries.map(({ path, job }) => [`${path}.job`, job]));
    this.#unique(
      entries.flatMap(({ path, triggers }) =>
        triggers.map(({ trigger }, index): [string, Trigger] => [`${path}.triggers[${index}]`, trigger]),
      ),
    );
    return entries;
  }

  #entry(path: string, input: unknown): ConfiguredJob {
    const entry = this.object(path, input, ['job', 'triggers']);
    const spec = this.object(`${path}.job`, entry['job']) as unknown as JobSpec;
    const job = this.#model(`${path}.job`, () => defineJob(spec));
    const triggers = this.list(`${path}.triggers`, entry['triggers'] ?? []).map((trigger, index) =>
      this.#trigger(`${path}.triggers[${index}]`, trigger, job, index),
    );
    if (triggers.length === 0 && !job.durable) {
      throw configError(this.#file, path, 'a job without triggers must be durable');
    }
    return { path, job, spec, triggers };
  }

  #trigger(path: string, input: unknown, job: JobDetail, index: number): ConfiguredTrigger {
    const written = this.object(path, input) as unknown as TriggerSpec;
    // A name that stays the same from start to start, so that the stored trigger is found again.
    const name = index === 0 ? job.key.name : `${job.key.name}-${index + 1}`;
    const spec = { ...written, key: written.key ?? { name, group: job.key.group } };
    return {
      spec,
      trigger: this.#model(path, () => defineTrigger(spec, { jobKey: job.key, now: this.#now })),
    };
  }

  #calendars(input: unknown): Map<string, ConfiguredCalendar> {
    return new Map(
      Object.entries(this.object('calendars', input) as Readonly<Record<string, CalendarSpec>>).map(
        ([name, spec]) => [
          name,
          { spec, calendar: this.#model(`calendars.${name}`, () => defineCalendar(spec)) },
        ],
      ),
    );
  }

  /** Runs a check of the model, and says where in the file its complaint belongs. */
  #model<T>(path: string, define: () => T): T {
    try {
      return define();
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      throw configError(this.#file, path, error.message, error);
    }
  }

  #unique(items: readonly (readonly [string, JobDetail | Trigger])[]): void {
    const paths = new Map<string, string>();
    for (const [path, { key }] of items) {
      const first = paths.get(keyText(key));
      if (first !== undefined) {
        throw configError(
          this.#file,
          path,
          `has the same key ${showKey(key)} as ${first}; give it a key of its own`,
        );
      }
      paths.set(keyText(key), path);
    }
  }
}
