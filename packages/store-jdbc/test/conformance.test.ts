import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AppTransaction,
  defineHarness,
  type Namespace,
  type NodeOptions,
  startNodeProcess,
} from '@ametrine/conformance';
import { registerConformance } from '@ametrine/conformance/vitest';
import type { TriggerKey } from '@ametrine/core';
import type { JobClassResolver } from '@ametrine/core/spi';
import Database from 'better-sqlite3';
import type { BetterSqliteDriver } from '../src/drivers/better-sqlite3.js';
import { SqliteJobStore } from '../src/sqlite.js';

/** A store as a user opens it, by path, that can lose its connection as a killed process does. */
class MortalSqliteJobStore extends SqliteJobStore {
  readonly #resolverHook: JobClassResolver | undefined;
  #connection: BetterSqliteDriver | undefined;

  constructor(
    path: string,
    { instanceId: _, resolverHook, patienceMs, extraOptions, ...options }: NodeOptions,
  ) {
    const patience = patienceMs === undefined ? {} : { busyTimeoutMs: patienceMs };
    super({ path, ...options, ...patience, ...extraOptions });
    this.#resolverHook = resolverHook;
  }

  protected override getJobClassResolver(): JobClassResolver {
    return this.#resolverHook ?? super.getJobClassResolver();
  }

  protected override async openDriver(): Promise<BetterSqliteDriver> {
    const driver = await super.openDriver();
    this.#connection = driver;
    return driver;
  }

  /** Closes the connection behind the store's back; the locks of its node go with it. */
  die(): void {
    this.#connection?.handle.close();
  }
}

/** A connection beside the stores, for what no store does. */
async function beside<T>(path: string, work: (database: Database.Database) => T): Promise<T> {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Opens the built store, as a plain process must: `npm test` builds first. */
const nodeModule = new URL('../../conformance/harnesses/nodes/sqlite.mjs', import.meta.url);

async function openNamespace(): Promise<Namespace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ametrine-conformance-')));
  const path = join(folder, 'schedules.db');
  return {
    async openNode(options) {
      const store = new MortalSqliteJobStore(path, options);
      return { store, abandon: async () => store.die() };
    },
    openProcessNode: (options) => startNodeProcess({ nodeModule, options: { path, ...options } }),
    inspect: () => beside(path, dump),
    damageTrigger: (schedulerName, key) => beside(path, (database) => damage(database, schedulerName, key)),
    beginOutage: async () => lockOut(path),
    beginTransaction: async () => transactionOn(path),
    openResources: () => openFilesIn(folder),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Keeps everybody else from writing until the returned function is called. */
function lockOut(path: string): () => Promise<void> {
  const database = new Database(path);
  database.exec('BEGIN IMMEDIATE');
  return async () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

/** An application's transaction on a connection of its own. */
function transactionOn(path: string): AppTransaction {
  const handle = new Database(path);
  handle.exec('BEGIN');
  const end = async (how: string): Promise<void> => {
    handle.exec(how);
    handle.close();
  };
  return { handle, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
}

function dump(database: Database.Database): Record<string, unknown[]> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
  }[];
  return Object.fromEntries(
    tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]),
  );
}

function damage(database: Database.Database, schedulerName: string, key: TriggerKey): void {
  const { changes } = database
    .prepare(
      `UPDATE ametrine_triggers SET schedule = '{"type":' WHERE trigger_group = ? AND trigger_name = ?
       AND scheduler_id = (SELECT id FROM ametrine_schedulers WHERE scheduler_name = ?)`,
    )
    .run(key.group, key.name, schedulerName);
  if (changes !== 1) throw new Error(`there is no trigger ${key.name} to damage`);
}

/** The files below a folder that this process has open, where the system can tell. */
async function openFilesIn(folder: string): Promise<readonly string[]> {
  const descriptors = '/proc/self/fd';
  if (!existsSync(descriptors)) return [];
  const targets = await Promise.all(
    // A descriptor may be closed while we look.
    (await readdir(descriptors)).map((fd) => readlink(join(descriptors, fd)).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(folder));
}

registerConformance(
  defineHarness({
    name: '@ametrine/store-jdbc (SQLite)',
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
    openNamespace,
  }),
);
