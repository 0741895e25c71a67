/**
 * Makes the store that a configuration names.
 *
 * @module
 */
import { dirname, resolve } from 'node:path';
import type { JobStore } from '@ametrine/core/spi';
import { MemoryJobStore } from '@ametrine/store-memory';
import type { StoreConfig } from './config.js';

/** Makes the store; it is opened by the scheduler. Only what it needs is loaded. */
export async function openStore(store: StoreConfig, configFile: string): Promise<JobStore> {
  switch (store.type) {
    case 'memory':
      return new MemoryJobStore();
    case 'sqlite': {
      const { SqliteJobStore } = await import('@ametrine/store-jdbc/sqlite');
      return new SqliteJobStore({ path: resolve(dirname(resolve(configFile)), store.path) });
    }
  }
}

/** A store in a few words. */
export function describeStore(store: StoreConfig): string {
  return store.type === 'sqlite' ? `sqlite ${store.path}` : store.type;
}
