// The store in PostgreSQL, on a server that is connected to directly or through a pooler.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startNodeProcess } from '@ametrine/conformance';
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';
import pg from 'pg';
import { Sockets } from './sockets.mjs';

/** A store as a user opens it that can lose its connections as a killed process does. */
class MortalPostgresJobStore extends PostgresJobStore {
  #hook;
  #pool;
  sockets = new Sockets();

  constructor(schema, url, { instanceId: _, resolverHook, patienceMs, endpoint, extraOptions, ...options }) {
    super({
      connection: { connectionString: at(url, endpoint), application_name: schema },
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
function at(url, endpoint) {
  if (endpoint === undefined) return url;
  const changed = new URL(url);
  changed.hostname = endpoint.host;
  changed.port = String(endpoint.port);
  return changed.href;
}

const nodeModule = new URL('./nodes/postgres.mjs', import.meta.url);
const manifest = new URL('../../store-jdbc/package.json', import.meta.url);

/**
 * A harness of the store.
 *
 * @param {object} parts
 * @param {string} parts.name
 * @param {string} parts.backend
 * @param {string} parts.direct the server's address
 * @param {{ url: string, host: string, port: number }} parts.place where the stores connect to
 * @param {object} [parts.options] more options of every store
 */
export function harnessFor({ name, backend, direct, place, options: more = {} }) {
  /** Connections beside the stores, for what no store does; they do not keep the process. */
  const beside = new pg.Pool({ connectionString: direct, max: 2, allowExitOnIdle: true });
  beside.on('error', () => {});
  const { host, port } = place;
  return {
    name: `@ametrine/store-jdbc (${name})`,
    version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    backend,
    family: 'postgres',
    claim: new PostgresJobStore({ connection: place.url, ...more }).capabilities,
    offers: ['resolverHook', 'damage', 'processes', 'ageing', 'endpoint', 'transactions'],
    tcp: { host, port },
    async openNamespace() {
      const schema = `case_${randomUUID().replaceAll('-', '')}`;
      await beside.query(`CREATE SCHEMA "${schema}"`);
      const stores = [];
      return {
        async openNode(options) {
          const store = new MortalPostgresJobStore(schema, place.url, { ...more, ...options });
          stores.push(store);
          return { store, abandon: async () => store.die() };
        },
        openProcessNode: ({ endpoint, ...options }) =>
          startNodeProcess({
            nodeModule,
            options: { connection: at(place.url, endpoint), schema, ...more, ...options },
          }),
        inspect: () => dump(beside, schema),
        damageTrigger: (schedulerName, key) => damage(beside, schema, schedulerName, key),
        ageCheckIns: (schedulerName, byMs) => age(beside, schema, schedulerName, byMs),
        beginTransaction: () => begin(beside),
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
  };
}

/** An application's transaction on a connection of its own. */
async function begin(beside) {
  const handle = await beside.connect();
  await handle.query('BEGIN');
  const end = async (how) => {
    await handle.query(how);
    handle.release();
  };
  return { handle, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
}

async function dump(beside, schema) {
  const { rows } = await beside.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema]);
  const tables = {};
  for (const { tablename } of rows)
    tables[tablename] = (await beside.query(`SELECT * FROM "${schema}"."${tablename}"`)).rows;
  return tables;
}

async function damage(beside, schema, schedulerName, key) {
  const { rowCount } = await beside.query(
    `UPDATE "${schema}".ametrine_triggers SET schedule = '{"type":' WHERE trigger_group = $1 AND trigger_name = $2
     AND scheduler_id = (SELECT id FROM "${schema}".ametrine_schedulers WHERE scheduler_name = $3)`,
    [key.group, key.name, schedulerName],
  );
  if (rowCount !== 1) throw new Error(`there is no trigger ${key.name} to damage`);
}

async function age(beside, schema, schedulerName, byMs) {
  await beside.query(
    `UPDATE "${schema}".ametrine_instances SET checked_in_at = checked_in_at - $1
     WHERE scheduler_id = (SELECT id FROM "${schema}".ametrine_schedulers WHERE scheduler_name = $2)`,
    [byMs, schedulerName],
  );
}
