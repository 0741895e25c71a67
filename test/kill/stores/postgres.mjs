// PostgreSQL under the kill tests.
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';
import pg from 'pg';
import { startPostgres, whyUnavailable as whyNoServer } from '../../servers/postgres.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyNoServer();

/** What must never be: an execution or a trigger that belongs to nothing, a claim that holds a trigger that waits. */
const IMPOSSIBLE = {
  'triggers without a job':
    'SELECT count(*) FROM ametrine_triggers t WHERE NOT EXISTS (SELECT 1 FROM ametrine_jobs j WHERE j.id = t.job_id)',
  'jobs without a trigger that are not durable':
    'SELECT count(*) FROM ametrine_jobs j WHERE durable = 0 AND NOT EXISTS (SELECT 1 FROM ametrine_triggers t WHERE t.job_id = j.id)',
  'states and claims that contradict each other':
    "SELECT count(*) FROM ametrine_triggers WHERE (state = 'acquired') <> (claim_id IS NOT NULL)",
  'executions in two places':
    'SELECT count(*) FROM ametrine_triggers t JOIN ametrine_executions e ON e.fire_instance_id = t.run_id',
};

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const server = await startPostgres();
  return {
    connection: { url: server.url },
    verify: async () => {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      const complaints = [];
      for (const [what, count] of Object.entries(IMPOSSIBLE)) {
        const { rows } = await client.query({ text: count, rowMode: 'array' });
        if (rows[0][0] !== '0') complaints.push(`${rows[0][0]} ${what}`);
      }
      await client.end();
      return complaints;
    },
    stop: () => server.stop(),
  };
}

/** @param {{ url: string }} connection */
export function openStore({ url }) {
  return new PostgresJobStore({ connection: url, ...STORE_OPTIONS });
}
