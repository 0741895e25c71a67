/**
 * The classes of the jobs that a configuration schedules.
 *
 * @module
 */
import { configError } from '@ametrine/config';
import type { JobClass, JobClassResolver } from '@ametrine/core';
import type { CheckedConfig } from './config.js';

/** Classes that a configuration module gives in place of a name. */
export function inlineClasses({ schedule }: CheckedConfig): Record<string, JobClass> {
  const classes: Record<string, JobClass> = {};
  for (const { job, spec } of schedule) {
    if (typeof spec.job === 'function') classes[job.jobClass] = spec.job;
  }
  return classes;
}

/**
 * Makes sure that the class of every job in the file is found.
 *
 * @param inline - {@link inlineClasses}
 * @throws SchedulerError `ERR_INVALID_CONFIG`
 */
export async function checkJobClasses(
  { schedule }: CheckedConfig,
  inline: Readonly<Record<string, JobClass>>,
  resolver: JobClassResolver | undefined,
  file: string,
): Promise<void> {
  for (const { path, job } of schedule) {
    if (Object.hasOwn(inline, job.jobClass)) continue;
    let found: JobClass | null;
    try {
      found = (await resolver?.resolve(job.jobClass)) ?? null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw configError(file, `${path}.job.job`, `the class ${job.jobClass} does not load: ${reason}`, error);
    }
    if (found === null) {
      const where = resolver?.description ?? 'the file has no jobs';
      throw configError(file, `${path}.job.job`, `there is no class ${job.jobClass} (${where})`);
    }
  }
}
