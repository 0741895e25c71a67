/**
 * From a name in a configuration to the class it means.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportOf, importModule, locateUnder } from '@ametrine/core/spi';
import { configError } from './config-error.js';

/** Where classes that a configuration names may come from. */
export interface ClassSources {
  /** How the user calls the configuration, for errors. */
  readonly file: string;
  /** Classes that the program hands over, by the name that the configuration has for them. */
  readonly classes: Readonly<Record<string, unknown>>;
  /** What relative paths start from. */
  readonly baseDir: string;
  /** Modules that a configuration names must lie under one of these. */
  readonly moduleRoots: readonly string[];
}

const MODULE_REFERENCE = /^(\.{1,2}\/[^#]+|\/[^#]+|[A-Za-z]:[\\/][^#]+)(?:#([\p{L}_$][\p{L}\p{N}_$]*))?$/u;
const IMPORT_TIMEOUT_MS = 30_000;

/** Whether a name is that of a module of the application: `./job-store.js#JobStore`. */
export function isModuleReference(name: string): boolean {
  return MODULE_REFERENCE.test(name);
}

/**
 * The class of that name: one that was handed over, or an export of a module.
 *
 * @param place - where the name stands in the configuration
 * @throws SchedulerError `ERR_INVALID_CONFIG`
 */
export async function loadClass(sources: ClassSources, place: string, name: string): Promise<unknown> {
  const handed = Object.hasOwn(sources.classes, name) ? sources.classes[name] : undefined;
  if (handed !== undefined && typeof handed !== 'string') return handed;
  const reference = handed ?? name;
  const [, path, exportName = 'default'] = MODULE_REFERENCE.exec(reference) ?? [];
  if (path === undefined) {
    const remedy = `hand the class over as classes: { ${JSON.stringify(name)}: … } (--class of the ametrine command), or write ./module.js#Class`;
    throw configError(sources.file, place, `nothing is called ${JSON.stringify(name)}; ${remedy}`);
  }
  const file = await locate(sources, place, path);
  try {
    const found = exportOf(await importModule(file, IMPORT_TIMEOUT_MS), exportName);
    if (typeof found === 'function') return found;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw configError(sources.file, place, `the module ${path} cannot be loaded: ${why}`, error);
  }
  throw configError(sources.file, place, `the module ${path} exports no class or function ${exportName}`);
}

async function locate(
  { file, baseDir, moduleRoots }: ClassSources,
  place: string,
  path: string,
): Promise<string> {
  const wanted = resolve(baseDir, path);
  for (const root of moduleRoots) {
    const inside = relative(resolve(baseDir, root), wanted);
    if (inside.startsWith('..') || isAbsolute(inside)) continue;
    const located = await locateUnder(resolve(baseDir, root), inside);
    if (located.kind === 'found') return located.path;
    if (located.kind === 'absent') throw configError(file, place, `there is no module ${path}`);
  }
  throw configError(
    file,
    place,
    `the module ${path} lies outside of ${moduleRoots.join(', ')}; move it there, or allow its folder in moduleRoots`,
  );
}

/**
 * An export of an installed package, as the application that the configuration belongs to would import it.
 *
 * @throws SchedulerError `ERR_INVALID_CONFIG` when the package is not installed
 */
export async function loadInstalled(
  { file, baseDir }: ClassSources,
  place: string,
  module: string,
  exportName: string,
): Promise<unknown> {
  let url = module;
  try {
    url = pathToFileURL(createRequire(join(baseDir, 'index.js')).resolve(module)).href;
  } catch {
    // Not seen from there; it may be from here.
  }
  try {
    const exports = (await import(url)) as Readonly<Record<string, unknown>>;
    const found = exports[exportName];
    if (typeof found === 'function') return found;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const name = module.split('/').slice(0, 2).join('/');
    throw configError(file, place, `${module} cannot be loaded (${why}); npm install ${name}`, error);
  }
  throw configError(file, place, `${module} of this version has no ${exportName}; update it`);
}
