/**
 * Jobs as users write them, and the check of those that are already built.
 *
 * @module
 */
import type { JobData } from './data.js';
import { checkData, EMPTY_DATA } from './data-map.js';
import { invalidArgument } from './errors.js';
import { checkDescription, checkFlag, checkText } from './field-checks.js';
import type { JobDetail } from './job.js';
import type { KeyInput } from './key.js';
import { checkKey, defineKey } from './key-input.js';
import { MAX_CLASS_NAME_LENGTH, type ValueLimits } from './limits.js';
import type { JobClass } from './spi/job-class.js';
import { checkKnownKeys } from './unknown-key.js';

/** What a job class says about its jobs, as its static property `jobDefaults`; a {@link JobSpec} may say otherwise. */
export interface JobDefaults {
  readonly nonConcurrent?: boolean | undefined;
  readonly persistDataAfterExecution?: boolean | undefined;
  readonly requestsRecovery?: boolean | undefined;
  readonly durable?: boolean | undefined;
  readonly description?: string | undefined;
}

/** A job to be stored. */
export interface JobSpec {
  /** @defaultValue the name of the class, in the group `DEFAULT` */
  readonly key?: KeyInput | undefined;
  /** The class or function that runs, or the name under which the resolver finds it. */
  readonly job: string | (JobClass & { readonly jobDefaults?: JobDefaults });
  /** Keep the job when its last trigger is gone. @defaultValue the class's, else false */
  readonly durable?: boolean | undefined;
  /** Run again what a node that died had been running. @defaultValue the class's, else false */
  readonly requestsRecovery?: boolean | undefined;
  /** Never run the job twice at the same time. @defaultValue the class's, else false */
  readonly nonConcurrent?: boolean | undefined;
  /** Store what a run leaves in `context.jobData`. @defaultValue the class's, else false */
  readonly persistDataAfterExecution?: boolean | undefined;
  /** @defaultValue the class's, else null */
  readonly description?: string | undefined;
  /** @defaultValue empty */
  readonly data?: JobData | undefined;
}

const DEFAULT_KEYS = [
  'nonConcurrent',
  'persistDataAfterExecution',
  'requestsRecovery',
  'durable',
  'description',
] as const;
const SPEC_KEYS = ['key', 'job', 'data', ...DEFAULT_KEYS];
const DETAIL_KEYS = ['jobClass', 'key', 'data', ...DEFAULT_KEYS];

/**
 * Makes the job that a user described.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_DATA`, naming the field (`'job.key'`)
 */
export function defineJob(spec: JobSpec): JobDetail {
  checkKnownKeys('job', spec, SPEC_KEYS);
  const jobClass = classNameOf(spec.job);
  const defaults = defaultsOf(spec.job, jobClass);
  const flag = (name: Exclude<keyof JobDefaults, 'description'>): boolean =>
    checkFlag(`job.${name}`, spec[name] ?? defaults[name] ?? false);
  return Object.freeze({
    key: defineKey('job.key', spec.key ?? jobClass),
    jobClass,
    description: checkDescription('job.description', spec.description ?? defaults.description ?? null),
    durable: flag('durable'),
    requestsRecovery: flag('requestsRecovery'),
    nonConcurrent: flag('nonConcurrent'),
    persistDataAfterExecution: flag('persistDataAfterExecution'),
    data: spec.data === undefined ? EMPTY_DATA : checkData('job.data', spec.data),
  });
}

/**
 * Checks a job that is already built, as any caller of a store may hand it over, and gives a frozen copy that shares
 * nothing mutable with it.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` or `ERR_INVALID_DATA`, naming the field (`'job.key'`)
 */
export function checkJob(job: JobDetail, limits: ValueLimits): JobDetail {
  checkKnownKeys('job', job, DETAIL_KEYS);
  return Object.freeze({
    key: checkKey('job.key', job.key, limits.maxNameLength),
    jobClass: checkText('job.jobClass', job.jobClass, MAX_CLASS_NAME_LENGTH),
    description: checkDescription('job.description', job.description),
    durable: checkFlag('job.durable', job.durable),
    requestsRecovery: checkFlag('job.requestsRecovery', job.requestsRecovery),
    nonConcurrent: checkFlag('job.nonConcurrent', job.nonConcurrent),
    persistDataAfterExecution: checkFlag('job.persistDataAfterExecution', job.persistDataAfterExecution),
    data: checkData('job.data', job.data, limits),
  });
}

function classNameOf(job: unknown): string {
  if (typeof job === 'string') return checkText('job.job', job, MAX_CLASS_NAME_LENGTH);
  if (typeof job !== 'function')
    throw invalidArgument('job.job', job, 'a class, a function, or the name of one');
  if (job.name === '')
    throw invalidArgument('job.job', job, 'a class or function with a name: it is stored by it');
  return checkText('job.job.name', job.name, MAX_CLASS_NAME_LENGTH);
}

function defaultsOf(job: JobSpec['job'], jobClass: string): JobDefaults {
  const defaults = typeof job === 'string' ? undefined : job.jobDefaults;
  if (defaults === undefined) return {};
  const field = `${jobClass}.jobDefaults`;
  checkKnownKeys(field, defaults, DEFAULT_KEYS);
  for (const name of DEFAULT_KEYS) {
    const value: unknown = defaults[name];
    if (value === undefined) continue;
    if (name === 'description') checkDescription(`${field}.${name}`, value);
    else checkFlag(`${field}.${name}`, value);
  }
  return defaults;
}
