// The store in MySQL or MariaDB, for a node in a process of its own: over the built packages, as a user has them.
import { MySqlJobStore } from '@ametrine/store-jdbc/mysql';

export function openStore({ connection, instanceId: _, extraOptions, ...options }) {
  return new MySqlJobStore({ connection, ...options, ...extraOptions });
}
