import pg from 'pg';

/**
 * Resolves when a query finds nothing any more: for subjects that tell nobody when the end of a run is stored. Asked
 * only when all runs have ended, so that it takes no part in them.
 */
export async function nothingLeft(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    while ((await client.query(sql)).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 2));
  } finally {
    await client.end();
  }
}
