import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where systems keep servers that they put on no PATH. */
const SERVER_FOLDERS = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/usr/lib/mysql',
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a program on the PATH, then where systems keep servers, then in the given folders.
 *
 * @param {readonly string[]} names the first that is found wins
 * @param {readonly string[]} [folders]
 * @returns {string | null} its path
 */
export function findBinary(names, folders = []) {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), ...SERVER_FOLDERS, ...folders];
  for (const name of names) {
    const path = places.map((place) => join(place, name)).find(isExecutable);
    if (path !== undefined) return path;
  }
  return null;
}

/**
 * @param {string} parent a folder with a sub-folder for each version, such as /usr/lib/postgresql
 * @returns {string[]} their `bin`, the newest version first
 */
export function binFoldersByVersion(parent) {
  try {
    const versions = readdirSync(parent).filter((name) => /^\d+(\.\d+)*$/.test(name));
    return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(parent, version, 'bin'));
  } catch {
    return [];
  }
}
