import type { StoreName } from '../scenarios/scenario.js';
import type { ServerPlace } from './bench-server.js';

/** After a backlog was stored: PostgreSQL plans by statistics that it would itself refresh within a minute. */
export async function refreshStatistics(store: StoreName, server: ServerPlace | null): Promise<void> {
  if (store !== 'postgres' || server === null) return;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('ANALYZE');
  await client.end();
}
