// The core stays small: what it weighs, how long it takes to import, and what it drags along.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pack, readManifest, root } from './workspace.mjs';

const MAX_PACKED_BYTES = 150_000;
const MAX_IMPORT_MS = 50;
const IMPORT_RUNS = 25;
const DEPENDENCIES = ['cron-parser'];

const core = join(root, 'packages/core');

function packedBytes() {
  const destination = mkdtempSync(join(tmpdir(), 'ametrine-pack-'));
  try {
    return pack(core, destination).bytes;
  } finally {
    rmSync(destination, { recursive: true });
  }
}

/** The import alone, without the start of Node: the fastest of several processes, since what else runs here only adds to it. */
function importMs() {
  const entry = pathToFileURL(join(core, 'dist/index.js')).href;
  const program = `const t = performance.now(); await import(${JSON.stringify(entry)}); console.log(performance.now() - t);`;
  const times = Array.from({ length: IMPORT_RUNS }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })),
  );
  return Math.min(...times);
}

const bytes = packedBytes();
const ms = importMs();
const dependencies = Object.keys(readManifest(core).dependencies ?? {});

/** @type {[boolean, string][]} */
const findings = [
  [bytes <= MAX_PACKED_BYTES, `packs to ${bytes} bytes (at most ${MAX_PACKED_BYTES})`],
  [
    ms <= MAX_IMPORT_MS,
    `imports in ${ms.toFixed(1)} ms, the fastest of ${IMPORT_RUNS} (at most ${MAX_IMPORT_MS})`,
  ],
  [
    dependencies.join() === DEPENDENCIES.join(),
    `depends on ${dependencies.join(', ') || 'nothing'} (${DEPENDENCIES.join(', ')})`,
  ],
];
for (const [ok, text] of findings) console.log(`${ok ? 'ok' : 'FAILED'}: the core ${text}`);
if (findings.some(([ok]) => !ok)) process.exitCode = 1;
