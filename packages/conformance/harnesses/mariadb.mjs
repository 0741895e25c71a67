// The store in MariaDB, or the MySQL of AMETRINE_TEST_MARIADB_URL, for `npm run conformance -- --store mariadb`.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineHarness, startNodeProcess } from '@ametrine/conformance';
import { MySqlJobStore } from '@ametrine/store-jdbc/mysql';
import mysql from 'mysql2/promise';
import { startMariadb } from '../../../test/servers/mariadb.mjs';
import { Sockets } from './sockets.mjs';

const { url, host, port, version: serverVersion } = await startMariadb();

/** Connections beside the stores, for what no store does. */
const beside = mysql.createPool({ uri: url, connectionLimit: 2, charset: 'utf8mb4_bin' });
beside.on('connection', (connection) => {
  connection.stream.unref();
  connection.on('error', () => {});
});

/** A store as a user opens it that can lose its connections as a killed process does. */
class MortalMySqlJobStore extends MySqlJobStore {
  #hook;
  sockets = new Sockets();

  constructor(database, { instanceId: _, resolverHook, patienceMs, endpoint, extraOptions, ...options }) {
    super({
      connection: at(database, endpoint),
      ...options,
      ...(patienceMs === undefined ? {} : { busyTimeoutMs: patienceMs }),
      ...extraOptions,
    });
    this.#hook = resolverHook;
  }

  getJobClassResolver() {
    return this.#hook ?? super.getJobClassResolver();
  }

  async openConnections() {
    const connections = await super.openConnections();
    connections.pool.on('connection', (connection) => this.sockets.watch(connection.stream));
    return connections;
  }

  /** Breaks the connections behind the store's back; its timers go with it, as those of a killed process do. */
  die() {
    this.sockets.breakAll();
    this.close().catch(() => {});
  }
}

/** The server's address, or that of a proxy before it, with a database. */
function at(database, endpoint) {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (endpoint !== undefined) {
    changed.hostname = endpoint.host;
    changed.port = String(endpoint.port);
  }
  return changed.href;
}

/** Databases whose case is over: emptied, for making the tables takes longer than a case. */
const spare = [];

async function openDatabase() {
  const known = spare.pop();
  if (known !== undefined) return known;
  const database = `case_${randomUUID().replaceAll('-', '')}`;
  await beside.query(`CREATE DATABASE \`${database}\``);
  return database;
}

async function tablesOf(database) {
  const [rows] = await beside.query(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [database],
  );
  return rows.map(({ name }) => name);
}

async function empty(database) {
  for (const table of await tablesOf(database)) {
    if (!table.endsWith('schema_version')) await beside.query(`DELETE FROM \`${database}\`.\`${table}\``);
  }
  spare.push(database);
}

async function dump(database) {
  const tables = {};
  for (const table of await tablesOf(database)) {
    [tables[table]] = await beside.query(`SELECT * FROM \`${database}\`.\`${table}\``);
  }
  return tables;
}

async function damage(database, schedulerName, key) {
  const [{ affectedRows }] = await beside.query(
    `UPDATE \`${database}\`.ametrine_triggers SET schedule = '{"type":' WHERE trigger_group = ? AND trigger_name = ?
     AND scheduler_id = (SELECT id FROM \`${database}\`.ametrine_schedulers WHERE scheduler_name = ?)`,
    [key.group, key.name, schedulerName],
  );
  if (affectedRows !== 1) throw new Error(`there is no trigger ${key.name} to damage`);
}

async function age(database, schedulerName, byMs) {
  await beside.query(
    `UPDATE \`${database}\`.ametrine_instances SET checked_in_at = checked_in_at - ?
     WHERE scheduler_id = (SELECT id FROM \`${database}\`.ametrine_schedulers WHERE scheduler_name = ?)`,
    [byMs, schedulerName],
  );
}

const nodeModule = new URL('./nodes/mariadb.mjs', import.meta.url);
const manifest = new URL('../../store-jdbc/package.json', import.meta.url);

export default defineHarness({
  name: '@ametrine/store-jdbc (MariaDB)',
  version: JSON.parse(readFileSync(manifest, 'utf8')).version,
  backend: `MariaDB ${serverVersion}`,
  family: 'mysql',
  claim: {
    durability: 'disk',
    clustering: true,
    wakeup: 'poll',
    transactions: 'join',
    livenessClock: 'server',
    timestampPrecisionMs: 1,
    maxNameLength: 375,
    maxDataBytes: 4 * 1024 * 1024,
    reacquireCostMs: 10,
  },
  offers: ['resolverHook', 'damage', 'processes', 'ageing', 'endpoint', 'transactions'],
  tcp: { host, port },
  async openNamespace() {
    const database = await openDatabase();
    const stores = [];
    const processes = [];
    return {
      async openNode(options) {
        const store = new MortalMySqlJobStore(database, options);
        stores.push(store);
        return { store, abandon: async () => store.die() };
      },
      openProcessNode: ({ endpoint, ...options }) => {
        const node = startNodeProcess({
          nodeModule,
          options: { connection: at(database, endpoint), ...options },
        });
        processes.push(node);
        return node;
      },
      inspect: () => dump(database),
      damageTrigger: (schedulerName, key) => damage(database, schedulerName, key),
      ageCheckIns: (schedulerName, byMs) => age(database, schedulerName, byMs),
      beginTransaction: async () => {
        const handle = await mysql.createConnection({ uri: at(database), charset: 'utf8mb4_bin' });
        await handle.beginTransaction();
        const end = async (how) => {
          await handle.query(how);
          handle.destroy();
        };
        return { handle, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
      },
      openResources: async () => {
        const left = await Promise.all(stores.map((store) => store.sockets.left()));
        return left.filter((count) => count > 0).map((count) => `${count} connections`);
      },
      dispose: async () => {
        for (const store of stores) store.die();
        // Sessions of processes that were killed may be there for a moment longer.
        if (processes.length > 0) await beside.query(`DROP DATABASE \`${database}\``);
        else await empty(database);
      },
    };
  },
});
