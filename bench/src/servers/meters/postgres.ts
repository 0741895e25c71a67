import pg from 'pg';
import type { ServerMeter } from '../server-meter.js';

const COUNTERS = `SELECT (SELECT sum(calls) FROM pg_stat_statements)::float8 AS statements,
  pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS commits`;

/**
 * The meter of PostgreSQL: pg_stat_statements, where the server has it, and the transaction ids that were used up. The
 * statistics views would do for commits, but lag by a second and more.
 */
export async function meterPostgres(url: string): Promise<ServerMeter> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  return {
    counters: async () => (await client.query(COUNTERS)).rows[0],
    storedBytes: async () => {
      const { rows } = await client.query('SELECT pg_database_size(current_database())::float8 AS bytes');
      return rows[0].bytes;
    },
    close: () => client.end(),
  };
}
