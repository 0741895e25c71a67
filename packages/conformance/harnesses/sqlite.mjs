// The store in an SQLite file, for `npm run conformance -- --store sqlite`.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineHarness, startNodeProcess } from '@ametrine/conformance';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';
import Database from 'better-sqlite3';

/** A store as a user opens it, by path, that can lose its connection as a killed process does. */
class MortalSqliteJobStore extends SqliteJobStore {
  #hook;
  #connection;

  constructor(path, { instanceId: _, resolverHook, patienceMs, extraOptions, ...options }) {
    super({
      path,
      ...options,
      ...(patienceMs === undefined ? {} : { busyTimeoutMs: patienceMs }),
      ...extraOptions,
    });
    this.#hook = resolverHook;
  }

  getJobClassResolver() {
    return this.#hook ?? super.getJobClassResolver();
  }

  async openDriver() {
    this.#connection = await super.openDriver();
    return this.#connection;
  }

  /** Closes the connection behind the store's back; the locks of its node go with it. */
  die() {
    this.#connection?.handle.close();
  }
}

/** A connection beside the stores, for what no store does. */
function beside(path, work) {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Keeps everybody else from writing until the returned function is called. */
function lockOut(path) {
  const database = new Database(path);
  database.exec('BEGIN IMMEDIATE');
  return async () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

/** An application's transaction on a connection of its own. */
function transactionOn(path) {
  const handle = new Database(path);
  handle.exec('BEGIN');
  const end = async (how) => {
    handle.exec(how);
    handle.close();
  };
  return { handle, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
}

function dump(database) {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
  return Object.fromEntries(tables.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]));
}

function damage(database, schedulerName, key) {
  const { changes } = database
    .prepare(
      `UPDATE ametrine_triggers SET schedule = '{"type":' WHERE trigger_group = ? AND trigger_name = ?
       AND scheduler_id = (SELECT id FROM ametrine_schedulers WHERE scheduler_name = ?)`,
    )
    .run(key.group, key.name, schedulerName);
  if (changes !== 1) throw new Error(`there is no trigger ${key.name} to damage`);
}

/** The files below a folder that this process has open, where the system can tell. */
async function openFilesIn(folder) {
  const descriptors = '/proc/self/fd';
  if (!existsSync(descriptors)) return [];
  // A descriptor may be closed while we look.
  const targets = (await readdir(descriptors)).map((fd) => readlink(join(descriptors, fd)).catch(() => ''));
  return (await Promise.all(targets)).filter((target) => target.startsWith(folder));
}

const nodeModule = new URL('./nodes/sqlite.mjs', import.meta.url);
const manifest = new URL('../../store-jdbc/package.json', import.meta.url);

export default defineHarness({
  name: '@ametrine/store-jdbc (SQLite)',
  version: JSON.parse(readFileSync(manifest, 'utf8')).version,
  backend: `SQLite ${beside(':memory:', (database) => database.prepare('SELECT sqlite_version()').pluck().get())}`,
  family: 'sqlite',
  claim: {
    durability: 'process',
    clustering: true,
    wakeup: 'push',
    transactions: 'join',
    livenessClock: 'caller',
    timestampPrecisionMs: 1,
    maxNameLength: 1000,
    maxDataBytes: 16 * 1024 * 1024,
    reacquireCostMs: 5,
  },
  offers: ['resolverHook', 'damage', 'processes', 'outages', 'transactions'],
  async openNamespace() {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'ametrine-conformance-')));
    const path = join(folder, 'schedules.db');
    return {
      async openNode(options) {
        const store = new MortalSqliteJobStore(path, options);
        return { store, abandon: async () => store.die() };
      },
      openProcessNode: (options) => startNodeProcess({ nodeModule, options: { path, ...options } }),
      inspect: async () => beside(path, dump),
      damageTrigger: async (schedulerName, key) =>
        beside(path, (database) => damage(database, schedulerName, key)),
      beginOutage: async () => lockOut(path),
      beginTransaction: async () => transactionOn(path),
      openResources: () => openFilesIn(folder),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
