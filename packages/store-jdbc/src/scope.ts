/**
 * Where a store's statements look: which tables, and whose rows.
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import { invalidArgument } from '@ametrine/core/spi';
import type { Dialect, RowLocks } from './dialects/dialect.js';
import { RawSql, type Sql, type SqlTag, sqlTag } from './sql.js';

/** The prefix of all names in the schema, unless an option says otherwise. */
export const DEFAULT_TABLE_PREFIX = 'ametrine_';

const NOTHING = new RawSql('');
const PREFIX = /^[A-Za-z_][A-Za-z0-9_]{0,30}$/;

/** The schema's tables. */
export interface Tables {
  readonly schedulers: RawSql;
  readonly jobs: RawSql;
  readonly triggers: RawSql;
  readonly triggerData: RawSql;
  readonly executions: RawSql;
  readonly calendars: RawSql;
  readonly pausedGroups: RawSql;
  readonly instances: RawSql;
  readonly schemaVersion: RawSql;
}

/**
 * Checks a table prefix.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkTablePrefix(value: unknown): string {
  if (value === undefined) return DEFAULT_TABLE_PREFIX;
  if (typeof value === 'string' && PREFIX.test(value)) return value;
  const remedy = 'letters, digits and underscores, not beginning with a digit, at most 31 of them';
  throw invalidArgument('options.tablePrefix', value, remedy);
}

/** The tables under one prefix, and the tag that writes statements about them. */
export class SqlSchema {
  readonly dialect: Dialect;
  readonly prefix: string;
  readonly tables: Tables;
  readonly sql: SqlTag;

  /** @param prefix - a checked prefix */
  constructor(dialect: Dialect, prefix: string) {
    this.dialect = dialect;
    this.prefix = prefix;
    this.sql = sqlTag((position) => dialect.placeholder(position));
    const table = (name: string): RawSql => dialect.table(prefix + name);
    this.tables = {
      schedulers: table('schedulers'),
      jobs: table('jobs'),
      triggers: table('triggers'),
      triggerData: table('trigger_data'),
      executions: table('executions'),
      calendars: table('calendars'),
      pausedGroups: table('paused_groups'),
      instances: table('instances'),
      schemaVersion: table('schema_version'),
    };
  }

  /** Keeps others from changing the schema; see {@link Dialect.schemaLock}. */
  schemaLock(): Sql | null {
    return this.dialect.schemaLock(this.sql, this.prefix);
  }

  /** A row source; see {@link Dialect.rows}. */
  rows(columns: readonly string[], rows: readonly (readonly string[])[]): Sql {
    return this.dialect.rows(this.sql, columns, rows);
  }

  /** A set of texts; see {@link Dialect.list}. */
  list(values: readonly string[]): Sql {
    return this.dialect.list(this.sql, values);
  }

  /** A set of row ids; see {@link Dialect.ids}. */
  ids(values: readonly number[]): Sql {
    return this.dialect.ids(this.sql, values);
  }

  /** A condition that two columns hold one of the keys, where the dialect has one; see {@link Dialect.isPair}. */
  isPair(columns: readonly [RawSql, RawSql], keys: readonly JobKey[]): Sql {
    if (keys.length === 0) return this.sql`1 = 0`;
    const pairs = keys.map(({ group, name }) => [group, name] as const);
    return (this.dialect.isPair as NonNullable<Dialect['isPair']>)(this.sql, columns, pairs);
  }

  /** Ends a statement that finds rows: locks them, where steps run beside one another; see {@link Dialect.rowLocks}. */
  locking(which: keyof RowLocks): RawSql {
    return this.dialect.rowLocks?.[which] ?? NOTHING;
  }

  /** The end of a statement that gives at most so many rows; see {@link Dialect.limit}. */
  limit(count: number): Sql {
    return this.dialect.limit(this.sql, count);
  }
}

/** A schema, seen by one scheduler: every statement about its rows carries its id. */
export class SqlScope extends SqlSchema {
  readonly schedulerId: number;

  constructor(schema: SqlSchema, schedulerId: number) {
    super(schema.dialect, schema.prefix);
    this.schedulerId = schedulerId;
  }
}
