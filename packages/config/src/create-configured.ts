/**
 * Making a scheduler from a configuration.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  CascadingResolver,
  createScheduler,
  isSchedulerError,
  type JobClass,
  type JobClassResolver,
  type JobFactory,
  type JobListener,
  type JobStore,
  ModuleJobClassResolver,
  RegistryResolver,
  type Scheduler,
  type SchedulerOptions,
  type SchedulerPlugin,
  type TriggerListener,
} from '@ametrine/core';
import { ConfigCheck } from './check-config.js';
import { configError } from './config-error.js';
import { type Environment, withEnvironmentDeep } from './environment.js';
import { type ClassSources, isModuleReference, loadClass, loadInstalled } from './load-class.js';
import type {
  JobModulesConfig,
  JobsConfig,
  PluginConfig,
  SchedulerConfig,
  StoreConfig,
} from './scheduler-config.js';
import { quartzPlugins, stockStore, stockStores } from './stock.js';

/** What a program adds to a configuration. */
export interface ConfiguredOptions extends Omit<Partial<SchedulerOptions>, 'name' | 'instanceId'> {
  /**
   * Classes and functions by the names that the configuration has for them: a subclass of a store, a resolver, a job
   * factory, plugins, listeners; each itself, or where it is (`./job-store.js#JobStore`). @defaultValue none
   */
  readonly classes?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The folders that modules may come from which the configuration names (`./job-store.js#JobStore`).
   * @defaultValue the configuration file's folder
   */
  readonly moduleRoots?: readonly string[] | undefined;
  /** What relative paths start from. @defaultValue the configuration file's folder; the working directory for an object */
  readonly baseDir?: string | undefined;
  /** How errors call the configuration. @defaultValue its file name, or `configuration` */
  readonly file?: string | undefined;
  /**
   * What `${env:NAME}` stands for; null when references were resolved before, as those of an explained
   * `quartz.properties` are. @defaultValue the environment of the process
   */
  readonly env?: Environment | null | undefined;
}

/** {@link ConfiguredOptions} taken apart. */
export interface ConfiguredParts extends ClassSources {
  readonly env: Environment | null;
  readonly overrides: Partial<SchedulerOptions>;
}

/** Tells the options about the configuration from those of the scheduler. */
export function partsOf(options: ConfiguredOptions, file: string | null): ConfiguredParts {
  const { classes = {}, moduleRoots, baseDir, file: called, env = process.env, ...overrides } = options;
  const base = resolve(baseDir ?? (file === null ? '.' : dirname(file)));
  return {
    file: called ?? file ?? 'configuration',
    classes,
    baseDir: base,
    moduleRoots: moduleRoots ?? [base],
    env,
    overrides,
  };
}

/**
 * Makes a scheduler from a configuration object, or from what a JSON file holds.
 *
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the place; what the scheduler and the store say about their options
 * @example
 * const scheduler = await createSchedulerFromConfig({ store: { type: 'sqlite', path: './jobs.db' }, jobs: { dir: './jobs' } });
 */
export function createSchedulerFromConfig(
  config: SchedulerConfig,
  options: ConfiguredOptions = {},
): Promise<Scheduler> {
  return createConfigured(config, partsOf(options, null));
}

/** Makes a scheduler from a JSON file. Throws like {@link createSchedulerFromConfig}. */
export async function createSchedulerFromJson(
  file: string,
  options: ConfiguredOptions = {},
): Promise<Scheduler> {
  const parts = partsOf(options, file);
  let config: unknown;
  try {
    config = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw configError(parts.file, '', `is no JSON that can be read (${messageOf(error)})`, error);
  }
  return createConfigured(config, parts);
}

/**
 * What {@link createSchedulerFromConfig} would make a scheduler of: for programs that look at it first. The store is
 * made and not opened. Throws like it.
 */
export function schedulerOptionsFrom(
  config: SchedulerConfig,
  options: ConfiguredOptions = {},
): Promise<SchedulerOptions> {
  return optionsFrom(config, partsOf(options, null));
}

/** @param input - not checked yet */
export async function createConfigured(input: unknown, parts: ConfiguredParts): Promise<Scheduler> {
  return createScheduler(await optionsFrom(input, parts));
}

