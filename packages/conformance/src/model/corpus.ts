/**
 * Sequences that every store replays for ever: those that once showed a difference, shrunk, and some thought out.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from './commands.js';

/** One kept sequence. */
export interface CorpusEntry {
  /** `MDL-01`, and so on; the id of its case. */
  readonly id: string;
  readonly title: string;
  /** The rules that it was made for; playing it compares many more. */
  readonly rules: readonly string[];
  /** The version of the contract that first asked for it. */
  readonly since: string;
  readonly commands: readonly Command[];
}

const FOLDER = new URL('../../corpus/', import.meta.url);

/** All of them, by id. */
export const corpus: readonly CorpusEntry[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as CorpusEntry);

/** A sequence as a file of the corpus: one command a line, so that people can read it and see what changed. */
export function corpusText({ commands, ...head }: CorpusEntry): string {
  const fields = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  const lines = commands.map((command) => `    ${JSON.stringify(command)}`);
  return `{\n${[...fields, `  "commands": [\n${lines.join(',\n')}\n  ]`].join(',\n')}\n}\n`;
}
