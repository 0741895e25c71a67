/**
 * Versions of the schema, applied in order.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
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
 * @param transact - runs one transaction that writes
 * @throws SchedulerError `ERR_STORE_SCHEMA` when the schema is newer than this release
 */
export async function migrate(
  driver: Driver,
  schema: SqlSchema,
  transact: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { migrations } = schema.dialect;
  const newest = migrations.length;
  if ((await versionOf(driver, schema)) === newest) return;
  await transact(async () => {
    const { sql, prefix, tables } = schema;
    await driver.script(`CREATE TABLE IF NOT EXISTS ${tables.schemaVersion.text} (version INTEGER NOT NULL)`);
    const found = await versionOf(driver, schema);
    if (found > newest) throw tooNew(prefix, found, newest);
    for (const { script } of migrations.slice(found)) {
      await driver.script(script.replaceAll('{prefix}', prefix));
    }
    if (found === 0) {
      await driver.execute(sql`INSERT INTO ${tables.schemaVersion} (version) VALUES (${newest})`);
    } else if (found < newest) {
      await driver.execute(sql`UPDATE ${tables.schemaVersion} SET version = ${newest}`);
    }
  });
}

/** The version of the schema that is there; 0 when there is none. */
async function versionOf(driver: Driver, { dialect, sql, tables }: SqlSchema): Promise<number> {
  try {
    const [row] = await driver.query(sql`SELECT version FROM ${tables.schemaVersion}`);
    return Number(row?.[0] ?? 0);
  } catch (error) {
    if (dialect.faultOf(error) === 'schema') return 0;
    throw error;
  }
}

function tooNew(prefix: string, found: number, newest: number): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_SCHEMA',
    `The schema ${prefix}* is of version ${found}, but this release knows versions up to ${newest}; ` +
      'use the release that made it, or a newer one',
    { details: { tablePrefix: prefix, found, newest } },
  );
}
