// The stores that the tests must cover, and what each needs from this machine. Run by itself it says, before the
// tests start, which of them cannot run here and why; with CI=true that is a failure.
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} TestedStore
 * @property {string} name
 * @property {string} suite The test file that binds the conformance kit to it, from the repository's root.
 * @property {() => Promise<string | null>} whyUnavailable What is missing here; null when it can run.
 */

/** @type {readonly TestedStore[]} */
export const testedStores = [
  {
    name: 'memory',
    suite: 'packages/store-memory/test/conformance.test.ts',
    whyUnavailable: async () => null,
  },
  {
    name: 'sqlite',
    suite: 'packages/store-jdbc/test/conformance.test.ts',
    whyUnavailable: async () => {
      try {
        const { default: Database } = await import('better-sqlite3');
        new Database(':memory:').close();
        return null;
      } catch (error) {
        return `better-sqlite3 does not load (${error instanceof Error ? error.message.split('\n')[0] : error}); npm rebuild better-sqlite3`;
      }
    },
  },
];

/**
 * Prints a line for each store that cannot run here.
 *
 * @returns {Promise<string[]>} their names
 */
export async function announceUnavailableStores() {
  /** @type {string[]} */
  const missing = [];
  for (const store of testedStores) {
    const reason = await store.whyUnavailable();
    if (reason === null) continue;
    missing.push(store.name);
    console.log(`CANNOT RUN: the store ${store.name}: ${reason}`);
  }
  return missing;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const missing = await announceUnavailableStores();
  if (missing.length > 0 && process.env.CI === 'true') process.exitCode = 1;
}
