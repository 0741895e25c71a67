/**
 * Job classes from modules on disk, found by their file name.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { invalidArgument, SchedulerError } from '../errors.js';
import type { JobClass, JobClassResolver } from '../spi/job-class.js';
import { checkKnownKeys } from '../unknown-key.js';
import { type Exports, exportOf, importModule, locateUnder, MODULE_EXTENSIONS } from './allowed-module.js';
import { MODULE_NAME_RULE, type ModuleName, packageOf, parseModuleName } from './module-name.js';
import { ModuleVersions } from './module-versions.js';

/** What {@link ModuleJobClassResolver} takes. Unknown keys are errors. */
export interface ModuleJobClassResolverOptions {
  /** The folders that modules may come from, in the order in which they are searched; absolute, or from the working directory. */
  readonly roots: readonly string[];
  /**
   * Load a module anew when its file changed since; what it imports itself stays as it is. Node keeps every version
   * that was ever loaded in memory: meant for development. @defaultValue false: a module is loaded once, and again only
   * when its file changed after it failed to load
   */
  readonly reload?: boolean | undefined;
  /** Packages that classes may come from too, as the first root would import them. @defaultValue none */
  readonly packages?: readonly string[] | undefined;
  /** How long a module may take to load, in ms, before its class counts as not found. @defaultValue 10000 */
  readonly importTimeoutMs?: number | undefined;
}

/** Where the module of a job class is. */
export interface ModuleLocation {
  /** Absolute, with symbolic links followed. */
  readonly path: string;
  /** Another one whenever the file has changed. */
  readonly version: string;
}

interface Loaded extends ModuleLocation {
  readonly jobClass: JobClass;
}

/**
 * Finds `SendInvoice` in `SendInvoice.js`, `.mjs` or `.cjs` (and `.ts` where Node can load it) under one of its
 * roots: the default export, or the export of that name; and `jobs/email.js#SendEmail` as that export of
 * `jobs/email.js`. Modules are looked for at every fire, so classes that did not exist when the process started are
 * found too. Names come from the store and are not trusted: none leads out of the roots, not by a path in the name and
 * not by a symbolic link, and none to a package that is not on the list.
 */
