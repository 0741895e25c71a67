import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { Quickstart } from './quickstart-process.js';

const running: Quickstart[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const quickstart of running.splice(0)) await quickstart.end('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-quickstart-'));
  folders.push(folder);
  return folder;
}

function start(folder: string): Quickstart {
  const quickstart = new Quickstart(folder);
  running.push(quickstart);
  return quickstart;
}

it('works on real files, from its first seconds on', async () => {
  const folder = newFolder();
  const quickstart = start(folder);
  await quickstart.line(/FolderManifest started/);
  const firstRun = await quickstart.line(/FolderManifest done .* 3 files, 3 changed \(run 1,/);
  await quickstart.line(/WeekdayReport done/);
  // Said to be two seconds; the rest is for a machine that tests other things at the same time.
  expect(Date.now() - quickstart.startedAt).toBeLessThan(8000);
  expect(firstRun).toMatch(/; next (\d|at once)/);
  expect(Object.keys(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as object)).toHaveLength(
    3,
  );
  const [report] = readdirSync(join(folder, 'reports'));
  expect(readFileSync(join(folder, 'reports', report ?? ''), 'utf8')).toContain('orders.csv');

  await quickstart.line(/SlowArchive done/);
  const [began, ended, next] = [
    /SlowArchive started/,
    /SlowArchive done/,
    /SlowArchive done .* after waiting/,
  ];
  await quickstart.line(next);
  const archive = quickstart.lines.filter((line) => began.test(line) || ended.test(line));
  for (const [index, line] of archive.entries()) expect(line).toMatch(index % 2 === 0 ? began : ended);
  const original = readFileSync(join(folder, 'inbox', 'orders.csv'));
  expect(gunzipSync(readFileSync(join(folder, 'archive', 'orders.csv.gz'))).equals(original)).toBe(true);

  expect(await quickstart.end('SIGTERM'), quickstart.lines.join('\n')).toBe(0);
  expect(quickstart.lines.at(-1)).toMatch(/Stopped/);
  expect(quickstart.lines.filter((line) => /FAILED|Problem/.test(line))).toEqual([]);
}, 60_000);

it('says after kill -9 what it recovered, and goes on counting', async () => {
  const folder = newFolder();
  const first = start(folder);
  await first.line(/FolderManifest done .*\(run 1,/);
  await first.line(/NightlyBackup started \(demonstration/);
  // In the middle: it takes eight seconds.
  expect(first.index(/NightlyBackup done/)).toBe(-1);
  await first.end('SIGKILL');

  const second = start(folder);
  const recovered = /Recovered after a crash: .*NightlyBackup, cut short after its start/;
  await second.line(recovered);
  await second.line(/NightlyBackup started \(again, .* as a recovery/);
  expect(second.index(recovered)).toBeLessThan(second.index(/ started /));
  await second.line(/they go on where they were/);
  const done = await second.line(/NightlyBackup done .*recovered/);
  const [backup, ...others] = readdirSync(join(folder, 'backups'));
  expect(others).toEqual([]);
  expect(done).toContain(backup);
  for (const name of readdirSync(join(folder, 'inbox'))) {
    const copy = readFileSync(join(folder, 'backups', backup ?? '', name));
    expect(copy.equals(readFileSync(join(folder, 'inbox', name))), name).toBe(true);
  }
  await second.line(/FolderManifest done .* 0 changed \(run 2, 3 changes/);
  expect(await second.end('SIGTERM'), second.lines.join('\n')).toBe(0);

  const third = start(folder);
  await third.line(/Next fires/);
  expect(third.index(/Recovered/)).toBe(-1);
  expect(await third.end('SIGTERM')).toBe(0);
  expect(existsSync(join(folder, 'quickstart.db'))).toBe(true);
}, 90_000);
