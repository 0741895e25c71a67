#!/usr/bin/env node
/**
 * The `ametrine-conformance` program.
 *
 * @module
 */
import { kit } from '../report/envelope.js';
import { parseCommand } from './arguments.js';
import { type Console, runExplain, runHtml, runInit, runRun } from './commands.js';
import { EXIT_FAILED, EXIT_OK, exitCodeOf, USAGE } from './usage.js';

async function main(args: readonly string[], console: Console): Promise<number> {
  const command = parseCommand(args);
  switch (command.kind) {
    case 'help':
      console.out(USAGE);
      return EXIT_OK;
    case 'version':
      console.out(`${kit().version}\n`);
      return EXIT_OK;
    case 'init':
      return runInit(command, console);
    case 'explain':
      return runExplain(command, console);
    case 'html':
      return runHtml(command, console);
    case 'run':
      return runRun(command, console);
  }
}

/** The first interrupt ends the run after the case under way, the second at once. */
function interrupts(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

/** The program ends here whatever a store left open: a case that hangs must not keep its report from coming out. */
function exit(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

// Whoever reads may go away early, as `head` does; what nobody saw to its end is no success.
process.stdout.on('error', () => process.exit(EXIT_FAILED));

try {
  const out = (text: string): void => {
    process.stdout.write(text);
  };
  exit(await main(process.argv.slice(2), { out, terminal: process.stderr, signal: interrupts() }));
} catch (error) {
  const complaint =
    error instanceof Error
      ? 'code' in error
        ? error.message
        : (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`ametrine-conformance: ${complaint}\n`);
  exit(exitCodeOf(error));
}
