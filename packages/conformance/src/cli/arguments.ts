/**
 * Reads the command line.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import type { Level } from '../case.js';
import { LEVELS } from '../levels.js';
import { isSeed } from '../seed.js';
import { usageError } from './usage.js';

/** Where a run writes what it found; absent ones are not written. */
export interface Outputs {
  readonly report?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly badge?: string;
}

/** What the program is to do. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'init'; readonly folder: string }
  | { readonly kind: 'explain'; readonly ids: readonly string[] }
  | { readonly kind: 'html'; readonly reports: readonly string[]; readonly output: string }
  | RunCommand;

/** A run against one store. */
export interface RunCommand {
  readonly kind: 'run';
  /** The module's path, or the name of a store of the repository. */
  readonly harness: { readonly module: string } | { readonly store: string };
  readonly level: Level | null;
  readonly only: readonly string[] | null;
  readonly seed: number | null;
  readonly repeat: number;
  readonly json: boolean;
  readonly outputs: Outputs;
}

/** @throws SchedulerError `ERR_INVALID_ARGUMENT`, or an error of Node's `parseArgs`, for a command line that is wrong */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      store: { type: 'string' },
      level: { type: 'string' },
      case: { type: 'string', multiple: true },
      seed: { type: 'string' },
      repeat: { type: 'string' },
      report: { type: 'string' },
      junit: { type: 'string' },
      html: { type: 'string' },
      badge: { type: 'string' },
      json: { type: 'boolean' },
      output: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  });
  const [first, ...rest] = positionals;
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (first === 'explain') {
    if (rest.length === 0) throw usageError('explain', rest, 'the id of a rule or a case, such as JS-ACQ-03');
    return { kind: 'explain', ids: rest };
  }
  if (first === 'init') {
    const [folder, ...more] = rest;
    if (folder === undefined || more.length > 0)
      throw usageError('init', rest.join(' '), 'one folder to make, such as store-acme');
    return { kind: 'init', folder };
  }
  if (first === 'html') {
    if (rest.length === 0) throw usageError('html', rest, 'one conformance.json or several');
    return { kind: 'html', reports: rest, output: values.output ?? 'conformance.html' };
  }
  if (values.output !== undefined) throw usageError('--output', values.output, 'only with the command html');
  if (rest.length > 0) throw usageError('harness', positionals.join(' '), 'one module');
  const { report, junit, html, badge } = values;
  return {
    kind: 'run',
    harness: harnessOf(first, values.store),
    level: levelOf(values.level),
    only: values.case === undefined ? null : casesOf(values.case),
    seed: values.seed === undefined ? null : seedOf(values.seed),
    repeat: values.repeat === undefined ? 1 : repeatOf(values.repeat),
    json: values.json === true,
    outputs: {
      ...(report === undefined ? {} : { report }),
      ...(junit === undefined ? {} : { junit }),
      ...(html === undefined ? {} : { html }),
      ...(badge === undefined ? {} : { badge }),
    },
  };
}

function harnessOf(module: string | undefined, store: string | undefined): RunCommand['harness'] {
  if (module !== undefined && store !== undefined)
    throw usageError('harness', module, 'a module or --store, not both');
  if (module !== undefined) return { module };
  if (store !== undefined) return { store };
  throw usageError(
    'harness',
    undefined,
    'the path of a module whose default export is a harness; see --help',
  );
}

function levelOf(text: string | undefined): Level | null {
  if (text === undefined) return null;
  const level = LEVELS.find((one) => one === text.toUpperCase());
  if (level === undefined) throw usageError('--level', text, LEVELS.join(', '));
  return level;
}

function casesOf(texts: readonly string[]): readonly string[] {
  const ids = texts.flatMap((text) => text.split(',')).map((id) => id.trim());
  if (ids.includes('')) throw usageError('--case', texts.join(' '), 'ids with commas between them');
  return ids;
}

function seedOf(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!isSeed(seed)) throw usageError('--seed', text, 'an integer from 0 to 4294967295');
  return seed;
}

function repeatOf(text: string): number {
  const repeat = /^\d+$/.test(text) ? Number(text) : 0;
  if (repeat < 1 || repeat > 1_000_000) throw usageError('--repeat', text, 'an integer from 1 to 1000000');
  return repeat;
}
