// The same with Kysely, which begins and ends the transaction itself.
import { Kysely, PostgresDialect, sql } from 'kysely';

/** Takes an order, and has its invoice sent when it is due: both, or neither. */
export async function takeOrder(pool, scheduler, order) {
  const client = await pool.connect();
  const scheduling = scheduler.using(client);
  try {
    await kyselyOn(client)
      .transaction()
      .execute(async (transaction) => {
        const { id, item, pieces } = order;
        await transaction.insertInto('orders').values({ id, item, pieces }).execute();
        await scheduling.schedule(
          { key: id, job: 'SendInvoice', data: { order: id } },
          { at: order.invoiceAt },
        );
        await transaction
          .updateTable('stock')
          .set({ pieces: sql`pieces - ${pieces}` })
          .where('item', '=', item)
          .execute();
      });
    await scheduling.committed();
  } finally {
    client.release();
  }
}

/** Kysely asks a pool for its connections and does not say which it got: this pool has only one, which we know. */
function kyselyOn(client) {
  const lent = { query: (...query) => client.query(...query), release: () => {} };
  const pool = { connect: async () => lent, end: async () => {} };
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}