/** The options of the scheduler that a configuration means. */
async function optionsFrom(input: unknown, parts: ConfiguredParts): Promise<SchedulerOptions> {
  const { file, overrides } = parts;
  const config = new ConfigCheck(file).scheduler(
    parts.env === null ? input : withEnvironmentDeep(file, '', input, parts.env),
  );
  const {
    $schema: _schema,
    store,
    jobs,
    jobClassResolver,
    jobFactory,
    plugins,
    jobListeners,
    triggerListeners,
    ...plain
  } = config;
  const resolvers = await resolversOf(config, parts);
  const resolver = resolvers.length > 1 ? new CascadingResolver(resolvers) : (resolvers[0] ?? null);
  const listeners = {
    jobs: await Promise.all(
      Object.entries(jobListeners ?? {}).map(([name, listener]) =>
        instanceOf<JobListener>(parts, `jobListeners.${name}`, listener, name),
      ),
    ),
    triggers: await Promise.all(
      Object.entries(triggerListeners ?? {}).map(([name, listener]) =>
        instanceOf<TriggerListener>(parts, `triggerListeners.${name}`, listener, name),
      ),
    ),
  };
  const { context = {}, ...rest } = plain;
  return {
    // A service that is configured by a file expects to find its history in its log.
    logger: console,
    ...rest,
    ...overrides,
    context: { ...context, ...overrides.context },
    store: overrides.store ?? (await openStore(config, parts)),
    ...(resolver === null ? {} : { jobClassResolver: resolver }),
    ...(jobFactory === undefined || overrides.jobFactory !== undefined
      ? {}
      : { jobFactory: await factoryOf(parts, jobFactory) }),
    plugins: { ...endingOf(resolvers), ...(await pluginsOf(parts, plugins ?? {})), ...overrides.plugins },
    listeners: {
      jobs: [...listeners.jobs, ...(overrides.listeners?.jobs ?? [])],
      triggers: [...listeners.triggers, ...(overrides.listeners?.triggers ?? [])],
      scheduler: overrides.listeners?.scheduler ?? [],
    },
  };
}

type Constructor = new (options?: unknown) => unknown;

async function openStore({ store, jobs }: SchedulerConfig, parts: ConfiguredParts): Promise<JobStore> {
  const { type, ...options } = store;
  const isOwn = Object.hasOwn(parts.classes, type) || isModuleReference(type);
  const stock = isOwn ? null : stockStore(type);
  if (stock === null && !isOwn) {
    const types = stockStores.map((store) => `'${store.type}'`).join(', ');
    const problem = `is ${JSON.stringify(type)}; expected one of ${types}, a class that is handed over, or ./module.js#Class`;
    throw configError(parts.file, 'store.type', problem);
  }
  const Store = (await (stock === null
    ? loadClass(parts, 'store.type', type)
    : loadInstalled(parts, 'store.type', stock.store.module, stock.className))) as Constructor;
  const { path } = options;
  const isFile = typeof path === 'string' && path !== ':memory:';
  const placed = {
    ...options,
    ...(isFile ? { path: resolve(parts.baseDir, path) } : {}),
    ...modulesOf(stock, store, jobs, parts),
  };
  return construct(parts, 'store', Store, placed) as JobStore;
}

/** A `Dynamic…` store looks where the configuration's `jobs` are, unless it is told otherwise. */
function modulesOf(
  stock: { readonly className: string } | null,
  { jobClassRoots }: StoreConfig,
  jobs: JobsConfig | undefined,
  { baseDir }: ConfiguredParts,
): { readonly jobClassRoots?: readonly string[] } {
  if (stock?.className.startsWith('Dynamic') !== true) return {};
  const roots = [jobClassRoots ?? jobs?.['dir'] ?? []].flat();
  return { jobClassRoots: roots.map((root) => resolve(baseDir, String(root))) };
}

async function resolversOf(
  { jobs, jobClassResolver }: SchedulerConfig,
  parts: ConfiguredParts,
): Promise<JobClassResolver[]> {
  const resolvers: JobClassResolver[] = [];
  if (parts.overrides.jobClassResolver !== undefined) resolvers.push(parts.overrides.jobClassResolver);
  if (jobClassResolver !== undefined) {
    const Resolver = (await loadClass(parts, 'jobClassResolver', jobClassResolver)) as Constructor;
    resolvers.push(construct(parts, 'jobClassResolver', Resolver) as JobClassResolver);
  }
  if (jobs !== undefined && (typeof jobs['dir'] === 'string' || Array.isArray(jobs['dir']))) {
    const { dir, threads, ...options } = jobs as JobModulesConfig;
    const roots = [dir].flat().map((folder) => resolve(parts.baseDir, folder));
    for (const root of roots) {
      if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
        throw configError(parts.file, 'jobs.dir', `there is no folder ${root}`);
    }
    resolvers.push(
      threads === undefined
        ? new ModuleJobClassResolver({ ...options, roots })
        : await inThreads({ ...options, ...threads, roots }, parts),
    );
  } else if (jobs !== undefined) {
    resolvers.push(await registryOf(jobs as Readonly<Record<string, string | JobClass>>, parts));
  }
  return resolvers;
}

