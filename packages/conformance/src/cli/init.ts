/**
 * Begins a store: writes a package that type-checks, runs, and fails in words that say what to write next.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError } from './usage.js';

const TEMPLATE = fileURLToPath(new URL('../../template', import.meta.url));
/** The template's package.json under another name: Node.js and npm give one a meaning wherever it stands. */
const MANIFEST = 'manifest.json';

/**
 * Writes the template into an empty folder; what it is called is what the folder is called.
 *
 * @param folder - such as `store-acme`
 * @returns the files written, from the folder
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` when the folder is not empty, or its name makes no name of a class
 */
export function initStore(folder: string): readonly string[] {
  const target = resolve(folder);
  const word = basename(target).replace(/^(ametrine-)?store-/, '');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(word))
    throw usageError('init', folder, 'a folder named like store-acme: small letters, digits and hyphens');
  if (existsSync(target) && readdirSync(target).length > 0)
    throw usageError('init', folder, 'a folder that is empty, or not there yet');
  const className = word.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const named = (text: string): string =>
    text
      .replaceAll('ACME', word.toUpperCase().replaceAll('-', '_'))
      .replaceAll('Acme', className)
      .replaceAll('acme', word);
  return filesIn(TEMPLATE).map((source) => {
    const file = relative(TEMPLATE, source);
    const written = file === MANIFEST ? 'package.json' : named(file);
    const path = join(target, written);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, named(readFileSync(source, 'utf8')));
    return written;
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}
