#!/usr/bin/env node
/**
 * The `ametrine` program: finds the command and tells how it went.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { nearestKey } from '@ametrine/core';
import { config } from './commands/config.js';
import { next } from './commands/next.js';
import { run } from './commands/run.js';
import { schema } from './commands/schema.js';
import { EXIT_OK, EXIT_USAGE, exitCodeOf, usageError } from './exit-code.js';
import { USAGE } from './usage.js';

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: (args) => run(args, process.stdout),
  config: (args) => config(args, process.stdout),
  schema: (args) => schema(args, process.stdout),
  next: (args) => next(args, { input: process.stdin, output: process.stdout }),
};

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case undefined:
      process.stderr.write(USAGE);
      return EXIT_USAGE;
    case '-h':
    case '--help':
    case 'help':
      process.stdout.write(USAGE);
      return EXIT_OK;
    case '-v':
    case '--version':
      process.stdout.write(`${version()}\n`);
      return EXIT_OK;
  }
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (known !== undefined) return known(args);
  const nearest = nearestKey(command, Object.keys(COMMANDS));
  const suggestion = nearest === null ? 'see ametrine --help' : `did you mean ${nearest}?`;
  throw usageError(`there is no command ${command}; ${suggestion}`);
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** An error as the user is told of it. The stack of an unexpected one is for whoever mends it. */
function complaint(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = 'code' in error && typeof error.code === 'string';
  return expected || error.stack === undefined ? error.message : error.stack;
}

// A reader that goes away early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT_OK : exitCodeOf(error));
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`ametrine: ${complaint(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
