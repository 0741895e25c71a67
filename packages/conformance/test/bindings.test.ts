/**
 * Each binding under its real runner, in a process of its own: the outcomes are the same under all of them.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConformanceReport } from '../src/report/envelope.js';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'ametrine-bindings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The program of an installed package. */
function program(name: string, bin: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), bin);
}

const jestConfig = {
  rootDir: fixtures,
  testMatch: ['**/tiny.jest.mjs'],
  transform: {},
  moduleFileExtensions: ['mjs', 'js', 'json'],
};

/** What Node is started with, for each runner. */
const runners: Readonly<Record<string, readonly string[]>> = {
  vitest: [
    program('vitest', 'vitest.mjs'),
    'run',
    '--root',
    fixtures,
    '--config',
    join(fixtures, 'vitest.config.mjs'),
    '--reporter',
    'verbose',
  ],
  jest: [
    '--experimental-vm-modules',
    program('jest', 'bin/jest.js'),
    '--config',
    JSON.stringify(jestConfig),
    '--verbose',
  ],
  mocha: [program('mocha', 'bin/mocha.js'), join(fixtures, 'tiny.mocha.mjs')],
  'node-test': ['--test', join(fixtures, 'tiny.node-test.mjs')],
};

interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly report: ConformanceReport | null;
}

function run(runner: string, variant: string): Run {
  const report = join(folder, `${runner}-${variant}.json`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(runners[runner] ?? [])], {
    cwd: fixtures,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TINY_VARIANT: variant,
      TINY_REPORT: report,
      NO_COLOR: '1',
    },
  });
  return {
    status,
    output: stdout + stderr,
    report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null,
  };
}

function outcomes({ report, output }: Run): readonly string[] {
  if (report === null) throw new Error(`no report was written:\n${output}`);
  return report.cases.map(({ id, outcome }) => `${id} ${outcome}`);
}

describe.each(Object.keys(runners))('the binding to %s', (runner) => {
  it('passes what passes, skips what does not apply with its reason, and lets a known deviation be', () => {
    const green = run(runner, 'green');
    expect(outcomes(green)).toEqual(['TIN-01 pass', 'TIN-02 notApplicable', 'TIN-03 deviates']);
    expect(green.output).toContain('not applicable: it is tiny');
    expect(green.status, green.output).toBe(0);
  });

  it('fails what fails, checks nothing or shows nothing, with the whole message', () => {
    const red = run(runner, 'red');
    expect(outcomes(red)).toEqual(['TIN-01 pass', 'TIN-04 fail', 'TIN-05 fail', 'TIN-06 inconclusive']);
    expect(red.output).toContain('JS-GET-05');
    expect(red.output).toContain('--case TIN-04 --seed 7');
    expect(red.status).not.toBe(0);
  });

  it('fails when no case applies', () => {
    const empty = run(runner, 'empty');
    expect(empty.output).toContain('no case applies');
    expect(empty.status).not.toBe(0);
  });
});
