/**
 * Versions of the schema, applied in order.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import type { Database } from './database.js';
import type { Driver } from './drivers/driver.js';
import type { SqlSchema } from './scope.js';

/** One step of the schema. */
export interface Migration {
  /** From 1 on, without gaps. */
  readonly version: number;
  readonly name: string;
  /** Statements in which `{prefix}` stands for the table prefix. */
  readonly script: string;
}

/**
 * Brings the schema to this release's version. Processes that start at once wait for one another: whoever comes second
 * finds the work done. A schema that is up to date is only read.
 *
 * @throws SchedulerError `ERR_STORE_SCHEMA` when the schema is newer than this release
 */
export async function migrate(database: Database, schema: SqlSchema): Promise<void> {
  const { dialect, prefix, sql, tables } = schema;
  const newest = dialect.migrations.length;
  if ((await database.transaction('read', (driver) => versionOf(driver, schema))) === newest) return;
  await database.transaction('schema', async (driver) => {
    const lock = schema.schemaLock();
    if (lock !== null) await driver.query(lock);
    const found = await versionOf(driver, schema);
    if (found === newest) return;
    if (found > newest) throw tooNew(prefix, found, newest);
    if (found === 0)
      await driver.script(
        `CREATE TABLE IF NOT EXISTS ${tables.schemaVersion.text} (version INTEGER NOT NULL)`,
      );
    for (const { script } of dialect.migrations.slice(found)) {
      await driver.script(dialect.script(script, prefix));
    }
    if (found === 0) {
      await driver.execute(sql`INSERT INTO ${tables.schemaVersion} (version) VALUES (${newest})`);
    } else {
      await driver.execute(sql`UPDATE ${tables.schemaVersion} SET version = ${newest}`);
    }
  });
}

/** The version of the schema that is there; 0 when there is none. */
export async function versionOf(
  driver: Driver,
  { dialect, prefix, sql, tables }: SqlSchema,
): Promise<number> {
  const [there] = await driver.query(dialect.tableExists(sql, `${prefix}schema_version`));
  if (there === undefined) return 0;
  const [row] = await driver.query(sql`SELECT version FROM ${tables.schemaVersion}`);
  return Number(row?.[0] ?? 0);
}

function tooNew(prefix: string, found: number, newest: number): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_SCHEMA',
    `The schema ${prefix}* is of version ${found}, but this release knows versions up to ${newest}; ` +
      'use the release that made it, or a newer one',
    { details: { tablePrefix: prefix, found, newest } },
  );
}
