import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startPostgres, whyUnavailable } from '../../../../test/servers/postgres.mjs';
import { PostgresJobStore } from '../../src/postgres.js';
import { countTrips, startCounted, toldTrips } from './round-trips.js';

const reason = await whyUnavailable();
const server = reason === null ? await startPostgres() : null;
afterAll(() => server?.stop());

describe.skipIf(reason !== null)('the round trips of a batch on PostgreSQL', () => {
  it.each([true, false])('do not grow with it; non-concurrent jobs: %s', async (nonConcurrent) => {
    const asked: string[] = [];
    const pool = new pg.Pool({ connectionString: server?.url, max: 3 });
    // Whatever a client is given to send is answered before it is given more: each is one round trip.
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (query: { readonly text?: string }) => never;
      client.query = ((given: { readonly text?: string }) => {
        asked.push(given.text ?? 'a batch');
        return query(given);
      }) as never;
    });
    const store = new PostgresJobStore({ pool, tablePrefix: `trips_${nonConcurrent}_`, listen: false });
    onTestFinished(async () => {
      await store.shutdown();
      await pool.end();
    });
    await startCounted(store);
    expect(await countTrips(store, asked, nonConcurrent)).toEqual(
      toldTrips('./postgres-round-trips.json', nonConcurrent),
    );
  });
});
