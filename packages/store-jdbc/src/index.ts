/**
 * `@ametrine/store-jdbc`: JobStores in relational databases.
 *
 * @module
 */
export type { SqlStoreOptions } from './sql-store.js';
export {
  type SqliteDatabase,
  type SqliteFile,
  type SqliteHandle,
  SqliteJobStore,
  type SqliteStatement,
  type SqliteStoreOptions,
} from './sqlite.js';
