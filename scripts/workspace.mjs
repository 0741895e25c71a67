// The packages of this workspace, and packing one as npm would publish it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leanJavaScript } from './lean-javascript.mjs';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Manifest The part of a package.json that the scripts read.
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, string | { types?: string, default?: string }>} [exports]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/**
 * @param {string} folder
 * @returns {Manifest}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @returns {{ folder: string, manifest: Manifest }[]} the packages that are published */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/**
 * Copies a package to where it can be packed or published: what npm publishes of it, its JavaScript lean. Needs a
 * build.
 *
 * @param {string} folder
 * @param {string} staged an empty or absent folder
 */
export function stage(folder, staged) {
  if (!existsSync(join(folder, 'dist')))
    throw new Error(`${folder} is not built: run \`npm run build\` first`);
  for (const path of publishedPaths(folder)) {
    const file = join(staged, path);
    cpSync(join(folder, path), file);
    if (/^dist\/.*\.js$/.test(path)) writeFileSync(file, leanJavaScript(readFileSync(file, 'utf8')));
    if (/^dist\/.*\.d\.ts$/.test(path)) writeFileSync(file, withoutSourceMap(readFileSync(file, 'utf8')));
  }
}

/**
 * Packs a package as it is published. Needs a build.
 *
 * @param {string} folder
 * @param {string} destination a folder for the tarball
 * @returns {{ tarball: string, bytes: number, files: string[] }} `bytes` is the size of the tarball
 */
export function pack(folder, destination) {
  const staged = mkdtempSync(join(tmpdir(), 'ametrine-stage-'));
  try {
    stage(folder, staged);
    const packed = npmPack(staged, ['--pack-destination', destination]);
    return { tarball: join(destination, packed.filename), bytes: packed.size, files: pathsOf(packed) };
  } finally {
    rmSync(staged, { recursive: true });
  }
}

/** @param {string} folder */
function publishedPaths(folder) {
  return pathsOf(npmPack(folder, ['--dry-run']));
}

/**
 * @param {string} folder
 * @param {string[]} options
 * @returns {{ filename: string, size: number, files: { path: string }[] }}
 */
function npmPack(folder, options) {
  const command = ['pack', '--json', '--ignore-scripts', ...options];
  const output = execFileSync('npm', command, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output)[0];
}

/** @param {{ files: { path: string }[] }} packed */
function pathsOf(packed) {
  return packed.files.map(({ path }) => path);
}

/**
 * The maps are not published: they lead to sources that are not either.
 *
 * @param {string} declarations
 */
function withoutSourceMap(declarations) {
  return declarations
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .trimEnd()
    .concat('\n');
}