export class ModuleJobClassResolver implements JobClassResolver {
  readonly #roots: readonly string[];
  readonly #reload: boolean;
  readonly #versions: ModuleVersions;
  readonly #packages: readonly string[];
  readonly #importTimeoutMs: number;
  readonly #loaded = new Map<string, Loaded>();

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: ModuleJobClassResolverOptions) {
    checkKnownKeys('options', options, ['roots', 'reload', 'packages', 'importTimeoutMs']);
    const { roots, reload = false, packages = [], importTimeoutMs = 10_000 } = options;
    if (!Array.isArray(roots) || roots.length === 0) {
      throw invalidArgument('options.roots', roots, 'an array of at least one folder');
    }
    for (const [index, root] of roots.entries()) {
      if (typeof root !== 'string' || root === '' || root.includes('\0')) {
        throw invalidArgument(`options.roots[${index}]`, root, 'the path of a folder');
      }
    }
    if (typeof reload !== 'boolean') throw invalidArgument('options.reload', reload, 'true or false');
    if (!Array.isArray(packages)) throw invalidArgument('options.packages', packages, 'an array of packages');
    for (const [index, name] of packages.entries()) {
      if (typeof name !== 'string' || parseModuleName(name)?.path !== name || packageOf(name) !== name)
        throw invalidArgument(
          `options.packages[${index}]`,
          name,
          "the name of a package, such as '@acme/jobs'",
        );
    }
    if (!Number.isSafeInteger(importTimeoutMs) || importTimeoutMs < 1) {
      throw invalidArgument('options.importTimeoutMs', importTimeoutMs, 'a whole number of at least 1');
    }
    this.#roots = roots.map((root: string) => resolve(root));
    this.#reload = reload;
    this.#versions = new ModuleVersions(reload);
    this.#packages = packages;
    this.#importTimeoutMs = importTimeoutMs;
  }

  get description(): string {
    const packages = this.#packages.length === 0 ? '' : ` and in the packages ${this.#packages.join(', ')}`;
    return `modules under ${this.#roots.join(', ')}${packages}`;
  }

  /** Throws `ERR_JOB_CLASS_NOT_FOUND` for a name that is none, and for a module that fails to load or has no such class. */
  async resolve(jobClass: string): Promise<JobClass | null> {
    const known = this.#loaded.get(jobClass);
    if (known !== undefined && !this.#reload) return known.jobClass;
    const found = await this.locate(jobClass);
    if (found === null) {
      this.#loaded.delete(jobClass);
      return null;
    }
    if (known?.path === found.path && known.version === found.version) return known.jobClass;
    const loaded = { ...found, jobClass: await this.#load(jobClass, found) };
    this.#loaded.set(jobClass, loaded);
    return loaded.jobClass;
  }

  /**
   * Finds the module of a job class without loading it; null when there is none. Throws `ERR_JOB_CLASS_NOT_FOUND` for a
   * name that is none, or whose module lies elsewhere.
   */
  async locate(jobClass: string): Promise<ModuleLocation | null> {
    const path = await this.#find(jobClass, named(jobClass));
    if (path === null) return null;
    const { mtimeMs, size } = await stat(path);
    return { path, version: `${mtimeMs}-${size}` };
  }

  async #find(jobClass: string, { path, exportName }: ModuleName): Promise<string | null> {
    if (this.#packages.includes(packageOf(path))) return this.#findInPackage(jobClass, path);
    const isPath = exportName !== null || path.includes('/');
    const files = MODULE_EXTENSIONS.map((extension) => path + extension);
    if (isPath && MODULE_EXTENSIONS.some((extension) => path.endsWith(extension))) files.unshift(path);
    for (const root of this.#roots) {
      for (const file of files) {
        const located = await locateUnder(root, file);
        if (located.kind === 'outside') throw notFound(jobClass, `its module lies outside of ${root}`);
        if (located.kind === 'found') return located.path;
      }
    }
    return null;
  }

  #findInPackage(jobClass: string, path: string): string {
    try {
      return createRequire(join(this.#roots[0] ?? '', 'index.js')).resolve(path);
    } catch (error) {
      throw notFound(jobClass, `its package does not give ${path}`, error);
    }
  }

  async #load(jobClass: string, location: ModuleLocation): Promise<JobClass> {
    const { path } = location;
    let exports: Exports;
    try {
      exports = await importModule(path, this.#importTimeoutMs, this.#versions.of(location));
    } catch (error) {
      this.#versions.failed(location);
      const why = error instanceof Error ? `: ${error.message}` : '';
      throw notFound(jobClass, `its module ${path} failed to load${why}`, error);
    }
    try {
      return jobClassIn(exports, jobClass, path);
    } catch (error) {
      this.#versions.failed(location);
      throw error;
    }
  }
}

/**
 * The class that a name means among what its module exports.
 *
 * @throws SchedulerError `ERR_JOB_CLASS_NOT_FOUND` when it is no class or function
 */
export function jobClassIn(exports: Exports, jobClass: string, path: string): JobClass {
  const { exportName, baseName } = named(jobClass);
  const candidates =
    exportName === null ? [exports['default'], exportOf(exports, baseName)] : [exportOf(exports, exportName)];
  const found = candidates.find((candidate) => typeof candidate === 'function');
  if (found !== undefined) return found as JobClass;
  const wanted = exportName === null ? `neither a default nor a '${baseName}'` : `no '${exportName}'`;
  throw notFound(jobClass, `${path} exports ${wanted} class or function`);
}

function named(jobClass: string): ModuleName {
  const name = parseModuleName(jobClass);
  if (name === null) throw notFound(jobClass, MODULE_NAME_RULE);
  return name;
}

function notFound(jobClass: string, why: string, cause?: unknown): SchedulerError {
  return new SchedulerError(
    'ERR_JOB_CLASS_NOT_FOUND',
    `job class ${JSON.stringify(jobClass)} was not found: ${why}`,
    {
      details: { jobClass },
      cause: cause ?? new Error(why),
    },
  );
}
