import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/workspace.mjs';
import { type InstalledApp, installTarballs } from './tarballs.js';

describe('the example store, with nothing but the packed core and kit', () => {
  let app: InstalledApp;
  beforeAll(() => {
    app = installTarballs(['core', 'conformance']);
    for (const part of ['package.json', 'harness.js', 'src', 'test']) {
      cpSync(join(root, 'examples/store-filesystem', part), join(app.folder, part), { recursive: true });
    }
  }, 60_000);
  afterAll(() => app?.dispose());

  const node = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, args, { cwd: app.folder, encoding: 'utf8', timeout: 100_000 });

  test("reaches L2 by the kit's command line", () => {
    const cli = 'node_modules/@ametrine/conformance/dist/cli/main.js';
    const { status, stdout } = node(cli, './harness.js', '--level', 'L2');
    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(summary).toMatchObject({ store: 'store-filesystem', level: 'L2', failed: 0, inconclusive: 0 });
    expect(status).toBe(0);
  }, 120_000);

  test('passes under node:test', () => {
    const { status, stdout } = node('--test', '--test-reporter=tap', 'test/conformance.test.js');
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(300);
    expect(status).toBe(0);
  }, 120_000);
});
