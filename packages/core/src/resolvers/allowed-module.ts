/**
 * Modules that may be imported, because they lie under a folder that was named for it.
 *
 * @module
 */
import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a module may end in. Only a Node that strips types can load the last two. */
export const MODULE_EXTENSIONS: readonly string[] = [
  '.js',
  '.mjs',
  '.cjs',
  ...((process.features as { typescript?: unknown }).typescript ? ['.ts', '.mts'] : []),
];

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;

/** Where a module was looked for: its real path, or that it leads out of the folder, or that there is none. */
export type Located =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'outside' }
  | { readonly kind: 'absent' };

/**
 * Finds a file under a folder. Symbolic links are followed first, and packages that happen to be installed in the
 * folder are not in it.
 *
 * @param file - a path from the folder, checked not to hold `..`
 */
export async function locateUnder(folder: string, file: string): Promise<Located> {
  const root = await realPathOrNull(folder);
  const path = root === null ? null : await realPathOrNull(join(root, file));
  if (root === null || path === null) return { kind: 'absent' };
  const inside = path.startsWith(root.endsWith(sep) ? root : root + sep);
  const installed = relative(root, path).split(sep).includes('node_modules');
  return inside && !installed ? { kind: 'found', path } : { kind: 'outside' };
}

/** A module took too long to load. */
export class ImportTimeout extends Error {
  override readonly name: string = 'ImportTimeout';

  constructor(timeoutMs: number) {
    super(`it did not finish loading within ${timeoutMs} ms; does it wait for something at its top level?`);
  }
}

/**
 * Imports a module, and stops waiting for it when it takes too long.
 *
 * @param version - another version is another module to Node; empty for the one there is
 * @throws what the module throws, and {@link ImportTimeout}
 */
export async function importModule(path: string, timeoutMs: number, version: string = ''): Promise<Exports> {
  const url = pathToFileURL(path);
  if (version !== '') {
    url.searchParams.set('modified', version);
    // CommonJS modules are kept by their path, whatever their address.
    delete createRequire(path).cache[path];
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ImportTimeout(timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([import(url.href) as Promise<Exports>, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An export of a module. What a CommonJS module exports by name stands on its default export. */
export function exportOf(exports: Exports, name: string): unknown {
  if (Object.hasOwn(exports, name)) return exports[name];
  const { default: main } = exports;
  return typeof main === 'object' && main !== null && Object.hasOwn(main, name)
    ? (main as Exports)[name]
    : undefined;
}

async function realPathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
    throw error;
  }
}
