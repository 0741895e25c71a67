// The store in PostgreSQL, for `npm run conformance -- --store postgres`.
import { defineHarness } from '@ametrine/conformance';
import { startPostgres } from '../../../test/servers/postgres.mjs';
import { harnessFor } from './postgres-stores.mjs';

const server = await startPostgres();

export default defineHarness(
  harnessFor({
    name: 'PostgreSQL',
    backend: `PostgreSQL ${server.version}`,
    direct: server.url,
    place: server,
  }),
);
