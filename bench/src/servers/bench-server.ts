/**
 * The private server that a measurement runs on: a new one for each.
 *
 * @module
 */
import type { StoreName } from '../scenarios/scenario.js';
import type { Setting } from './settings.js';

/** A server as a task's process must know it. */
export interface ServerPlace {
  readonly url: string;
  /** Null where the server's process cannot be seen from here. */
  readonly pid: number | null;
}

/** A server that runs until it is stopped. */
export interface BenchServer extends ServerPlace {
  readonly name: string;
  readonly version: string;
  stop(): Promise<void>;
}

interface ServerModule {
  readonly product: string;
  readonly file: string;
  readonly start: string;
}

const MODULES: Readonly<Partial<Record<StoreName, ServerModule>>> = {
  redis: { product: 'Redis', file: 'redis.mjs', start: 'startRedis' },
  postgres: { product: 'PostgreSQL', file: 'postgres.mjs', start: 'startPostgres' },
  mariadb: { product: 'MariaDB', file: 'mariadb.mjs', start: 'startMariadb' },
  mongodb: { product: 'MongoDB', file: 'mongodb.mjs', start: 'startMongo' },
};

/** A server whose durability is known is one of our own, never one of the environment. */
const OWN = { killable: true };
/** So that its statements can be counted. */
const COUNTED = { postgres: { config: ["shared_preload_libraries = 'pg_stat_statements'"] } };

function load({ file }: ServerModule): Promise<Record<string, (options: object) => Promise<unknown>>> {
  return import(new URL(`../../../test/servers/${file}`, import.meta.url).href);
}

/** What is missing to run a store here; null when it can run. */
export async function whyNoServer(store: StoreName): Promise<string | null> {
  const module = MODULES[store];
  if (module === undefined) return null;
  const { whyUnavailable } = await load(module);
  return (await whyUnavailable?.(OWN)) as string | null;
}

/** Starts the server of a store; null for a store that needs none. */
export async function startServer(store: StoreName, { server }: Setting): Promise<BenchServer | null> {
  const module = MODULES[store];
  if (module === undefined) return null;
  const start = (await load(module))[module.start] as (options: object) => Promise<BenchServer>;
  const started = await start({ ...OWN, ...server, ...(store === 'postgres' ? COUNTED.postgres : {}) });
  const { url, pid, version } = started;
  return { url, pid, version, name: module.product, stop: () => started.stop() };
}
