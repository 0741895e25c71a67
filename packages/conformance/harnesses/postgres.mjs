// The store in PostgreSQL, for `npm run conformance -- --store postgres`.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineHarness, startNodeProcess } from '@ametrine/conformance';
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';
import pg from 'pg';
import { startPostgres } from '../../../test/servers/postgres.mjs';
import { Sockets } from './sockets.mjs';

const { url, host, port, version: serverVersion } = await startPostgres();

/** One connection beside the stores, for what no store does; it does not keep the process. */
const beside = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
beside.on('error', () => {});

/** A store as a user opens it that can lose its connections as a killed process does. */
class MortalPostgresJobStore extends PostgresJobStore {
  #hook;
  #pool;
  sockets = new Sockets();

  constructor(schema, { instanceId: _, resolverHook, patienceMs, endpoint, extraOptions, ...options }) {
    super({
      connection: { connectionString: at(endpoint), application_name: schema },
      schema,
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
    this.#pool = connections.pool;
    this.#pool.on('connect', (client) => this.sockets.watch(client.connection.stream));
    return connections;
  }

  /** Breaks the connections behind the store's back; there are no others for the dead. */
  die() {
    if (this.#pool !== undefined)
      this.#pool.connect = async () => Promise.reject(new Error('Connection terminated'));
    this.sockets.breakAll();
  }
}

/** The server's address, or that of a proxy before it. */
function at(endpoint) {
  if (endpoint === undefined) return url;
  const changed = new URL(url);
  changed.hostname = endpoint.host;
  changed.port = String(endpoint.port);
  return changed.href;
}

async function dump(schema) {
  const { rows } = await beside.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema]);
  const tables = {};
  for (const { tablename } of rows)
    tables[tablename] = (await beside.query(`SELECT * FROM "${schema}"."${tablename}"`)).rows;
  return tables;
}

async function damage(schema, schedulerName, key) {
  const { rowCount } = await beside.query(
    `UPDATE "${schema}".ametrine_triggers SET schedule = '{"type":' WHERE trigger_group = $1 AND trigger_name = $2
     AND scheduler_id = (SELECT id FROM "${schema}".ametrine_schedulers WHERE scheduler_name = $3)`,
    [key.group, key.name, schedulerName],
  );
  if (rowCount !== 1) throw new Error(`there is no trigger ${key.name} to damage`);
}

async function age(schema, schedulerName, byMs) {
  await beside.query(
    `UPDATE "${schema}".ametrine_instances SET checked_in_at = checked_in_at - $1
     WHERE scheduler_id = (SELECT id FROM "${schema}".ametrine_schedulers WHERE scheduler_name = $2)`,
    [byMs, schedulerName],
  );
}

const nodeModule = new URL('./nodes/postgres.mjs', import.meta.url);
const manifest = new URL('../../store-jdbc/package.json', import.meta.url);

export default defineHarness({
  name: '@ametrine/store-jdbc (PostgreSQL)',
  version: JSON.parse(readFileSync(manifest, 'utf8')).version,
  backend: `PostgreSQL ${serverVersion}`,
  family: 'postgres',
  claim: {
    durability: 'disk',
    clustering: true,
    wakeup: 'push',
    transactions: 'join',
    livenessClock: 'server',
    timestampPrecisionMs: 1,
    maxNameLength: 400,
    maxDataBytes: 16 * 1024 * 1024,
    reacquireCostMs: 10,
  },
  offers: ['resolverHook', 'damage', 'processes', 'ageing', 'endpoint', 'transactions'],
  tcp: { host, port },
  async openNamespace() {
    const schema = `case_${randomUUID().replaceAll('-', '')}`;
    await beside.query(`CREATE SCHEMA "${schema}"`);
    const stores = [];
    return {
      async openNode(options) {
        const store = new MortalPostgresJobStore(schema, options);
        stores.push(store);
        return { store, abandon: async () => store.die() };
      },
      openProcessNode: ({ endpoint, ...options }) =>
        startNodeProcess({ nodeModule, options: { connection: at(endpoint), schema, ...options } }),
      inspect: () => dump(schema),
      damageTrigger: (schedulerName, key) => damage(schema, schedulerName, key),
      ageCheckIns: (schedulerName, byMs) => age(schema, schedulerName, byMs),
      beginTransaction: async () => {
        const handle = await beside.connect();
        await handle.query('BEGIN');
        const end = async (how) => {
          await handle.query(how);
          handle.release();
        };
        return { handle, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
      },
      openResources: async () => {
        const left = await Promise.all(stores.map((store) => store.sockets.left()));
        return left.filter((count) => count > 0).map((count) => `${count} connections`);
      },
      dispose: async () => {
        for (const store of stores) store.die();
        await beside.query(`DROP SCHEMA "${schema}" CASCADE`);
      },
    };
  },
});
