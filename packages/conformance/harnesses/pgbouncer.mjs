// The store in PostgreSQL through PgBouncer, which pools transactions, for `npm run conformance -- --store pgbouncer`.
import { defineHarness } from '@ametrine/conformance';
import { startPgbouncer } from '../../../test/servers/pgbouncer.mjs';
import { startPostgres } from '../../../test/servers/postgres.mjs';
import { harnessFor } from './postgres-stores.mjs';

const server = await startPostgres();
const pooler = await startPgbouncer({ url: server.url, poolSize: 20 });

export default defineHarness(
  harnessFor({
    name: 'PostgreSQL through PgBouncer',
    backend: `PgBouncer before PostgreSQL ${server.version}`,
    direct: server.url,
    place: pooler,
    options: { preparedStatements: false, listen: false },
  }),
);
