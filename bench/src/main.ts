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
import { startServer, whyNoServer } from './servers/bench-server.js';
import { type Setting, settingOf } from './servers/settings.js';
import { paramsOf, timeLimitMs } from './sizes.js';
import { isInstalled } from './subjects/open-subject.js';
import { whyNoStore } from './subjects/own-stores.js';
import { type PeerName, whyNot } from './subjects/subject.js';

/** What else to say of a peer that is not a dependency of the benchmark. */
const NOT_INSTALLED: Readonly<Partial<Record<PeerName, string>>> = {
  sidequest: 'it needs Node 22.6 and is not installed with the others: see the README of the benchmark',
};

/** What one line of the report is about. */
interface Cell {
  readonly store: StoreName;
  readonly peer: PeerName | null;
  readonly scenario: ScenarioName;
}

function cellsOf({ stores, scenarios, peers }: BenchOptions): Cell[] {
  return stores.flatMap((store) =>
    scenarios.flatMap((scenario) => {
      const beside = peers.filter((peer) => peersOf(store).includes(peer));
      return [null, ...beside].map((peer) => ({ store, peer, scenario }));
    }),
  );
}

/** Why a cell cannot be measured at all, in words; null when it can. */
function whyLeftOut({ store, peer, scenario }: Cell): string | null {
  if (peer === null) {
    return store === 'memory' && scenario === 'drain-2' ? 'no other process sees what it keeps' : null;
  }
  const reason = whyNot(peer, scenario);
  if (reason !== null) return reason;
  return isInstalled(peer) ? null : (NOT_INSTALLED[peer] ?? 'it is not installed here');
}

async function measure(cell: Cell, { runs, size, durability }: BenchOptions): Promise<ReportLine> {
  const setting = settingOf(cell.store, durability);
  const params = { ...paramsOf(cell.scenario, cell.store, size), runs };
  const outcomes: RunOutcome[] = [];
  try {
    for (let run = 0; run < runs; run++) outcomes.push(await runOnce(cell, params, setting));
  } catch (error) {
    const message = (error as Error).message;
    return {
      ...cell,
      durability: setting.label,
      server: null,
      version: '',
      params,
      metrics: {},
      error: message,
    };
  }
  const { result, server } = outcomes[0] as RunOutcome;
  return {
    ...cell,
    durability: setting.label,
    server,
    version: result.version,
    params: { ...result.params, runs },
    metrics: mediansOf(outcomes.map((outcome) => outcome.result.metrics)),
  };
}

interface RunOutcome {
  readonly result: TaskResult;
  readonly server: string | null;
}

async function runOnce(
  { store, peer, scenario }: Cell,
  params: Readonly<Record<string, number>>,
  setting: Setting,
): Promise<RunOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'ametrine-bench-'));
  const server = await startServer(store, setting);
  try {
    const place = server === null ? null : { url: server.url, pid: server.pid };
    const subject = peer ?? 'ametrine';
    const task = {
      scenario,
      subject,
      store,
      params,
      folder,
      server: place,
      durability: setting.name,
    } as const;
    const result = await runTask(task, timeLimitMs(scenario));
    return { result, server: server === null ? null : `${server.name} ${server.version}` };
  } finally {
    await server?.stop();
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
  const measurable: Cell[] = [];
  for (const store of options.stores) {
    const noServer = await whyNoServer(store);
    // Its peers can be measured without a store of ours, but nothing can without a server.
    const reason = noServer ?? (await whyNoStore(store));
    if (reason !== null) {
      console.error(`CANNOT RUN: the store ${store}: ${reason}`);
      failed ||= options.named;
    }
    const cells = cellsOf({ ...options, stores: [store] });
    measurable.push(...cells.filter(({ peer }) => noServer === null && (peer !== null || reason === null)));
  }
  for (const cell of measurable) {
    const reason = whyLeftOut(cell);
    if (reason !== null) {
      console.error(`${cell.peer ?? cell.store} is left out of ${cell.scenario}: ${reason}`);
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
