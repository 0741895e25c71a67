/**
 * What a commit means in each store, with every name that `--durability` takes; the first is the one that is measured
 * when nothing is said. Peers run at the same.
 *
 * @module
 */
import type { StoreName } from '../scenarios/scenario.js';

/** One meaning of "stored". */
export interface Setting {
  readonly name: string;
  /** In words, for the report. */
  readonly label: string;
  /** How the server is started; see test/servers. */
  readonly server?: Readonly<Record<string, unknown>>;
  /** MongoDB: what a write waits for is the client's choice. */
  readonly writeConcern?: { readonly w: number | 'majority'; readonly j: boolean };
}

const aof = (name: 'everysec' | 'always'): Setting => ({
  name,
  label: `appendonly yes, appendfsync ${name}, maxmemory-policy noeviction`,
  server: { aof: name },
});

/** The settings of each store. */
export const SETTINGS: Readonly<Record<StoreName, readonly [Setting, ...Setting[]]>> = {
  memory: [{ name: 'none', label: 'nothing is kept' }],
  sqlite: [{ name: 'normal', label: 'WAL, synchronous=NORMAL' }],
  redis: [
    aof('everysec'),
    aof('always'),
    { name: 'off', label: 'nothing is kept (appendonly no)', server: { aof: 'off' } },
  ],
  postgres: [
    { name: 'fsync', label: 'fsync and synchronous_commit on', server: { durable: true } },
    { name: 'off', label: 'fsync off', server: { durable: false } },
  ],
  mariadb: [
    { name: 'flush', label: 'innodb_flush_log_at_trx_commit=1', server: { durable: true } },
    { name: 'off', label: 'innodb_flush_log_at_trx_commit=2', server: { durable: false } },
  ],
  mongodb: [
    {
      name: 'journaled',
      label: 'standalone, w: majority, journal: true',
      writeConcern: { w: 'majority', j: true },
    },
    { name: 'unjournaled', label: 'standalone, w: 1, journal: false', writeConcern: { w: 1, j: false } },
  ],
};

/** The setting of that name; the first where a store has none of that name, or none is named. */
export function settingOf(store: StoreName, name: string | null): Setting {
  return SETTINGS[store].find((setting) => setting.name === name) ?? SETTINGS[store][0];
}
