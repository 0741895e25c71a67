/**
 * `npm run --silent bench`: runs scenarios one after another and reports each as it ends.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchOptions, parseOptions, peersOf, USAGE, UsageError } from './options.js';
import { asJson, asText, mediansOf, type ReportLine } from './report.js';
import { runTask } from './run-task.js';
import type { ScenarioName, StoreName, TaskResult } from './scenarios/scenario.js';
import { paramsOf, timeLimitMs } from './sizes.js';
import { isInstalled } from './subjects/open-subject.js';
import type { PeerName } from './subjects/subject.js';

/** What one line of the report is about. */
interface Cell {
  readonly store: StoreName;
  readonly peer: PeerName | null;
  readonly scenario: ScenarioName;
}

function cellsOf({ stores, scenarios, peers }: BenchOptions): Cell[] {
  return stores.flatMap((store) =>
    scenarios.flatMap((scenario) => {
      // Peers have no call to look for work with: there is nothing to compare.
      const beside = scenario === 'idle-million' ? [] : peers.filter((peer) => peersOf(store).includes(peer));
      return [null, ...beside].map((peer) => ({ store, peer, scenario }));
    }),
  );
}

async function measure(cell: Cell, { runs, size }: BenchOptions): Promise<ReportLine> {
  const params = { ...paramsOf(cell.scenario, cell.store, size), runs };
  const results: TaskResult[] = [];
  try {
    for (let run = 0; run < runs; run++) results.push(await runOnce(cell, params));
  } catch (error) {
    return { ...cell, version: '', params, metrics: {}, error: (error as Error).message };
  }
  const { version, params: used } = results[0] as TaskResult;
  return {
    ...cell,
    version,
    params: { ...used, runs },
    metrics: mediansOf(results.map((result) => result.metrics)),
  };
}

async function runOnce(
  { store, peer, scenario }: Cell,
  params: Readonly<Record<string, number>>,
): Promise<TaskResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ametrine-bench-'));
  try {
    const task = { scenario, subject: peer ?? 'ametrine', store, params, folder } as const;
    return await runTask(task, timeLimitMs(scenario));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  let failed = false;
  for (const cell of cellsOf(options)) {
    if (cell.peer !== null && !isInstalled(cell.peer)) {
      console.error(`${cell.peer} is not installed here; ${cell.scenario} runs without it`);
      continue;
    }
    const line = await measure(cell, options);
    console.log(options.json ? asJson(line) : asText(line));
    failed ||= line.error !== undefined;
  }
  return failed ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
