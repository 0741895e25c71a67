/**
 * How a job class is named whose module is to be found.
 *
 * @module
 */

/** What a name asks for. */
export interface ModuleName {
  /** The path of the module without the root, or a package's specifier. */
  readonly path: string;
  /** The export; null for the default one. */
  readonly exportName: string | null;
  /** What the default export may be called otherwise: the last part of the path, without its extension. */
  readonly baseName: string;
}

/** Letters, digits, `_`, `$`, `-` and inner dots: no `..`, no separator, no drive, no scheme. */
const PART = String.raw`[\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$-]+)*`;
const NAME = new RegExp(`^(@?${PART}(?:/${PART})*)(?:#([\\p{L}_$][\\p{L}\\p{N}_$]*))?$`, 'u');

/** What a name must be, for messages. */
export const MODULE_NAME_RULE =
  'a name may hold letters, digits, _, $, - and inner dots; with a path it is folder/module.js#Export. It never leads upwards, and is no address';

/**
 * Reads `SendInvoice`, `jobs/email.js`, `jobs/email.js#SendEmail` or `@acme/jobs#SendEmail`.
 *
 * @returns null for anything else, such as an absolute path, one with `..`, or a URL
 */
export function parseModuleName(name: string): ModuleName | null {
  const [, path, exportName] = NAME.exec(name) ?? [];
  if (path === undefined) return null;
  if (path.split('/').some((part) => part.toLowerCase() === 'node_modules')) return null;
  const last = path.slice(path.lastIndexOf('/') + 1);
  // Without a path or an export the whole is the name of a class, dots included.
  const isPlain = exportName === undefined && !path.includes('/');
  return {
    path,
    exportName: exportName ?? null,
    baseName: isPlain ? last : last.replace(/\.[cm]?[jt]s$/, ''),
  };
}

/** The name of the package that a path begins with: `@acme/jobs` of `@acme/jobs/mail.js`. */
export function packageOf(path: string): string {
  const parts = path.split('/');
  return parts.slice(0, path.startsWith('@') ? 2 : 1).join('/');
}
