/**
 * The model tier: random sequences of commands against the reference model; what fails is shrunk to the few commands
 * that matter.
 *
 * @module
 */
import { CheckFailure } from '../check.js';
import { CaseContext } from '../context.js';
import type { Harness } from '../harness.js';
import { newSeed } from '../seed.js';
import { sequences } from './arbitraries.js';
import type { Command } from './commands.js';
import { type PlayOptions, play } from './play.js';

/** How the model tier is run. */
export interface ModelOptions {
  /** The same seed gives the same sequences. @defaultValue a random one */
  readonly seed?: number;
  /** How many sequences are played. @defaultValue 100 */
  readonly runs?: number;
  /** The most commands of one sequence. More find more and shrink longer. @defaultValue 40 */
  readonly maxCommands?: number;
}

/** The shortest sequence found on which the store and the model differ. */
export interface Counterexample {
  readonly commands: readonly Command[];
  /** The step, and what differed. */
  readonly message: string;
}

/** What came of a run of the model tier. */
export interface ModelRun {
  readonly seed: number;
  /** How many sequences were played, those of the shrinking not counted. */
  readonly runs: number;
  /** Null when store and model agreed. */
  readonly counterexample: Counterexample | null;
}

/**
 * Plays random sequences on the store and on the model.
 *
 * @throws what the harness throws when it cannot open a namespace
 */
export async function runModel(harness: Harness, options: ModelOptions = {}): Promise<ModelRun> {
  // Loaded here, so that only those who run the model tier pay for it.
  const fc = await import('fast-check');
  const { seed = newSeed(), runs = 100, maxCommands = 40 } = options;
  const property = fc.asyncProperty(sequences(fc, harness, maxCommands), (commands) =>
    playOn(harness, commands),
  );
  const details = await fc.check(property, { seed: seed | 0, numRuns: runs, endOnFailure: false });
  const [commands] = details.counterexample ?? [];
  if (!details.failed || commands === undefined) return { seed, runs: details.numRuns, counterexample: null };
  return {
    seed,
    runs: details.numRuns,
    counterexample: { commands, message: messageOf(details.errorInstance) },
  };
}

/** Plays one sequence in a namespace of its own. Rejects where store and model differ. */
export async function playOn(
  harness: Harness,
  commands: readonly Command[],
  options: PlayOptions = {},
): Promise<void> {
  const namespace = await harness.openNamespace();
  const context = new CaseContext(namespace, harness.claim, 'twoSteps');
  try {
    await play(context, commands, options);
  } finally {
    // Closing must not hide the difference.
    await context.close().catch(() => {});
    await namespace.dispose();
  }
}

/** The counterexample as people read it, with the command that replays it. */
export function counterexampleText(harness: Harness, { seed, counterexample }: ModelRun): string {
  if (counterexample === null) return `${harness.name} and the model agree`;
  return [
    `${harness.name} and the model differ after ${counterexample.commands.length} commands`,
    ...counterexample.commands.map(
      (command, n) => `  ${String(n + 1).padStart(2)}  ${JSON.stringify(command)}`,
    ),
    counterexample.message,
    `replay with seed ${seed}`,
  ].join('\n');
}

function messageOf(error: unknown): string {
  if (!(error instanceof CheckFailure))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { what, comparison } = error;
  if (comparison === null) return what;
  return [
    what,
    `  expected  ${comparison.expected}`,
    `  seen      ${comparison.seen}`,
    ...comparison.differences.map((d) => `  ${d}`),
  ].join('\n');
}
