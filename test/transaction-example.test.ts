import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Quickstart } from './quickstart-process.js';
import { startPostgres, whyUnavailable } from './servers/postgres.mjs';

const MAIN = fileURLToPath(new URL('../examples/transaction/main.js', import.meta.url));
const reason = await whyUnavailable();

describe.skipIf(reason !== null)(
  `scheduling inside a transaction${reason === null ? '' : ` (${reason})`}`,
  () => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    let client: pg.Client;
    let database = '';
    beforeAll(async () => {
      server = await startPostgres();
      const admin = new pg.Client({ connectionString: server.url });
      await admin.connect();
      database = `orders_${process.pid}`;
      await admin.query(`CREATE DATABASE ${database}`);
      await admin.end();
      client = new pg.Client({ connectionString: url() });
      await client.connect();
    });
    afterAll(async () => {
      await client?.end();
      await server?.stop();
    });

    function url(): string {
      const own = new URL(server.url);
      own.pathname = `/${database}`;
      return own.href;
    }

    it('happens with the commit, and not at all after a rollback, with pg and with Kysely', async () => {
      const example = new Quickstart('', { args: [MAIN], env: { DATABASE_URL: url() } });
      try {
        for (const name of ['pg', 'kysely']) {
          await example.line(new RegExp(`^Order ${name}-\\w+-2 taken`));
          await example.line(new RegExp(`^Order ${name}-\\w+-50 refused: .*stock_pieces_check`));
          await example.line(new RegExp(`^Invoice of order ${name}-\\w+-2 sent, 2 pieces`));
        }
        expect(example.lines.filter((line) => /Its invoice/.test(line))).toEqual([
          'Its invoice is not scheduled',
          'Its invoice is not scheduled',
        ]);
        const orders = await client.query('SELECT pieces, invoiced_at IS NOT NULL AS invoiced FROM orders');
        expect(orders.rows).toEqual([
          { pieces: 2, invoiced: true },
          { pieces: 2, invoiced: true },
        ]);
        expect((await client.query('SELECT pieces FROM stock')).rows).toEqual([{ pieces: 6 }]);
        expect(await example.end('SIGINT'), example.lines.join('\n')).toBe(0);
        // One-shots whose jobs are not durable: nothing is left of them.
        expect((await client.query('SELECT job_name FROM ametrine_jobs')).rows).toEqual([]);
      } finally {
        await example.end('SIGKILL');
      }
    }, 60_000);
  },
);
