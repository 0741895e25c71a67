// The store in PostgreSQL, for a node in a process of its own: over the built packages, as a user has them.
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';

export function openStore({ connection, schema, instanceId: _, extraOptions, ...options }) {
  return new PostgresJobStore({ connection, schema, ...options, ...extraOptions });
}
