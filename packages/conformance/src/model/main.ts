#!/usr/bin/env node
/**
 * The `ametrine-conformance-model` program: random sequences on a store, against the model.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadHarness } from '../cli/load-harness.js';
import { corpusText } from './corpus.js';
import { counterexampleText, runModel } from './run-model.js';

const USAGE = `ametrine-conformance-model <harness module> [options]

  --seed <n>   play the sequences of that seed; random when not given
  --runs <n>   how many sequences (100)
  --max <n>    the most commands of a sequence (40)
  --save <f>   write the sequence on which store and model differ to that file, in the form of the corpus
  --store <s>  in the kit's own repository: one of its own stores in place of a harness module
`;

const EXIT_DIFFERENT = 1;
const EXIT_WRONG_USE = 2;

/** A whole number of an option, of at least so much; undefined when the option is not given. */
function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 0xffff_ffff) return value;
  throw new TypeError(`--${name} is ${text}; expected a whole number of at least ${least}`);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: text, runs: text, max: text, save: text, store: text, help: { type: 'boolean' } },
  });
  const [module] = positionals;
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 1 || (module === undefined) === (values.store === undefined)) {
    process.stderr.write(USAGE);
    return EXIT_WRONG_USE;
  }
  const seed = wholeNumber('seed', values.seed, 0);
  const runs = wholeNumber('runs', values.runs, 1);
  const maxCommands = wholeNumber('max', values.max, 1);
  const { harness } = await loadHarness(
    values.store === undefined ? { module: module ?? '' } : { store: values.store },
  );
  const run = await runModel(harness, {
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(maxCommands === undefined ? {} : { maxCommands }),
  });
  process.stdout.write(`${counterexampleText(harness, run)}\n`);
  if (run.counterexample !== null && values.save !== undefined) {
    const { commands } = run.counterexample;
    const title = 'say here what this sequence shows, in one phrase';
    writeFileSync(values.save, corpusText({ id: 'MDL-00', title, rules: [], since: '1.0', commands }));
    process.stdout.write(`saved as ${values.save}\n`);
  }
  process.stdout.write(
    `${JSON.stringify({ store: harness.name, seed: run.seed, runs: run.runs, agrees: run.counterexample === null })}\n`,
  );
  return run.counterexample === null ? 0 : EXIT_DIFFERENT;
}

// A harness may wait on connections that keep nothing alive: the process must not end before there is an answer.
const alive = setInterval(() => {}, 60_000);
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(
    `ametrine-conformance-model: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = EXIT_WRONG_USE;
} finally {
  clearInterval(alive);
}
