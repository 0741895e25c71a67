/**
 * Finds the harness that the command line names.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Harness } from '../harness.js';
import type { RunCommand } from './arguments.js';
import { usageError } from './usage.js';

/** A harness, and what is said of where it came from. */
export interface LoadedHarness {
  readonly harness: Harness;
  /** The name by which it was asked for. */
  readonly store: string;
  /** The command that runs it again, without options. */
  readonly replay: string;
}

/** The harnesses of this repository's own stores; they are not published. */
const OWN_HARNESSES = fileURLToPath(new URL('../../harnesses/', import.meta.url));

/** @throws SchedulerError `ERR_INVALID_ARGUMENT` when there is no such module, or its default export is no harness */
export async function loadHarness(asked: RunCommand['harness']): Promise<LoadedHarness> {
  if ('store' in asked) {
    const harness = await importHarness('--store', ownHarness(asked.store));
    return { harness, store: asked.store, replay: `npm run conformance -- --store ${asked.store}` };
  }
  const file = resolve(asked.module);
  if (!existsSync(file)) throw usageError('harness', asked.module, 'the path of a module that exists');
  const harness = await importHarness('harness', file);
  const shown = relative(process.cwd(), file);
  return {
    harness,
    store: harness.name,
    replay: `npx ametrine-conformance ${shown.startsWith('.') ? shown : `./${shown}`}`,
  };
}

function ownHarness(store: string): string {
  const names = existsSync(OWN_HARNESSES)
    ? readdirSync(OWN_HARNESSES)
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => basename(file, '.mjs'))
    : [];
  if (names.includes(store)) return resolve(OWN_HARNESSES, `${store}.mjs`);
  const remedy =
    names.length === 0
      ? 'the path of a harness module: only the kit’s own repository names stores'
      : names.join(', ');
  throw usageError('--store', store, remedy);
}

async function importHarness(field: string, file: string): Promise<Harness> {
  let exported: { readonly default?: unknown };
  try {
    exported = await import(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw usageError(field, file, `a module that can be loaded: ${reason}`);
  }
  const harness = exported.default;
  if (!isHarness(harness)) {
    throw usageError(
      field,
      file,
      'a module whose default export is a harness: { name, claim, openNamespace() }',
    );
  }
  return harness;
}

function isHarness(value: unknown): value is Harness {
  if (typeof value !== 'object' || value === null) return false;
  const { name, claim, openNamespace } = value as Partial<Record<keyof Harness, unknown>>;
  return (
    typeof name === 'string' &&
    typeof claim === 'object' &&
    claim !== null &&
    typeof openNamespace === 'function'
  );
}
