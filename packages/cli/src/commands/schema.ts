/**
 * `ametrine schema`: the tables of an SQL store.
 *
 * @module
 */
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import type { SchemaStatus } from '@ametrine/store-jdbc/schema';
import { EXIT_OK, usageError } from '../exit-code.js';
import { SCHEMA_USAGE } from '../usage.js';

/** What a schema that is not of this release's version makes `ametrine schema status` exit with. */
const EXIT_OUTDATED = 1;

/**
 * Runs the command.
 *
 * @param args - what stands behind `schema` on the command line
 * @returns the exit code
 * @throws SchedulerError for a wrong option, or what the database refuses
 */
export async function schema(args: readonly string[], output: Writable): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: 'string' },
      'table-prefix': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    output.write(SCHEMA_USAGE);
    return EXIT_OK;
  }
  const [action, database, ...rest] = positionals;
  if (database === undefined || rest.length > 0)
    throw usageError(
      'ametrine schema needs print, up or status, and one database; see ametrine schema --help',
    );
  const where = {
    ...(values.schema === undefined ? {} : { schema: values.schema }),
    ...(values['table-prefix'] === undefined ? {} : { tablePrefix: values['table-prefix'] }),
  };
  const { printSchema, SCHEMA_KINDS, schemaStatus, upgradeSchema } = await import(
    '@ametrine/store-jdbc/schema'
  );
  switch (action) {
    case 'print': {
      const kind = SCHEMA_KINDS.find((known) => known === database);
      if (kind === undefined)
        throw usageError(`ametrine schema print knows ${SCHEMA_KINDS.join(', ')}, not ${database}`);
      output.write(printSchema(kind, where));
      return EXIT_OK;
    }
    case 'up': {
      const before = await upgradeSchema({ database: withPassword(database), ...where });
      output.write(
        `${before.found === before.needed ? describe(before) : `upgraded from version ${before.found} to ${before.needed}`}\n`,
      );
      return EXIT_OK;
    }
    case 'status': {
      const status = await schemaStatus({ database: withPassword(database), ...where });
      output.write(`${describe(status)}\n`);
      return status.found === status.needed ? EXIT_OK : EXIT_OUTDATED;
    }
    default:
      throw usageError(`ametrine schema knows print, up and status, not ${action}`);
  }
}

/** mysql2, unlike pg, does not look into the environment; the clients of the servers themselves do. */
function withPassword(database: string): string {
  const { MYSQL_PWD } = process.env;
  if (MYSQL_PWD === undefined || !/^(mysql|mariadb):/.test(database) || !URL.canParse(database))
    return database;
  const url = new URL(database);
  if (url.password === '') url.password = MYSQL_PWD;
  return url.href;
}

function describe({ found, needed }: SchemaStatus): string {
  if (found === needed) return `up to date: version ${found}`;
  return found === 0
    ? `not there; this release makes version ${needed}`
    : `version ${found}; this release needs ${needed}`;
}
