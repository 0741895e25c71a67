/**
 * Finds the job classes that a configuration names.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CascadingResolver,
  type JobClass,
  type JobClassResolver,
  ModuleJobClassResolver,
  RegistryResolver,
} from '@ametrine/core';
import { type CheckedConfig, configError } from './config.js';

/**
 * Gives the resolver of a configuration, after making sure that it finds the class of every job in the file.
 *
 * @throws SchedulerError `ERR_INVALID_CONFIG`
 */
export async function openJobClasses(config: CheckedConfig, file: string): Promise<JobClassResolver> {
  const resolver = new CascadingResolver([
    new RegistryResolver(inlineClasses(config)),
    await configuredClasses(config, file),
  ]);
  for (const { path, job } of config.schedule) {
    let found: JobClass | null;
    try {
      found = await resolver.resolve(job.jobClass);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw configError(file, `${path}.job.job`, `the class ${job.jobClass} does not load: ${reason}`, error);
    }
    if (found === null) {
      throw configError(
        file,
        `${path}.job.job`,
        `there is no class ${job.jobClass} (${resolver.description})`,
      );
    }
  }
  return resolver;
}

/** Classes that a configuration module gives in place of a name. */
function inlineClasses({ schedule }: CheckedConfig): Record<string, JobClass> {
  const classes: Record<string, JobClass> = {};
  for (const { job, spec } of schedule) {
    if (typeof spec.job === 'function') classes[job.jobClass] = spec.job;
  }
  return classes;
}

async function configuredClasses({ jobs }: CheckedConfig, file: string): Promise<JobClassResolver> {
  const folder = dirname(resolve(file));
  if (isFolder(jobs)) {
    const root = resolve(folder, jobs.dir);
    if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw configError(file, 'jobs.dir', `there is no folder ${root}`);
    }
    return new ModuleJobClassResolver({ roots: [root] });
  }
  const classes: Record<string, JobClass> = {};
  for (const [name, value] of Object.entries(jobs)) {
    classes[name] = typeof value === 'string' ? await importClass(name, value, folder, file) : value;
  }
  return new RegistryResolver(classes);
}

function isFolder(jobs: CheckedConfig['jobs']): jobs is { readonly dir: string } {
  return typeof jobs['dir'] === 'string' && Object.keys(jobs).length === 1;
}

/** The default export of a module, or the export named as the class. */
async function importClass(name: string, path: string, folder: string, file: string): Promise<JobClass> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(folder, path)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw configError(file, `jobs.${name}`, `${path} cannot be loaded (${reason})`, error);
  }
  const found = module['default'] ?? module[name];
  if (typeof found !== 'function') {
    throw configError(file, `jobs.${name}`, `${path} exports no class, neither by default nor as ${name}`);
  }
  return found as JobClass;
}
