// Packs every published package and lets publint and "are the types wrong" judge the tarball.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, publishedPackages, root } from './workspace.mjs';

/**
 * @param {string} tool
 * @param {string[]} args
 */
function run(tool, args) {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    encoding: 'utf8',
  });
  if (status !== 0) console.error(stdout + stderr);
  return status === 0;
}

/** A test or a map of the package itself; what the kit's template holds is for the packages made from it. */
const LEFT_OUT = /^(?!template\/).*(\.test\.|\.map$)/;

const destination = mkdtempSync(join(tmpdir(), 'ametrine-pack-'));
try {
  for (const { folder, manifest } of publishedPackages()) {
    const { tarball, files } = pack(folder, destination);
    const verdicts = [
      `publint ${run('publint', [tarball, '--strict']) ? 'ok' : 'FAILED'}`,
      `types ${run('attw', [tarball, '--profile', 'esm-only']) ? 'ok' : 'FAILED'}`,
      `tests left out ${files.some((file) => LEFT_OUT.test(file)) ? 'FAILED' : 'ok'}`,
    ];
    console.log(`${manifest.name}: ${files.length} files, ${verdicts.join(', ')}`);
    if (verdicts.some((verdict) => verdict.endsWith('FAILED'))) process.exitCode = 1;
  }
} finally {
  rmSync(destination, { recursive: true });
}