/** The package is loaded only when a configuration wants threads. */
async function inThreads(options: object, parts: ConfiguredParts): Promise<JobClassResolver> {
  const module = '@ametrine/worker-threads';
  const Resolver = (await loadInstalled(
    parts,
    'jobs.threads',
    module,
    'WorkerThreadResolver',
  )) as Constructor;
  return construct(parts, 'jobs.threads', Resolver, options) as JobClassResolver;
}

/** Classes by name. A path without an export means the default one, or the one that is called like the class. */
async function registryOf(
  jobs: Readonly<Record<string, string | JobClass>>,
  parts: ConfiguredParts,
): Promise<RegistryResolver> {
  const registry = new RegistryResolver();
  for (const [name, found] of Object.entries(jobs)) {
    if (typeof found === 'function') registry.register(name, found);
    else {
      const reference = isModuleReference(found) ? found : `./${found}`;
      const names = reference.includes('#') ? [reference] : [reference, `${reference}#${name}`];
      registry.register(name, (await loadFirst(parts, `jobs.${name}`, names)) as JobClass);
    }
  }
  return registry;
}

/** The class of the first of several references to one module that has one. */
async function loadFirst(
  parts: ConfiguredParts,
  place: string,
  [reference = '', ...others]: readonly string[],
): Promise<unknown> {
  try {
    return await loadClass(parts, place, reference);
  } catch (error) {
    if (others.length === 0 || !(error instanceof Error) || !error.message.includes('exports no class'))
      throw error;
    return loadFirst(parts, place, others);
  }
}

async function factoryOf(parts: ConfiguredParts, name: string): Promise<JobFactory> {
  const found = await loadClass(parts, 'jobFactory', name);
  const prototype = (found as { prototype?: { newJob?: unknown } }).prototype;
  if (typeof prototype?.newJob !== 'function') return found as JobFactory;
  const factory = construct(parts, 'jobFactory', found as Constructor) as { newJob: JobFactory };
  return (jobClass, bundle) => factory.newJob(jobClass, bundle);
}

/** Resolvers that hold something, such as threads, end with the scheduler. */
function endingOf(
  resolvers: readonly (JobClassResolver & SchedulerPlugin)[],
): Record<string, SchedulerPlugin> {
  const held = resolvers.filter(({ shutdown }) => typeof shutdown === 'function');
  return Object.fromEntries(held.map((resolver, index) => [`jobClassResolver ${index + 1}`, resolver]));
}

async function pluginsOf(
  parts: ConfiguredParts,
  plugins: Readonly<Record<string, PluginConfig>>,
): Promise<Record<string, SchedulerPlugin>> {
  const made: Record<string, SchedulerPlugin> = {};
  for (const [name, plugin] of Object.entries(plugins))
    made[name] = await instanceOf<SchedulerPlugin>(parts, `plugins.${name}`, plugin, name);
  return made;
}

/** One that has no name of its own gets the one it has in the configuration. */
async function instanceOf<T extends object>(
  parts: ConfiguredParts,
  place: string,
  { class: className, ...options }: PluginConfig,
  name: string,
): Promise<T> {
  const isStock = Object.values(quartzPlugins).includes(className) || className === 'RunHistoryPlugin';
  const Class = (await (isStock && !Object.hasOwn(parts.classes, className)
    ? import('./plugins/index.js').then(
        (plugins) => (plugins as Readonly<Record<string, unknown>>)[className],
      )
    : loadClass(parts, `${place}.class`, className))) as Constructor;
  const made = construct(parts, place, Class, options) as T;
  if (!('name' in made)) Object.defineProperty(made, 'name', { value: name });
  return made;
}

function construct(parts: ConfiguredParts, place: string, Class: Constructor, options?: unknown): unknown {
  try {
    return new Class(options);
  } catch (error) {
    if (!isSchedulerError(error)) {
      throw configError(parts.file, place, `could not be made: ${messageOf(error)}`, error);
    }
    // `options.path` is called `store.path` here.
    throw configError(parts.file, '', error.message.replace(/^options\b/, place), error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
