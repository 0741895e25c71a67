/**
 * `@ametrine/store-jdbc/schema`: the tables of a store, made or upgraded apart from any scheduler.
 *
 * A store makes its tables itself where its database user may. Where an administrator does that, the store only needs to
 * read and write rows.
 *
 * @module
 */
import { invalidArgument, isSchedulerError } from '@ametrine/core/spi';
import { type Database, SerialDatabase } from './database.js';
import type { Dialect } from './dialects/dialect.js';
import { mysqlDialect } from './dialects/mysql.js';
import { postgresDialect } from './dialects/postgres.js';
import { sqliteDialect } from './dialects/sqlite.js';
import { BetterSqliteDriver, loadBetterSqlite } from './drivers/better-sqlite3.js';
import { loadPg } from './drivers/pg.js';
import { sqliteFault, storeError } from './errors.js';
import { migrate, versionOf } from './migrate.js';
import { MysqlDatabase } from './mysql-database.js';
import { checkMysqlOptions } from './mysql-options.js';
import { checkSession, openOwnPool } from './mysql-session.js';
import { PooledPgConnections, PostgresDatabase } from './postgres-database.js';
import { checkPostgresOptions } from './postgres-options.js';
import { checkTablePrefix, SqlSchema } from './scope.js';

/** How long to wait for a file that somebody else writes to, in ms. */
const PATIENCE_MS = 5000;

/** The databases, as {@link printSchema} calls them; MySQL and MariaDB read the same statements. */
export const SCHEMA_KINDS = ['mysql', 'postgres', 'sqlite'] as const;

/** One of {@link SCHEMA_KINDS}. */
export type SchemaKind = (typeof SCHEMA_KINDS)[number];

/** Which tables of a database are meant. */
export interface SchemaTarget {
  /** A connection string `postgres://…`, `mysql://…` or `mariadb://…`, or the path of an SQLite file. */
  readonly database: string;
  /** The schema of the tables, on PostgreSQL alone. @defaultValue the first of the search path */
  readonly schema?: string;
  /** @defaultValue 'ametrine_' */
  readonly tablePrefix?: string;
}

/** The version of the tables that are there, 0 when there are none, and the one that this release works with. */
export interface SchemaStatus {
  readonly found: number;
  readonly needed: number;
}

/**
 * The statements that make the tables, for an administrator to run.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function printSchema(
  kind: SchemaKind,
  { schema, tablePrefix }: Omit<SchemaTarget, 'database'> = {},
): string {
  const prefix = checkTablePrefix(tablePrefix);
  const dialect = dialectOf(kind, schema);
  const { tables } = new SqlSchema(dialect, prefix);
  const version = tables.schemaVersion.text;
  return [
    `CREATE TABLE ${version} (version INTEGER NOT NULL);\n`,
    ...dialect.migrations.map(({ script }) => dialect.script(script, prefix)),
    `INSERT INTO ${version} (version) VALUES (${dialect.migrations.length});\n`,
  ].join('\n');
}

/** Tells which version of the tables is there. */
export function schemaStatus(target: SchemaTarget): Promise<SchemaStatus> {
  return withDatabase(target, async (database, schema) => ({
    found: await database.transaction('read', (driver) => versionOf(driver, schema)),
    needed: schema.dialect.migrations.length,
  }));
}

/**
 * Makes or upgrades the tables; several may do so at once.
 *
 * @returns the status from before
 * @throws SchedulerError `ERR_STORE_SCHEMA` when the tables are newer than this release, or the user may not
 */
export function upgradeSchema(target: SchemaTarget): Promise<SchemaStatus> {
  return withDatabase(target, async (database, schema) => {
    const found = await database.transaction('read', (driver) => versionOf(driver, schema));
    await migrate(database, schema);
    return { found, needed: schema.dialect.migrations.length };
  });
}

async function withDatabase<T>(
  target: SchemaTarget,
  work: (database: Database, schema: SqlSchema) => Promise<T>,
): Promise<T> {
  const kind = kindOf(target.database);
  const dialect = dialectOf(kind, target.schema);
  const prefix = checkTablePrefix(target.tablePrefix);
  const database = await OPENERS[kind](target, prefix).catch((error: unknown) => {
    throw translated(dialect, error);
  });
  try {
    return await work(database, new SqlSchema(dialect, prefix));
  } catch (error) {
    throw translated(dialect, error);
  } finally {
    await database.close();
  }
}

function kindOf(database: string): SchemaKind {
  if (/^postgres(ql)?:/.test(database)) return 'postgres';
  return /^(mysql|mariadb):/.test(database) ? 'mysql' : 'sqlite';
}

function dialectOf(kind: SchemaKind, schema: string | undefined): Dialect {
  if (kind === 'postgres') return postgresDialect(schema ?? null);
  if (schema !== undefined) throw invalidArgument('schema', schema, 'none: only PostgreSQL has schemas');
  return kind === 'mysql' ? mysqlDialect : sqliteDialect;
}

const OPENERS: Readonly<Record<SchemaKind, (target: SchemaTarget, prefix: string) => Promise<Database>>> = {
  mysql: openMysql,
  postgres: openPostgres,
  sqlite: openSqlite,
};

async function openMysql({ database }: SchemaTarget, prefix: string): Promise<Database> {
  const { connection, busyTimeoutMs: patienceMs } = checkMysqlOptions({ connection: database });
  const connections = await openOwnPool(connection, 1, patienceMs);
  try {
    const several = await connections.borrow(checkSession);
    return new MysqlDatabase(connections, { several, readsCommitted: true, prefix, lock: null }, patienceMs);
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function openPostgres({ database, schema }: SchemaTarget): Promise<Database> {
  const {
    connection,
    busyTimeoutMs: patienceMs,
    preparedStatements,
  } = checkPostgresOptions({
    connection: database,
    ...(schema === undefined ? {} : { schema }),
  });
  const { Pool } = await loadPg();
  const pool = new Pool({ ...connection, max: 1 });
  pool.on('error', () => undefined);
  return new PostgresDatabase(new PooledPgConnections(pool, true), { patienceMs, preparedStatements });
}

async function openSqlite({ database: path }: SchemaTarget): Promise<Database> {
  const Handle = await loadBetterSqlite();
  const driver = new BetterSqliteDriver(new Handle(path, { timeout: 0 }), true);
  return new SerialDatabase(driver, PATIENCE_MS, (error) => sqliteFault(error) === 'busy');
}

function translated(dialect: Dialect, error: unknown): unknown {
  return isSchedulerError(error) ? error : storeError(dialect.faultOf(error), error, 'the schema');
}
