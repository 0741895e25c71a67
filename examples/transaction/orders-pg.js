// An order and its invoice in one transaction, with plain pg.

/** Takes an order, and has its invoice sent when it is due: both, or neither. */
export async function takeOrder(pool, scheduler, order) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO orders (id, item, pieces) VALUES ($1, $2, $3)', [
      order.id,
      order.item,
      order.pieces,
    ]);
    const scheduling = scheduler.using(client);
    await scheduling.schedule(
      { key: order.id, job: 'SendInvoice', data: { order: order.id } },
      { at: order.invoiceAt },
    );
    // Fails when there are not as many: then there was no order, and nothing was scheduled.
    await client.query('UPDATE stock SET pieces = pieces - $2 WHERE item = $1', [order.item, order.pieces]);
    await client.query('COMMIT');
    // Looks at once; without it this process hears of the commit as all others do.
    await scheduling.committed();
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
