// The store in an SQLite file, for a node in a process of its own: over the built packages, as a user has them.
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';

export function openStore({ path, instanceId: _, extraOptions, ...options }) {
  return new SqliteJobStore({ path, ...options, ...extraOptions });
}
