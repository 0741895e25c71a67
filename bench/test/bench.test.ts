import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SCENARIOS, type ScenarioName, type StoreName } from '../src/scenarios/scenario.js';
import { whyNoServer } from '../src/servers/bench-server.js';
import { settingOf } from '../src/servers/settings.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
}

/** Runs the built benchmark; `npm test` builds before it tests. */
function bench(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (text) => {
      output += String(text);
    });
    child.stderr.on('data', (text) => {
      complaint += String(text);
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, complaint }));
  });
}

/** What each scenario must report at least; those that count must count this. */
const required: Readonly<Record<ScenarioName, Readonly<Record<string, number | null>>>> = {
  drain: { jobsPerSecond: null, firedTwice: 0, notRun: 0, rssMiB: null, cpuSeconds: null },
  'drain-2': { jobsPerSecond: null, firedTwice: 0, notRun: 0, rssMiB: null, cpuSeconds: null },
  enqueue: { onePerSecond: null, bulkPerSecond: null, cpuSeconds: null },
  latency: { p50Ms: null, p99Ms: null, maxMs: null, firedTwice: 0, notRun: 0 },
  recurring: { expected: 40, fired: 40, missed: 0, firedTwice: 0, p50Ms: null, p99Ms: null },
  'idle-million': { rssMiB: null, acquireMs: null, acquireDueMs: null, acquireMsOfFew: null },
};

/** Each kind of place to store in is among them. */
const TESTED: readonly StoreName[] = ['memory', 'sqlite', 'redis', 'postgres', 'mariadb'];

for (const store of TESTED) {
  const reason = await whyNoServer(store);
  const title = `the benchmark, quick, with the ${store} store${reason === null ? '' : ` (${reason})`}`;
  it.skipIf(reason !== null)(
    title,
    async () => {
      const { status, output, complaint } = await bench('--store', store, '--quick', '--json');
      const done = SCENARIOS.filter((scenario) => store !== 'memory' || scenario !== 'drain-2');
      if (done.length === SCENARIOS.length) expect(complaint).toBe('');
      else expect(complaint).toContain('memory is left out of drain-2');
      const lines = output.trimEnd().split('\n');
      expect(lines.length).toBe(done.length);
      for (const [index, text] of lines.entries()) {
        const line = JSON.parse(text) as Record<string, unknown>;
        const scenario = done[index] as ScenarioName;
        const durability = settingOf(store, null).label;
        expect(line).toMatchObject({ store, peer: null, scenario, durability, params: { runs: 1 } });
        const counted = ['drain', 'drain-2', 'latency', 'recurring'].includes(scenario);
        const { server, metrics: measured } = line as { server: string | null; metrics: object };
        if (counted && server !== null)
          expect(measured).toHaveProperty('statementsPerJob', expect.any(Number));
        expect(line['version']).toMatch(/^\d+\.\d+\.\d+/);
        expect(line['error']).toBeUndefined();
        const metrics = line['metrics'] as Record<string, unknown>;
        for (const [name, value] of Object.entries(required[scenario])) {
          if (value === null) expect(metrics[name], `${scenario}: ${name}`).toEqual(expect.any(Number));
          else expect(metrics[name], `${scenario}: ${name}`).toBe(value);
        }
      }
      expect(status).toBe(0);
    },
    240_000,
  );
}

it('runs a peer in the same run and shows the median of several', async () => {
  const { status, output } = await bench(
    '--store',
    'sqlite',
    '--scenario',
    'drain',
    '--peers',
    'plainjob',
    '--runs',
    '2',
    '--quick',
    '--json',
  );
  const lines = output
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(lines.map((line) => line['peer'])).toEqual([null, 'plainjob']);
  for (const line of lines) {
    expect(line).toMatchObject({ params: { jobs: 200, runs: 2 }, metrics: { firedTwice: 0, notRun: 0 } });
  }
  expect(status).toBe(0);
});

it.each([
  [['--store', 'oracle'], '--store'],
  [['--scenario', 'drain,sprint'], 'sprint'],
  [['--peers', 'plainjob', '--store', 'memory'], 'plainjob'],
  [['--durability', 'always', '--store', 'mongodb'], 'always'],
  [['--runs', '0'], '--runs'],
  [['--runs', 'two'], '--runs'],
  [['--fast'], '--fast'],
  [['drain'], 'drain'],
])('refuses %j with status 2', async (args, named) => {
  const { status, output, complaint } = await bench(...args);
  expect(status).toBe(2);
  expect(output).toBe('');
  expect(complaint).toContain(named);
  expect(complaint).toContain('Usage:');
});

it('explains itself', async () => {
  const { status, output } = await bench('--help');
  expect(status).toBe(0);
  for (const scenario of SCENARIOS) expect(output).toContain(scenario);
});
