/**
 * Checks that a configuration has its shape. What a value means is checked by whoever takes it: the scheduler, the
 * store, the plugin.
 *
 * @module
 */
import { checkKnownKeys, isSchedulerError } from '@ametrine/core';
import { showValue } from '@ametrine/core/spi';
import { configError } from './config-error.js';
import type { SchedulerConfig } from './scheduler-config.js';

/** The keys of a {@link SchedulerConfig}, each with what is expected there. */
export const CONFIG_KEYS: Readonly<Record<keyof SchedulerConfig, string>> = {
  $schema: 'a string that is not empty',
  name: 'a string that is not empty',
  instanceId: 'a string that is not empty',
  concurrency: 'a whole number of at least 1',
  maxBatchSize: 'a whole number of at least 1',
  batchTimeWindowMs: 'a whole number of at least 0',
  idleWaitMs: 'a whole number of at least 1000',
  checkInIntervalMs: 'a whole number of at least 100',
  interruptJobsOnShutdown: "'never', 'always' or 'whenNotWaiting'",
  context: 'an object',
  store: 'an object',
  jobs: 'an object',
  jobClassResolver: 'a string that is not empty',
  jobFactory: 'a string that is not empty',
  plugins: 'an object',
  jobListeners: 'an object',
  triggerListeners: 'an object',
};

const MODULE_KEYS = ['dir', 'reload', 'packages', 'threads'];

/** Finds wrong places in one configuration, and says where they are. */
export class ConfigCheck {
  readonly #file: string;

  /** @param file - how the user calls the configuration */
  constructor(file: string) {
    this.#file = file;
  }

  /** Checks all of a scheduler's configuration. Throws `ERR_INVALID_CONFIG`. */
  scheduler(input: unknown): SchedulerConfig {
    const config = this.object('', input, Object.keys(CONFIG_KEYS));
    for (const [key, expected] of Object.entries(CONFIG_KEYS)) {
      const value = config[key];
      if (value !== undefined) this.#field(key, value, expected);
    }
    const { type } = this.object('store', config['store']);
    this.text('store.type', type, "a store: 'memory', 'sqlite', 'postgres', 'mysql', 'mongodb' or 'redis'");
    this.#jobs(config['jobs'] ?? {});
    for (const kind of ['plugins', 'jobListeners', 'triggerListeners'] as const) {
      for (const [name, plugin] of Object.entries(this.object(kind, config[kind] ?? {}))) {
        this.text(`${kind}.${name}.class`, this.object(`${kind}.${name}`, plugin)['class']);
      }
    }
    return config as unknown as SchedulerConfig;
  }

  #field(key: string, value: unknown, expected: string): void {
    const least = /^a whole number of at least (\d+)$/.exec(expected)?.[1];
    if (least !== undefined) {
      if (!Number.isSafeInteger(value) || (value as number) < Number(least))
        throw this.wrong(key, value, expected);
    } else if (expected.startsWith("'")) {
      if (!expected.includes(`'${String(value)}'`)) throw this.wrong(key, value, expected);
    } else if (expected === 'an object') this.object(key, value);
    else this.text(key, value);
  }

  #jobs(input: unknown): void {
    const jobs = this.object('jobs', input);
    const { dir } = jobs;
    const isModules = Array.isArray(dir) || (typeof dir === 'string' && this.#onlyModuleKeys(jobs));
    if (isModules) {
      this.object('jobs', input, MODULE_KEYS);
      for (const [index, folder] of [dir].flat().entries()) this.text(`jobs.dir[${index}]`, folder);
      return;
    }
    for (const [name, value] of Object.entries(jobs)) {
      if (typeof value !== 'function')
        this.text(`jobs.${name}`, value, "a class, or the path of a class's module");
    }
  }

  #onlyModuleKeys(jobs: object): boolean {
    return Object.keys(jobs).every((key) => MODULE_KEYS.includes(key));
  }

  object(path: string, input: unknown, known?: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw this.wrong(path, input, 'an object');
    }
    if (known !== undefined) this.#knownKeys(path, input, known);
    return input as Readonly<Record<string, unknown>>;
  }

  list(path: string, input: unknown): readonly unknown[] {
    if (!Array.isArray(input)) throw this.wrong(path, input, 'an array');
    return input;
  }

  text(path: string, input: unknown, expected = 'a string that is not empty'): string {
    if (typeof input !== 'string' || input === '') throw this.wrong(path, input, expected);
    return input;
  }

  wrong(path: string, value: unknown, expected: string): ReturnType<typeof configError> {
    return configError(this.#file, path, `is ${showValue(value)}; expected ${expected}`);
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
}
