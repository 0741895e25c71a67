/**
 * The stores and plugins that a configuration can name without saying where they are.
 *
 * @module
 */
import type { StoreFamily } from './quartz/key.js';

/** A store of ours. */
export interface StockStore {
  /** What a configuration calls it. */
  readonly type: string;
  readonly family: StoreFamily;
  readonly module: string;
  readonly className: string;
  /** Whether its `Dynamic…` class can be named too. */
  readonly dynamic: boolean;
}

const durable = (type: string, family: StoreFamily, module: string, className: string): StockStore => ({
  type,
  family,
  module,
  className,
  dynamic: true,
});

/** The stores, by what a configuration calls them. */
export const stockStores: readonly StockStore[] = [
  {
    type: 'memory',
    family: 'memory',
    module: '@ametrine/store-memory',
    className: 'MemoryJobStore',
    dynamic: false,
  },
  durable('sqlite', 'jdbc', '@ametrine/store-jdbc/sqlite', 'SqliteJobStore'),
  durable('postgres', 'jdbc', '@ametrine/store-jdbc/postgres', 'PostgresJobStore'),
  durable('mysql', 'jdbc', '@ametrine/store-jdbc/mysql', 'MySqlJobStore'),
  durable('mongodb', 'mongodb', '@ametrine/store-mongodb', 'MongoDBJobStore'),
  durable('redis', 'redis', '@ametrine/store-redis', 'RedisJobStore'),
];

/** Java's names of the stores for Quartz. `null`: the data source says which store it is. */
export const quartzStores: Readonly<Record<string, string | null>> = {
  'org.quartz.simpl.RAMJobStore': 'memory',
  'org.quartz.impl.jdbcjobstore.JobStoreTX': null,
  'com.novemberain.quartz.mongodb.MongoDBJobStore': 'mongodb',
  'com.novemberain.quartz.mongodb.DynamicMongoDBJobStore': 'mongodb',
  'net.joelinn.quartz.jobstore.RedisJobStore': 'redis',
  'com.redislabs.quartz.RedisJobStore': 'redis',
};

/** Java's names that are refused, with the reason. */
export const refusedStores: Readonly<Record<string, string>> = {
  'org.quartz.impl.jdbcjobstore.JobStoreCMT':
    'there are no container transactions; use org.quartz.impl.jdbcjobstore.JobStoreTX',
  'org.springframework.scheduling.quartz.LocalDataSourceJobStore':
    'it takes its data source from Spring; use org.quartz.impl.jdbcjobstore.JobStoreTX with a dataSource of the file',
  'org.terracotta.quartz.TerracottaJobStore': 'there is no store for Terracotta; use any other',
};

/** The store that a configuration names, by its type or its class; null when it is none of ours. */
export function stockStore(name: string): { readonly store: StockStore; readonly className: string } | null {
  for (const store of stockStores) {
    if (name === store.type || name === store.className) return { store, className: store.className };
    if (store.dynamic && name === `Dynamic${store.className}`) return { store, className: name };
  }
  return null;
}

/**
 * The family that a class belongs to, because it or one that it extends is a store of ours; null for any other.
 */
export function familyOfClass(jobStore: unknown): StoreFamily | null {
  for (let at = jobStore; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const stock = stockStore(at.name);
    if (stock !== null) return stock.store.family;
    if (at.name === 'SqlJobStore') return 'jdbc';
  }
  return null;
}

/** Java's names of the plugins of Quartz, with what we call them. */
export const quartzPlugins: Readonly<Record<string, string>> = {
  'org.quartz.plugins.history.LoggingTriggerHistoryPlugin': 'LoggingTriggerHistoryPlugin',
  'org.quartz.plugins.history.LoggingJobHistoryPlugin': 'LoggingJobHistoryPlugin',
  'org.quartz.plugins.management.ShutdownHookPlugin': 'ShutdownHookPlugin',
  'org.quartz.plugins.interrupt.JobInterruptMonitorPlugin': 'JobInterruptMonitorPlugin',
};

/** Java's names of plugins that are refused, with the reason. */
export const refusedPlugins: Readonly<Record<string, string>> = {
  'org.quartz.plugins.xml.XMLSchedulingDataProcessorPlugin':
    'jobs and triggers are not read from XML; write them into the `schedule` of a configuration for `ametrine run`, or schedule them by code',
};
