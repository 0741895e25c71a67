/**
 * `@ametrine/store-jdbc`: JobStores in relational databases.
 *
 * @module
 */
export {
  type PgClient,
  type PgPool,
  type PgPoolClient,
  type PostgresBehaviour,
  type PostgresConnection,
  PostgresJobStore,
  type PostgresPool,
  type PostgresSingleClient,
  type PostgresStoreOptions,
} from './postgres.js';
export type { SqlStoreOptions } from './sql-store.js';
export {
  type SqliteDatabase,
  type SqliteFile,
  type SqliteHandle,
  SqliteJobStore,
  type SqliteStatement,
  type SqliteStoreOptions,
} from './sqlite.js';
