/**
 * Job classes from modules on disk, found by their file name.
 *
 * @module
 */
import { realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalidArgument, SchedulerError } from '../errors.js';
import type { JobClass, JobClassResolver } from '../spi/job-class.js';
import { checkKnownKeys } from '../unknown-key.js';

/** What {@link ModuleJobClassResolver} takes. Unknown keys are errors. */
export interface ModuleJobClassResolverOptions {
  /** The folders that modules may come from, in the order in which they are searched; absolute, or from the working directory. */
  readonly roots: readonly string[];
  /**
   * Load a module anew when its file changed since. Node keeps every version that was ever loaded in memory: meant
   * for development. @defaultValue false: a module is loaded once
   */
  readonly reload?: boolean | undefined;
}

const EXTENSIONS: readonly string[] = [
  '.js',
  '.mjs',
  '.cjs',
  // Only a Node that strips types can load these.
  ...((process.features as { typescript?: unknown }).typescript ? ['.ts', '.mts'] : []),
];
/** What a class may be called: letters, digits, `_`, `$`, `-` and inner dots. No separator, no `..`, no drive, no scheme. */
const NAME = /^[\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$-]+)*$/u;

interface Loaded {
  readonly path: string;
  readonly modifiedAtMs: number;
  readonly jobClass: JobClass;
}

/**
 * Finds `SendInvoice` in `SendInvoice.js`, `.mjs` or `.cjs` (and `.ts` where Node can load it) under one of its
 * roots: the default export, or the export of that name. Modules are looked for at every fire, so classes that did
 * not exist when the process started are found too. Names come from the store and are not trusted: none leads out of
 * the roots, not by a path in the name and not by a symbolic link.
 */
export class ModuleJobClassResolver implements JobClassResolver {
  readonly #roots: readonly string[];
  readonly #reload: boolean;
  readonly #loaded = new Map<string, Loaded>();

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: ModuleJobClassResolverOptions) {
    checkKnownKeys('options', options, ['roots', 'reload']);
    const { roots, reload = false } = options;
    if (!Array.isArray(roots) || roots.length === 0) {
      throw invalidArgument('options.roots', roots, 'an array of at least one folder');
    }
    for (const [index, root] of roots.entries()) {
      if (typeof root !== 'string' || root === '' || root.includes('\0')) {
        throw invalidArgument(`options.roots[${index}]`, root, 'the path of a folder');
      }
    }
    if (typeof reload !== 'boolean') throw invalidArgument('options.reload', reload, 'true or false');
    this.#roots = roots.map((root: string) => resolve(root));
    this.#reload = reload;
  }

  get description(): string {
    return `modules under ${this.#roots.join(', ')}`;
  }

  /** Throws `ERR_JOB_CLASS_NOT_FOUND` for a name that is none, and for a module that fails to load or has no such class. */
  async resolve(jobClass: string): Promise<JobClass | null> {
    const known = this.#loaded.get(jobClass);
    if (known !== undefined && !this.#reload) return known.jobClass;
    if (!NAME.test(jobClass)) {
      throw notFound(jobClass, 'a name may hold letters, digits, _, $, - and inner dots, and no path');
    }
    const found = await this.#find(jobClass);
    if (found === null) {
      this.#loaded.delete(jobClass);
      return null;
    }
    if (known?.path === found.path && known.modifiedAtMs === found.modifiedAtMs) return known.jobClass;
    const loaded = { ...found, jobClass: await this.#load(jobClass, found.path, found.modifiedAtMs) };
    this.#loaded.set(jobClass, loaded);
    return loaded.jobClass;
  }

  async #find(jobClass: string): Promise<{ readonly path: string; readonly modifiedAtMs: number } | null> {
    for (const root of this.#roots) {
      const realRoot = await realPathOrNull(root);
      if (realRoot === null) continue;
      for (const extension of EXTENSIONS) {
        const path = await realPathOrNull(join(realRoot, jobClass + extension));
        if (path === null) continue;
        if (!path.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
          throw notFound(jobClass, `its module lies outside of ${root}`);
        }
        const { mtimeMs } = await stat(path);
        return { path, modifiedAtMs: mtimeMs };
      }
    }
    return null;
  }

  async #load(jobClass: string, path: string, modifiedAtMs: number): Promise<JobClass> {
    const url = pathToFileURL(path);
    // Another address makes Node load the file again instead of answering the module it has.
    if (this.#reload) url.searchParams.set('modified', String(modifiedAtMs));
    let exports: Readonly<Record<string, unknown>>;
    try {
      exports = (await import(url.href)) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw notFound(jobClass, `its module ${path} failed to load`, error);
    }
    const found = exportedClass(exports, jobClass);
    if (found === null)
      throw notFound(jobClass, `${path} exports neither a default nor a '${jobClass}' class or function`);
    return found;
  }
}

function exportedClass(exports: Readonly<Record<string, unknown>>, name: string): JobClass | null {
  const { default: main } = exports;
  // `module.exports = { SendInvoice }` of a CommonJS module is its default export here.
  const inner = typeof main === 'object' && main !== null ? (main as Readonly<Record<string, unknown>>) : {};
  const named = Object.hasOwn(inner, name) ? inner[name] : undefined;
  const found = [main, exports[name], named].find((candidate) => typeof candidate === 'function');
  return (found as JobClass | undefined) ?? null;
}

async function realPathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
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
