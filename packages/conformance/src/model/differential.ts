/**
 * Plays the same sequences on several stores, and compares what can be seen of each after every step.
 *
 * @module
 */
import { inspect } from 'node:util';
import { equalValues } from '../equal.js';
import type { Harness } from '../harness.js';
import { playable } from './applicability.js';
import type { CorpusEntry } from './corpus.js';
import { type Observation, withPlainNames } from './observation.js';
import { playOn } from './run-model.js';

/** One thing that stores do not agree on. */
export interface StoreDifference {
  /** The id of the sequence. */
  readonly sequence: string;
  /** The place of the command, from 1. */
  readonly step: number;
  /** What was looked at: a part of the {@link Observation}, or `played` when a store did not come so far. */
  readonly observation: keyof Observation | 'played';
  /** What each store showed, by its name. */
  readonly seen: ReadonlyMap<string, unknown>;
}

/** The steps of one sequence on one store. */
interface Performance {
  readonly name: string;
  readonly steps: readonly Observation[];
  /** Why it ended early; null when it did not. */
  readonly error: string | null;
}

/**
 * Plays every sequence on every store that can play it, and gives the first difference of each sequence in each part
 * of what can be seen. A sequence that only one of the stores can play is not compared.
 */
export async function compareStores(
  harnesses: readonly Harness[],
  sequences: readonly CorpusEntry[],
): Promise<readonly StoreDifference[]> {
  const differences: StoreDifference[] = [];
  for (const { id, commands } of sequences) {
    const performances: Performance[] = [];
    for (const harness of harnesses) {
      if (playable(commands, harness) === true) performances.push(await perform(harness, commands));
    }
    differences.push(...differencesOf(id, commands.length, performances));
  }
  return differences;
}

async function perform(harness: Harness, commands: CorpusEntry['commands']): Promise<Performance> {
  const steps: Observation[] = [];
  const watch = (_step: number, _command: unknown, seen: Observation): void => {
    steps.push(withPlainNames(seen));
  };
  try {
    await playOn(harness, commands, { watch });
    return { name: harness.name, steps, error: null };
  } catch (error) {
    return { name: harness.name, steps, error: error instanceof Error ? error.message : String(error) };
  }
}

function differencesOf(
  sequence: string,
  length: number,
  performances: readonly Performance[],
): readonly StoreDifference[] {
  const [first] = performances;
  if (first === undefined || performances.length < 2) return [];
  const found: StoreDifference[] = [];
  const seenOf = (part: (performance: Performance) => unknown): ReadonlyMap<string, unknown> =>
    new Map(performances.map((performance) => [performance.name, part(performance)]));
  const shortest = Math.min(...performances.map(({ steps }) => steps.length));
  const names = new Set(
    (first.steps[0] === undefined ? [] : Object.keys(first.steps[0])) as (keyof Observation)[],
  );
  for (let step = 0; step < shortest; step += 1) {
    for (const observation of names) {
      const seen = seenOf(({ steps }) => steps[step]?.[observation]);
      const [one, ...others] = seen.values();
      if (others.every((other) => equalValues(one, other))) continue;
      names.delete(observation);
      found.push({ sequence, step: step + 1, observation, seen });
    }
  }
  if (shortest < length) {
    const seen = seenOf(({ steps, error }) => error ?? `${steps.length} steps`);
    found.push({ sequence, step: shortest + 1, observation: 'played', seen });
  }
  return found;
}

/** Differences as a table in Markdown: a line for each, a column for each store. */
export function differenceTable(differences: readonly StoreDifference[]): string {
  const stores = [...new Set(differences.flatMap(({ seen }) => [...seen.keys()]))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (value: unknown): string =>
    (typeof value === 'string' ? value : inspect(value, { depth: 5, breakLength: Infinity, compact: true }))
      .replaceAll('|', '\\|')
      .replaceAll('\n', ' ');
  return [
    line(['Sequence', 'Step', 'Observation', ...stores]),
    line(['---', '---', '---', ...stores.map(() => '---')]),
    ...differences.map(({ sequence, step, observation, seen }) =>
      line([
        sequence,
        String(step),
        observation,
        ...stores.map((store) => (seen.has(store) ? cell(seen.get(store)) : 'not played')),
      ]),
    ),
  ].join('\n');
}
