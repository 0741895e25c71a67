// The stores that the tests must cover, and what each needs from this machine. Run by itself it says, before the
// tests start, which of them cannot run here and why; with CI=true that is a failure, unless what a store lacks is a
// server that no package brings everywhere.
import { pathToFileURL } from 'node:url';
import { testServers } from './servers.mjs';

/**
 * @typedef {object} TestedStore
 * @property {string} name
 * @property {string} suite The test file that binds the conformance kit to it, from the repository's root.
 * @property {readonly import('./servers.mjs').ServerName[]} servers What must be there to run it.
 * @property {() => Promise<string | null>} [whyUnavailable] What is missing here beside its servers; null when it can run.
 */

/** @type {readonly TestedStore[]} */
export const testedStores = [
  {
    name: 'memory',
    suite: 'packages/store-memory/test/conformance.test.ts',
    servers: [],
  },
  {
    name: 'sqlite',
    suite: 'packages/store-jdbc/test/conformance.test.ts',
    servers: [],
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
  {
    name: 'postgres',
    suite: 'packages/store-jdbc/test/postgres.conformance.test.ts',
    servers: ['postgres'],
  },
  {
    name: 'mariadb',
    suite: 'packages/store-jdbc/test/mariadb.conformance.test.ts',
    servers: ['mariadb'],
  },
  {
    name: 'redis',
    suite: 'packages/store-redis/test/conformance.test.ts',
    servers: ['redis'],
  },
  {
    name: 'redis-cluster',
    suite: 'packages/store-redis/test/cluster.conformance.test.ts',
    servers: ['redis-cluster'],
  },
  {
    name: 'mongodb',
    suite: 'packages/store-mongodb/test/conformance.test.ts',
    servers: ['mongodb'],
  },
  {
    name: 'mongodb-replset',
    suite: 'packages/store-mongodb/test/replset.conformance.test.ts',
    servers: ['mongodb-replset'],
  },
];

/**
 * @param {TestedStore} store
 * @returns {Promise<string | null>}
 */
async function whyCannotRun(store) {
  for (const server of store.servers) {
    const reason = await testServers[server].whyUnavailable();
    if (reason !== null) return reason;
  }
  return (await store.whyUnavailable?.()) ?? null;
}

/**
 * Prints a line for each store that cannot run here.
 *
 * @returns {Promise<{ unavailable: string[], excused: string[] }>} the names of all that cannot, and of those among them whose server need
 *   not be everywhere
 */
export async function announceUnavailableStores() {
  /** @type {string[]} */
  const unavailable = [];
  /** @type {string[]} */
  const excused = [];
  for (const store of testedStores) {
    const reason = await whyCannotRun(store);
    if (reason === null) continue;
    unavailable.push(store.name);
    if (store.servers.some((server) => testServers[server].mayBeMissing)) excused.push(store.name);
    console.log(`CANNOT RUN: the store ${store.name}: ${reason}`);
  }
  return { unavailable, excused };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { unavailable, excused } = await announceUnavailableStores();
  if (unavailable.length > excused.length && process.env.CI === 'true') process.exitCode = 1;
}
