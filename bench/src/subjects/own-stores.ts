/**
 * Our own stores by name. A store is loaded only when it is measured, and only if its package is there.
 *
 * @module
 */
import { join } from 'node:path';
import type { JobStore } from '@ametrine/core/spi';
import type { StoreName } from '../scenarios/scenario.js';
import type { Setting } from '../servers/settings.js';

/** Where a store keeps its data. */
export interface StorePlace {
  readonly folder: string;
  /** Of the server; empty for a store that has none. */
  readonly url: string;
  readonly setting: Setting;
}

interface OwnStore {
  readonly module: string;
  readonly className: string;
  readonly options: (place: StorePlace) => object;
}

const OWN_STORES: Readonly<Record<StoreName, OwnStore>> = {
  memory: { module: '@ametrine/store-memory', className: 'MemoryJobStore', options: () => ({}) },
  sqlite: {
    module: '@ametrine/store-jdbc/sqlite',
    className: 'SqliteJobStore',
    options: ({ folder }) => ({ path: join(folder, 'ametrine.db') }),
  },
  redis: {
    module: '@ametrine/store-redis',
    className: 'RedisJobStore',
    options: ({ url }) => ({ url }),
  },
  postgres: {
    module: '@ametrine/store-jdbc/postgres',
    className: 'PostgresJobStore',
    options: ({ url }) => ({ connection: url }),
  },
  mariadb: {
    module: '@ametrine/store-jdbc/mysql',
    className: 'MySqlJobStore',
    options: ({ url }) => ({ connection: url }),
  },
  mongodb: {
    module: '@ametrine/store-mongodb',
    className: 'MongoDBJobStore',
    options: ({ url, setting }) => ({ uri: url, dbName: 'bench', writeConcern: setting.writeConcern }),
  },
};

/** Opens one of our stores. */
export async function openOwnStore(store: StoreName, place: StorePlace): Promise<JobStore> {
  const { module, className, options } = OWN_STORES[store];
  const classes = (await import(module)) as Record<string, new (options: object) => JobStore>;
  const Store = classes[className];
  if (Store === undefined) throw new Error(`${module} exports no ${className}`);
  return new Store(options(place));
}

/** Why one of our stores cannot be loaded; null when it can. */
export async function whyNoStore(store: StoreName): Promise<string | null> {
  try {
    await import(OWN_STORES[store].module);
    return null;
  } catch (error) {
    return `${OWN_STORES[store].module} does not load: ${(error as Error).message}`;
  }
}
