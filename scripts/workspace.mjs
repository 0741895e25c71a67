// The packages of this workspace, and packing one as npm would publish it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
 * Packs a package as it would be published. Needs a build.
 *
 * @param {string} folder
 * @param {string} destination a folder for the tarball
 * @returns {{ tarball: string, bytes: number, files: string[] }} `bytes` is the size of the tarball
 */
export function pack(folder, destination) {
  if (!existsSync(join(folder, 'dist')))
    throw new Error(`${folder} is not built: run \`npm run build\` first`);
  const output = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [packed] = JSON.parse(output);
  return {
    tarball: join(destination, packed.filename),
    bytes: packed.size,
    files: packed.files.map((/** @type {{ path: string }} */ file) => file.path),
  };
}
