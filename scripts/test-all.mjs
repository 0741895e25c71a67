// Everything there is to run: the servers that are missing are brought, then the build, all tests with all stores, and
// the parts of `npm run check`. The last line is `N passed, N failed`: the tests of the runner's own report, and one
// more failure for every part that failed and every store whose conformance suite did not run, unless its server is one
// that no package brings everywhere.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parts, runPart, runParts } from './check.mjs';
import { announceUnavailableStores, testedStores } from './stores.mjs';

/** @returns {import('../test/summary-reporter.ts').TestSummary} */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-tests-'));
  const file = join(folder, 'summary.json');
  try {
    const passed = runPart(parts.tests, { ...process.env, AMETRINE_TEST_SUMMARY: file });
    const summary = JSON.parse(readFileSync(file, 'utf8'));
    return passed || summary.failed > 0 ? summary : { ...summary, failed: 1 };
  } catch (error) {
    console.error('The test runner left no report:', error);
    return { passed: 0, failed: 1, skipped: 0, files: {}, failures: ['the test runner left no report'] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

runPart('node scripts/provision.mjs');
const { unavailable, excused } = await announceUnavailableStores();
const failedParts = runParts(['build']);
const tests = runTests();
const { build: _built, tests: _ran, ...others } = parts;
failedParts.push(...runParts(/** @type {(keyof typeof others)[]} */ (Object.keys(others))));

const storesNotTested = testedStores.filter((store) => (tests.files[store.suite]?.passed ?? 0) === 0);
for (const store of storesNotTested) console.log(`NOT TESTED: the store ${store.name} (${store.suite})`);
for (const name of unavailable) console.log(`CANNOT RUN here: the store ${name}`);
const inexcusable = storesNotTested.filter(({ name }) => !excused.includes(name));
// Again, since the parts of the check have printed much since.
for (const text of tests.failures) console.log(`FAILED: ${text}`);
for (const name of failedParts) console.log(`FAILED: ${name}`);

const failed = tests.failed + failedParts.length + inexcusable.length;
console.log(
  `${tests.passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`,
);
if (failed > 0) process.exitCode = 1;
