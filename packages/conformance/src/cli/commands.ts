/**
 * What the program's commands do.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { explain } from '../explain.js';
import { reportOf } from '../report/envelope.js';
import { htmlOf } from '../report/html/page.js';
import { parseReport } from '../report/read.js';
import { summaryOf } from '../report/summary.js';
import { textOf } from '../report/text.js';
import { writeReport } from '../report/write.js';
import { runSuite } from '../run-suite.js';
import type { Command, RunCommand } from './arguments.js';
import { initStore } from './init.js';
import { loadHarness } from './load-harness.js';
import { ProgressLine, type Terminal } from './progress.js';
import { EXIT_FAILED, EXIT_OK, usageError } from './usage.js';

/** Where a command writes. */
export interface Console {
  readonly out: (text: string) => void;
  readonly terminal: Terminal;
  /** Aborted when the user wants the run to end. */
  readonly signal: AbortSignal;
}

/** Explains rules and cases. */
export function runExplain({ ids }: Extract<Command, { kind: 'explain' }>, { out }: Console): number {
  out(`${ids.map((id) => explain(id)).join('\n\n')}\n`);
  return EXIT_OK;
}

/** Begins a store. */
export function runInit({ folder }: Extract<Command, { kind: 'init' }>, { out }: Console): number {
  const files = initStore(folder);
  const next = [`cd ${folder}`, 'npm install', 'npm run conformance'];
  out(
    `${[...files.map((file) => `wrote ${file}`), 'Next:', ...next.map((line) => `  ${line}`)].join('\n')}\n`,
  );
  return EXIT_OK;
}

/** Makes one page of several reports. */
export function runHtml({ reports, output }: Extract<Command, { kind: 'html' }>, { out }: Console): number {
  const page = htmlOf(reports.map((file) => parseReport(readText(file), file)));
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, page);
  out(`${output}\n`);
  return EXIT_OK;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(
      'report',
      file,
      `a file that can be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Runs the cases and tells what came of it. */
export async function runRun(command: RunCommand, { out, terminal, signal }: Console): Promise<number> {
  const { harness, store, replay } = await loadHarness(command.harness);
  const progress = new ProgressLine(terminal);
  const run = await runSuite(harness, {
    replay,
    signal,
    repeat: command.repeat,
    ...(command.level === null ? {} : { level: command.level }),
    ...(command.only === null ? {} : { only: command.only }),
    ...(command.seed === null ? {} : { seed: command.seed }),
    onResult: (record, done) => {
      if (command.json) out(`${JSON.stringify(record)}\n`);
      else progress.show(record, done);
    },
  });
  progress.clear();
  const report = reportOf(run);
  const files = writeReport(report, command.outputs);
  if (!command.json) out(`${[textOf(report), ...files.map((file) => `wrote ${file}`)].join('\n')}\n`);
  out(`${JSON.stringify(summaryOf(report, store))}\n`);
  return report.green ? EXIT_OK : EXIT_FAILED;
}
