// Orders and their invoices: what is scheduled in a transaction happens with its commit, and only then.
import { once } from 'node:events';
import { createScheduler } from '@ametrine/core';
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';
import pg from 'pg';
import { takeOrder as takeOrderWithKysely } from './orders-kysely.js';
import { takeOrder as takeOrderWithPg } from './orders-pg.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(`
  CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, item text NOT NULL, pieces int NOT NULL, invoiced_at timestamptz);
  CREATE TABLE IF NOT EXISTS stock (item text PRIMARY KEY, pieces int NOT NULL CHECK (pieces >= 0));
  INSERT INTO stock (item, pieces) VALUES ('lamp', 10) ON CONFLICT (item) DO UPDATE SET pieces = 10`);

const scheduler = createScheduler({
  // The tables of the store are in the same database: that is what makes one transaction of it.
  store: new PostgresJobStore({ pool }),
  jobs: {
    SendInvoice: async ({ data }) => {
      const invoiced = 'UPDATE orders SET invoiced_at = now() WHERE id = $1 RETURNING pieces';
      const { rows } = await pool.query(invoiced, [data.order]);
      console.log(`Invoice of order ${data.order} sent, ${rows[0].pieces} pieces`);
    },
  },
});
await scheduler.start();

const takers = { pg: takeOrderWithPg, kysely: takeOrderWithKysely };
const run = Date.now().toString(36);
for (const [name, takeOrder] of Object.entries(takers)) {
  for (const pieces of [2, 50]) {
    const order = { id: `${name}-${run}-${pieces}`, item: 'lamp', pieces, invoiceAt: Date.now() + 500 };
    try {
      await takeOrder(pool, scheduler, order);
      console.log(`Order ${order.id} taken`);
    } catch (error) {
      console.log(`Order ${order.id} refused: ${error.message}`);
      const job = await scheduler.getJob(order.id);
      console.log(`Its invoice is ${job === null ? 'not ' : ''}scheduled`);
    }
  }
}

console.log('Press Ctrl-C to stop');
await once(process, 'SIGINT');
await scheduler.shutdown();
await pool.end();
