/**
 * The configuration of `ametrine run`: its shape, and the check that it has it.
 *
 * @module
 */
import {
  type Calendar,
  type CalendarSpec,
  checkKnownKeys,
  defineCalendar,
  defineJob,
  defineTrigger,
  isSchedulerError,
  type JobClass,
  type JobDetail,
  type JobSpec,
  keyText,
  SchedulerError,
  showKey,
  type Trigger,
  type TriggerSpec,
} from '@ametrine/core';
import { showValue } from '@ametrine/core/spi';

/** Which store, and where. */
export type StoreConfig =
  | { readonly type: 'memory' }
  | {
      readonly type: 'sqlite';
      /** The database's file, from the configuration file's folder. Made when it is not there. */
      readonly path: string;
    };

/**
 * Where the job classes are: a folder whose modules are named for the class they export, found when they are
 * first needed; or classes by name, each itself or the path of its module from the configuration file's folder.
 */
export type JobsConfig = { readonly dir: string } | { readonly [jobClass: string]: string | JobClass };

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
export interface RunConfig {
  /** The scheduler's name. Everything in the store belongs to it. @defaultValue 'ametrine' */
  readonly name?: string;
  /** How many jobs run at the same time at most. @defaultValue 10 */
  readonly concurrency?: number;
  readonly store: StoreConfig;
  readonly jobs: JobsConfig;
  readonly schedule: readonly ScheduleEntry[];
  /** Calendars by the name that triggers call them. */
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
  readonly name: string;
  readonly concurrency: number | null;
  readonly store: StoreConfig;
  readonly jobs: JobsConfig;
  readonly schedule: readonly ConfiguredJob[];
  readonly calendars: ReadonlyMap<string, ConfiguredCalendar>;
}

type Fields = Readonly<Record<string, unknown>>;

const DEFAULT_NAME = 'ametrine';

/** Makes the error for a wrong place in a configuration file. */
export function configError(file: string, path: string, problem: string, cause?: unknown): SchedulerError {
  return new SchedulerError('ERR_INVALID_CONFIG', `${file}: ${path === '' ? '' : `${path}: `}${problem}`, {
    details: { file, field: path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Checks a configuration.
 *
 * @param file - named by errors
 * @param now - epoch ms; where triggers start that name no start
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the file and the place in it
 */
export function checkConfig(input: unknown, file: string, now: number): CheckedConfig {
  const check = new ConfigCheck(file, now);
  return check.config(input);
}

class ConfigCheck {
  readonly #file: string;
  readonly #now: number;

  constructor(file: string, now: number) {
    this.#file = file;
    this.#now = now;
  }

  config(input: unknown): CheckedConfig {
    const config = this.#object('', input, ['name', 'concurrency', 'store', 'jobs', 'schedule', 'calendars']);
    return {
      name: config['name'] === undefined ? DEFAULT_NAME : this.#text('name', config['name']),
      concurrency:
        config['concurrency'] === undefined ? null : this.#count('concurrency', config['concurrency']),
      store: this.#store(config['store']),
      jobs: this.#jobs(config['jobs']),
      schedule: this.#schedule(config['schedule']),
      calendars: this.#calendars(config['calendars'] ?? {}),
    };
  }

  #store(input: unknown): StoreConfig {
    const { type } = this.#object('store', input);
    if (type === 'memory') {
      this.#object('store', input, ['type']);
      return { type };
    }
    if (type === 'sqlite') {
      const { path } = this.#object('store', input, ['type', 'path']);
      return { type, path: this.#text('store.path', path) };
    }
    throw this.#wrong('store.type', type, "'memory' or 'sqlite'");
  }

  #jobs(input: unknown): JobsConfig {
    const jobs = this.#object('jobs', input);
    if (Object.keys(jobs).join() === 'dir' && typeof jobs['dir'] === 'string') {
      return { dir: this.#text('jobs.dir', jobs['dir']) };
    }
    for (const [name, value] of Object.entries(jobs)) {
      if (typeof value !== 'function')
        this.#text(`jobs.${name}`, value, "a class, or the path of a class's module");
    }
    return jobs as JobsConfig;
  }

  #schedule(input: unknown): ConfiguredJob[] {
    const entries = this.#list('schedule', input).map((entry, index) =>
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
    const entry = this.#object(path, input, ['job', 'triggers']);
    const spec = this.#object(`${path}.job`, entry['job']) as unknown as JobSpec;
    const job = this.#model(`${path}.job`, () => defineJob(spec));
    const triggers = this.#list(`${path}.triggers`, entry['triggers'] ?? []).map((trigger, index) =>
      this.#trigger(`${path}.triggers[${index}]`, trigger, job, index),
    );
    if (triggers.length === 0 && !job.durable) {
      throw configError(this.#file, path, 'a job without triggers must be durable');
    }
    return { path, job, spec, triggers };
  }

  #trigger(path: string, input: unknown, job: JobDetail, index: number): ConfiguredTrigger {
    const written = this.#object(path, input) as unknown as TriggerSpec;
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
      Object.entries(this.#object('calendars', input) as Readonly<Record<string, CalendarSpec>>).map(
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

  #object(path: string, input: unknown, known?: readonly string[]): Fields {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw this.#wrong(path, input, 'an object');
    }
    if (known !== undefined) this.#knownKeys(path, input, known);
    return input as Fields;
  }

  #knownKeys(path: string, input: object, known: readonly string[]): void {
    try {
      checkKnownKeys(path, input, known);
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      const { field, remedy } = error.details;
      throw configError(this.#file, String(field).replace(/^\./, ''), `expected ${remedy}`, error);
    }
  }

  #list(path: string, input: unknown): readonly unknown[] {
    if (!Array.isArray(input)) throw this.#wrong(path, input, 'an array');
    return input;
  }

  #text(path: string, input: unknown, expected = 'a string that is not empty'): string {
    if (typeof input !== 'string' || input === '') throw this.#wrong(path, input, expected);
    return input;
  }

  #count(path: string, input: unknown): number {
    if (typeof input !== 'number' || !Number.isSafeInteger(input) || input < 1) {
      throw this.#wrong(path, input, 'a whole number of at least 1');
    }
    return input;
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

  #wrong(path: string, value: unknown, expected: string): SchedulerError {
    return configError(this.#file, path, `is ${showValue(value)}; expected ${expected}`);
  }
}
