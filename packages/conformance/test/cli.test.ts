/**
 * The program, as it is installed: in a process of its own, from what was built.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../src/report/summary.js';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const whole = fileURLToPath(new URL('fixtures/whole.mjs', import.meta.url));
const noHarness = fileURLToPath(new URL('fixtures/no-harness.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ametrine-conformance-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], fault = 'none'): Ran {
  const env = { ...process.env, WHOLE_FAULT: fault };
  return spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env,
  });
}

function summary({ stdout, stderr }: Ran): RunSummary {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`the last line is no summary: ${last}\n${stderr}`);
  return JSON.parse(last);
}

describe('ametrine-conformance <harness>', () => {
  it('runs a stranger’s harness, and ends with one line of JSON', () => {
    const ran = run([whole, '--seed', '5']);
    expect(summary(ran)).toMatchObject({
      store: '@acme/store-whole',
      level: 'L1',
      failed: 0,
      deviates: 0,
      inconclusive: 0,
      notRun: 0,
      seed: 5,
    });
    expect(summary(ran).passed).toBeGreaterThan(250);
    expect(Object.keys(summary(ran))).toEqual([
      'store',
      'level',
      'passed',
      'failed',
      'deviates',
      'notApplicable',
      'inconclusive',
      'notRun',
      'seconds',
      'seed',
    ]);
    expect(ran.status).toBe(0);
  });

  it('exits with 1 when a case fails, and says which rule and how to have it again', () => {
    const ran = run([whole, '--case', 'JOB-03'], 'upsert');
    expect(ran.status).toBe(1);
    expect(summary(ran)).toMatchObject({ level: null, failed: 1 });
    expect(ran.stdout).toContain('JS-STO-01');
    expect(ran.stdout).toMatch(/Replay: {2}npx ametrine-conformance \S+whole\.mjs --case JOB-03 --seed \d+/);
  });

  it.each(['stray', 'crash'])('fails the cases of a store with a %s', (fault) => {
    const ran = run([whole, '--case', 'JOB-03'], fault);
    expect(summary(ran)).toMatchObject({ failed: 1 });
    expect(ran.status).toBe(1);
  });

  it('fails when the backend is away', () => {
    const ran = run([whole, '--case', 'JOB'], 'unavailable');
    expect(summary(ran)).toMatchObject({ passed: 0, level: null });
    expect(ran.status).toBe(1);
  });

  it('reaches no level by a part of the cases', () => {
    const ran = run([whole, '--case', 'JOB,TRG-01']);
    expect(summary(ran).level).toBeNull();
    expect(summary(ran).notRun).toBeGreaterThan(200);
    expect(ran.status).toBe(0);
  });

  it('has no case at a level that a part of the store’s claim rules out, and fails', () => {
    const ran = run([whole, '--case', 'CLU-01']);
    expect(summary(ran).problems).toEqual(['no case was run']);
    expect(ran.status).toBe(1);
  });

  it('repeats with other seeds, with the same outcomes', () => {
    const ran = run([whole, '--case', 'JOB,ACQ', '--repeat', '3', '--seed', '1']);
    expect(summary(ran)).toMatchObject({ failed: 0, seed: 1 });
    expect(ran.stdout).not.toContain('came out differently');
  });

  it('writes its reports, which it can read again and put on one page', () => {
    expect(
      run([whole, '--report', 'first', '--junit', 'j.xml', '--html', 'h.html', '--badge', 'b.json']).status,
    ).toBe(0);
    for (const file of [
      'first/conformance.json',
      'first/junit.xml',
      'first/report.html',
      'first/badge.json',
      'j.xml',
      'h.html',
      'b.json',
    ]) {
      expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
    }
    const page = run(['html', 'first/conformance.json', 'first/conformance.json', '--output', 'both.html']);
    expect([page.status, page.stdout]).toEqual([0, 'both.html\n']);
    expect(readFileSync(join(folder, 'both.html'), 'utf8')).toContain('<h2>@acme/store-whole</h2>');
  });

  it('prints nothing but JSON lines when told to', () => {
    const ran = run([whole, '--case', 'JOB-01,JOB-02', '--json']);
    const lines = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.id ?? line.store)).toEqual(['JOB-01', 'JOB-02', '@acme/store-whole']);
  });

  it('writes its report when it is interrupted, and does not call it a success', async () => {
    const args = [program, whole, '--repeat', '100000', '--case', 'JOB', '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      if (output === '') child.kill('SIGINT');
      output += chunk;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(output.trimEnd().split('\n').at(-1) ?? '').failed).toBe(0);
    expect(status).toBe(1);
  });
});

describe('ametrine-conformance explain', () => {
  it('explains a rule, a case and a behaviour that has none', () => {
    const rule = run(['explain', 'JS-ACQ-03']).stdout;
    for (const part of [
      'JS-ACQ-03  MUST · L1',
      'timeWindowMs',
      'Intent: A batch',
      'ACQ-08',
      'Often broken by',
    ])
      expect(rule).toContain(part);
    expect(run(['explain', 'acq-15']).stdout).toContain('JS-ACQ-08');
    expect(run(['explain', 'JOB-21']).stdout).toContain('has no case');
  });
});

describe('wrong use', () => {
  it.each([
    ['nothing', [], '--help'],
    ['an unknown option', [whole, '--sed', '1'], '--sed'],
    ['a module that is not there', ['./nowhere.mjs'], 'nowhere.mjs'],
    ['a module that exports no harness', [noHarness], 'openNamespace'],
    ['a module and a store', [whole, '--store', 'memory'], 'not both'],
    ['two modules', [whole, whole], 'one module'],
    ['an unknown store', ['--store', 'cassandra'], 'memory, '],
    ['an unknown level', [whole, '--level', 'L9'], 'L1, L2, L3, L4'],
    ['an unknown case', [whole, '--case', 'ACQ-O1'], 'did you mean ACQ-01'],
    ['an empty case', [whole, '--case', 'ACQ-01,'], 'commas'],
    ['a seed in words', [whole, '--seed', 'seven'], '4294967295'],
    ['a seed that is too large', [whole, '--seed', '4294967296'], '4294967295'],
    ['no repetition', [whole, '--repeat', '0'], 'from 1'],
    ['a rule that is not there', ['explain', 'JS-ACQ-3'], 'did you mean JS-ACQ-0'],
    ['a report that is not there', ['html', 'nowhere.json'], 'nowhere.json'],
    ['a report that is none', ['html', noHarness], 'JSON'],
    ['an output without the command for it', [whole, '--output', 'x'], 'html'],
  ])('exits with 2 for %s, with the remedy', (_, args, remedy) => {
    const ran = run(args);
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(remedy);
  });
});
