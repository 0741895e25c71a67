/**
 * What a server says of its own work.
 *
 * @module
 */
import type { StoreName } from '../scenarios/scenario.js';
import type { ServerPlace } from './bench-server.js';
import { cpuSecondsOf } from './process-cpu.js';

/** Counted since the server started; only what it can tell. */
export interface Counters {
  /** What it carried out, one by one; in a script or a bulk write each of its parts. */
  readonly statements?: number;
  /** How often it read a request, or several sent together. */
  readonly roundTrips?: number;
  /** Transactions that wrote something. */
  readonly commits?: number;
}

/** Reads a server's counters over a connection of its own. */
export interface ServerMeter {
  counters(): Promise<Counters>;
  /** What is stored, in bytes, as the server accounts for it. */
  storedBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the meter of a store's server. */
export async function openMeter(store: StoreName, { url }: ServerPlace): Promise<ServerMeter> {
  switch (store) {
    case 'redis':
      return (await import('./meters/redis.js')).meterRedis(url);
    case 'postgres':
      return (await import('./meters/postgres.js')).meterPostgres(url);
    case 'mariadb':
      return (await import('./meters/mariadb.js')).meterMariadb(url);
    case 'mongodb':
      return (await import('./meters/mongodb.js')).meterMongodb(url);
    default:
      throw new Error(`the store ${store} has no server`);
  }
}

/** What a server did in a measured part. */
export interface ServerWork {
  readonly serverCpuSeconds?: number;
  readonly statementsPerJob?: number;
  readonly roundTripsPerJob?: number;
  readonly commitsPerJob?: number;
}

/** Begins to watch a server; what is answered ends that, and tells what each of `jobs` jobs took. Nothing without a server. */
export async function watchServer(
  store: StoreName,
  server: ServerPlace | null,
): Promise<(jobs: number) => Promise<ServerWork>> {
  if (server === null) return async () => ({});
  const meter = await openMeter(store, server);
  const before = await meter.counters();
  const cpuBefore = server.pid === null ? null : cpuSecondsOf(server.pid);
  return async (jobs) => {
    const cpuAfter = server.pid === null ? null : cpuSecondsOf(server.pid);
    const after = await meter.counters();
    await meter.close();
    const each = (name: keyof Counters): number | null =>
      after[name] === undefined || before[name] === undefined ? null : (after[name] - before[name]) / jobs;
    const [statements, roundTrips, commits] = [each('statements'), each('roundTrips'), each('commits')];
    return {
      ...(cpuAfter === null || cpuBefore === null ? {} : { serverCpuSeconds: cpuAfter - cpuBefore }),
      ...(statements === null ? {} : { statementsPerJob: statements }),
      ...(roundTrips === null ? {} : { roundTripsPerJob: roundTrips }),
      ...(commits === null ? {} : { commitsPerJob: commits }),
    };
  };
}
