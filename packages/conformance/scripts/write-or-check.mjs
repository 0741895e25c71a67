// Writes a generated file, or with --check on the command line compares it with what would be written.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/**
 * @param {string} file
 * @param {string} text
 * @param {string} remedy the command that makes the file anew
 * @returns {0 | 1} the exit code
 */
export function writeOrCheck(file, text, remedy) {
  const shown = relative(process.cwd(), file);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${shown}`);
    return 0;
  }
  if (read(file) === text) return 0;
  console.error(`${shown} is not up to date: run ${remedy}`);
  return 1;
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
