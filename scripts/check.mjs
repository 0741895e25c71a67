// Everything a change must pass, part by part: `npm run check`, or some of it: `npm run check -- lint types`.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.mjs';

/** The parts, in the order they run: the quick ones first, and after the build what needs it. */
export const parts = {
  format: 'biome format .',
  lint: 'biome lint --error-on-warnings .',
  build: 'tsc -b',
  rules: 'node packages/conformance/scripts/generate-rules.mjs --check',
  index: 'node packages/conformance/scripts/generate-index.mjs --check',
  commands: 'node packages/store-redis/scripts/generate-commands.mjs --check',
  differences: 'node packages/store-jdbc/scripts/generate-differences.mjs --check',
  types: 'tsc -p tsconfig.check.json',
  promises: 'eslint .',
  cycles: 'node scripts/check-import-cycles.mjs',
  unused: 'knip',
  packages: 'node scripts/check-packages.mjs',
  budget: 'node scripts/check-core-budget.mjs',
  tests: 'vitest run',
};

/**
 * Runs one part with its output on this terminal.
 *
 * @param {string} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean} whether it passed
 */
export function runPart(command, env = process.env) {
  const path = `${root}node_modules/.bin:${env.PATH}`;
  return (
    spawnSync(command, { shell: true, cwd: root, stdio: 'inherit', env: { ...env, PATH: path } }).status === 0
  );
}

/**
 * Runs parts one after another, all of them whatever fails.
 *
 * @param {readonly (keyof typeof parts)[]} names
 * @returns {string[]} the names of those that failed
 */
export function runParts(names) {
  return names.filter((name) => {
    console.log(`\n── ${name}: ${parts[name]}`);
    const started = performance.now();
    const passed = runPart(parts[name]);
    console.log(
      `── ${name} ${passed ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    return !passed;
  });
}

/**
 * @param {string} name
 * @returns {name is keyof typeof parts}
 */
function isPart(name) {
  return Object.hasOwn(parts, name);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const all = Object.keys(parts).filter(isPart);
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !isPart(name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}; the parts are ${all.join(', ')}`);
    process.exit(2);
  }
  const chosen = wanted.length > 0 ? wanted.filter(isPart) : all;
  const failed = runParts(chosen);
  console.log(failed.length > 0 ? `\nFAILED: ${failed.join(', ')}` : `\n${chosen.length} parts passed`);
  if (failed.length > 0) process.exitCode = 1;
}
